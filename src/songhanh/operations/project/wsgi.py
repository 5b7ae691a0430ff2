"""The application for any WSGI server."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "songhanh.operations.project.settings")
application = get_wsgi_application()
