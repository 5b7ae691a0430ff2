"""How a template shows a field that may say who somebody is."""

from __future__ import annotations

from typing import Any

from django import template
from django.db import models

from songhanh.operations.accounts import masking

register = template.Library()


@register.filter
def shown(row: Any, field: str) -> Any:
    """Return a field as the reader may see it: ``{{ row|shown:"full_name" }}``; nothing of a missing row."""
    return masking.shown(row, field) if isinstance(row, models.Model) else ""
