"""The command line: ``songhanh ...``."""
