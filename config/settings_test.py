"""Settings of the test run: servers come from config.local.pytest_plugin, or from the environment."""

import os

os.environ.setdefault("SECRET_KEY", "only-for-tests")
os.environ.setdefault("DATABASE_URL", "postgres://nobody@127.0.0.1:1/none")  # enough for mypy
os.environ.setdefault("REDIS_URL", "redis://127.0.0.1:1/0")
os.environ.setdefault("TLS", "false")

from config.settings import *  # noqa: F403
from config.settings import BASE_DIR, LOGGING, STORAGES, TEMPLATES
from config.strictness import InvalidVariable

ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
LOGGING["root"]["level"] = "WARNING"  # pytest's log_level lowers a level, it never raises one
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True  # nothing is collected before tests
TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = InvalidVariable(BASE_DIR / "templates")
