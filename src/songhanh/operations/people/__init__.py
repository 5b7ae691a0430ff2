"""Persons, each once: incomplete identities, candidates for the same person, merges that can be undone."""
