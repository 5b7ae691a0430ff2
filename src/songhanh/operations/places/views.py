"""The page of places: the tree on a day."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from songhanh.operations.places import queries
from songhanh.operations.places.models import Facility, Site
from songhanh.operations.project.clock import today
from songhanh.operations.project.days import DayField


class PlaceFilter(forms.Form):
    """What is looked for, and on which day it is asked."""

    q = forms.CharField(label=_("Name or code"), required=False, max_length=120)
    on = DayField(label=_("Valid on"), required=False)


@require_safe
def places(request: HttpRequest) -> HttpResponse:
    """List the units of a day as a tree, with the sites and facilities in it; nothing here is about persons."""
    form = PlaceFilter(request.GET)
    chosen: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
    on: date = chosen.get("on") or today()
    text = chosen.get("q", "")
    groups = queries.listed(text, on)
    context = {
        "section": "places",
        "form": form,
        "on": on,
        "groups": groups,
        "sites": queries.rows_named(Site.objects.select_related("unit", "parent"), text, on),
        "facilities": queries.rows_named(Facility.objects.select_related("unit"), text, on),
        "other_days": [] if groups else queries.periods(),
    }
    return render(request, "places/list.html", context)
