"""Addresses of this app."""

from __future__ import annotations

from django.urls import path

from songhanh.operations.accounts import views, views_enter, views_manage

app_name = "accounts"
urlpatterns = [
    path("", views.home, name="home"),
    path("enter/", views_enter.enter, name="enter"),
    path("demo/", views_enter.enter_demo, name="enter_demo"),
    path("password/", views.password, name="password"),
    path("keys/", views.issue_token, name="issue_token"),
    path("keys/<int:pk>/end/", views.end_token, name="end_token"),
    path("glass/", views.glass, name="glass"),
    path("glass/<uuid:person>/", views.glass, name="glass_of"),
    path("manage/", views_manage.manage, name="manage"),
    path("manage/new/", views_manage.new, name="new"),
    path("manage/<int:pk>/", views_manage.user, name="user"),
    path("manage/<int:pk>/role/", views_manage.give_role, name="give_role"),
    path("manage/<int:pk>/role/<int:membership>/end/", views_manage.end_role, name="end_role"),
    path("manage/<int:pk>/password/", views_manage.give_password, name="give_password"),
    path("manage/<int:pk>/close/", views_manage.close, name="close"),
    path("manage/<int:pk>/reopen/", views_manage.reopen, name="reopen"),
    path("manage/<int:pk>/unlock/", views_manage.unlock, name="unlock"),
    path("manage/<int:pk>/second-factor/remove/", views_manage.remove_factor, name="remove_factor"),
]
