"""What the web server loads."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "continuity.config.settings")
application = get_wsgi_application()

URLS = get_resolver().url_patterns
"""Loaded before the processes are forked, not by the first request of each of them."""
