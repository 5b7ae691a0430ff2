"""Stays in quarantine; nobody leaves while a result is pending."""
