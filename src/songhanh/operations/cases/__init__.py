"""The registry of cases (F0)."""
