"""Benchmarks: how long the models take on a committed scenario, on this machine."""
