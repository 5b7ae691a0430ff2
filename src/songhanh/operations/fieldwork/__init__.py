"""Entries made in the field, with or without a network: queued on the device, replayed once."""
