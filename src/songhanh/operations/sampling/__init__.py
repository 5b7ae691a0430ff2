"""Samples and their results."""
