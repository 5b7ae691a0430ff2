"""Songhanh: hold an epidemic down and keep a province at work, side by side."""

__version__ = "0.1.0"
