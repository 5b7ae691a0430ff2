"""Keeping everything safe: one file with every row, and back from it."""
