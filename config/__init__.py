"""What holds the rooms together; the import lets `shared_task` find the application."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
