"""Every write of tracing, by its one name; what each does stands in the module it comes from."""

from __future__ import annotations

from songhanh.operations.tracing.actions_contacts import add_contact, add_contacts, void_contact
from songhanh.operations.tracing.actions_entry import hand_in_names, tell_contacts
from songhanh.operations.tracing.actions_follow import (
    generate_follow_ups,
    record_follow_up,
    register_follow_ups_many,
)
from songhanh.operations.tracing.actions_presence import delete_expired, hand_in_presence, open_presence
from songhanh.operations.tracing.actions_sources import clear, end_source, set_source, set_sources, tested
from songhanh.operations.tracing.rebuild import rebuild
from songhanh.operations.tracing.relevel import relevel

__all__ = [
    "add_contact",
    "add_contacts",
    "clear",
    "delete_expired",
    "end_source",
    "generate_follow_ups",
    "hand_in_names",
    "hand_in_presence",
    "open_presence",
    "rebuild",
    "record_follow_up",
    "register_follow_ups_many",
    "relevel",
    "set_source",
    "set_sources",
    "tell_contacts",
    "tested",
    "void_contact",
]
