"""The web application: Django apps, bottom up; each writes by `actions.py`, reads by `queries.py`, shows by `views.py`."""
