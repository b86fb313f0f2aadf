"""The only package that knows the environment."""

from continuity.config.celery import app as celery_app

__all__ = ["celery_app"]
