"""Filters of the gate."""
