"""The Django project itself: settings, addresses, base templates, and how it is served."""
