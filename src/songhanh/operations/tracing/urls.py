"""Addresses of this app."""

from __future__ import annotations

from django.urls import path

from songhanh.operations.tracing import views, views_chain, views_follow, views_indicators, views_presence

app_name = "tracing"
urlpatterns = [
    path("", views.contacts, name="contacts"),
    path("contact/<uuid:uuid>/", views.contact, name="contact"),
    path("forward/", views.forward, name="forward"),
    path("chain/<uuid:uuid>/", views_chain.chain, name="chain"),
    path("chain/<uuid:uuid>/contacts/", views.enter, name="enter"),
    path("chain/<uuid:uuid>/presence/", views_presence.open_presence, name="open_presence"),
    path("follow-ups/", views_follow.follow_ups, name="follow_ups"),
    path("follow-ups/plan/", views_follow.plan, name="plan"),
    path("follow-ups/<int:pk>/", views_follow.follow_up, name="follow_up"),
    path("indicators/", views_indicators.indicators, name="indicators"),
    path("indicators/<slug:slug>/", views_indicators.indicator, name="indicator"),
    path("presence/", views_presence.presence, name="presence"),
]
