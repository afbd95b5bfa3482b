"""Settings of Setia. Everything that differs between installations comes from the environment."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import environ
import pghistory
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.urls import reverse, reverse_lazy

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# --- What an installation sets ------------------------------------------------------------------
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
SITE_URL = env.str("SITE_URL", default="http://localhost:8000")  # for links in mails
TLS = env.bool("TLS", default=True)  # off only for the local start without https
DEMO = env.bool("DEMO", default=False)  # marks example data; phone and WhatsApp links do nothing
DATABASES: dict[str, Any] = {"default": env.db_url("DATABASE_URL")}
CELERY_BROKER_URL = env.str("REDIS_URL")
vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="setia@localhost")
COOKIE_PREFIX = env.str("COOKIE_PREFIX", default="setia")  # two checkouts on one host differ here
COMPANY_NAME = env.str("COMPANY_NAME", default="Setia")

# --- Rules of the numbers (kpis.md): changing one changes history -------------------------------
KPI_GRACE_DAYS = env.int("KPI_GRACE_DAYS", default=30)
KPI_PAUSE_LIMIT_DAYS = env.int("KPI_PAUSE_LIMIT_DAYS", default=90)
KPI_REPORTING_CURRENCY = env.str("KPI_REPORTING_CURRENCY", default="IDR")
KPI_CLOSING_DAY = env.int("KPI_CLOSING_DAY", default=5)

# --- Working days: cuti bersama is optional for private companies ---------------------------------
COLLECTIVE_LEAVE_IS_OFF = env.bool("COLLECTIVE_LEAVE_IS_OFF", default=True)

# --- Rooms --------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "config",  # its commands; no models
    "accounts",
    "notifications",
    "clients",
    "contracts",
    "kpis",
    "portfolio",
    "exchange",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
    "pgtrigger",
    "pghistory",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_filters",
    "django_htmx",
    "django_structlog",
    "django_tables2",
    "heroicons",
    "phonenumber_field",
    "template_partials",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # safe beside secrets: Django masks tokens and varies the length
    "django_structlog.middlewares.RequestMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "config.middleware.SignInMiddleware",
    "config.middleware.ReaderMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "config.middleware.HistoryMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["django.templatetags.i18n", "accounts.templatetags.icons"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portfolio.context.frame",
                "exchange.context.setup",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"
# Where an action on a client ends; the page itself is composed in portfolio.
ABSOLUTE_URL_OVERRIDES = {"clients.client": lambda client: reverse("portfolio:client_page", args=[client.pk])}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Database, cache, sessions: all PostgreSQL ---------------------------------------------------
DATABASES["default"] |= {
    "ENGINE": "django.db.backends.postgresql",
    "CONN_MAX_AGE": 60,
    "CONN_HEALTH_CHECKS": True,
    "OPTIONS": {
        "connect_timeout": 3,
        "options": (
            f"-c statement_timeout={env.int('STATEMENT_TIMEOUT_SECONDS', default=15)}s"
            " -c lock_timeout=3s -c idle_in_transaction_session_timeout=60s"
        ),
    },
}
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "django_cache"},
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())

# --- Language and time: Indonesia first ----------------------------------------------------------
LANGUAGE_CODE = "id"
LANGUAGES = [("id", "Bahasa Indonesia"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale", BASE_DIR / "locale/third_party"]  # ours; what packages lack
FORMAT_MODULE_PATH = "config.formats"
TIME_ZONE = "Asia/Jakarta"
USE_TZ = True
PHONENUMBER_DEFAULT_REGION = "ID"
PHONENUMBER_DB_FORMAT = "E164"

# --- Sign-in -------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.PersonBackend"]
LOGIN_URL = reverse_lazy("account_login")
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "notifications.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # people are invited by mail, so the address is known to be theirs
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_SESSION_REMEMBER = True  # no checkbox: every session lasts SESSION_COOKIE_AGE
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/5m/key"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Setia"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # who has no account gets no mail from us
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "accounts.tokens.PasswordTokenGenerator"  # noqa: S105 - a class
NEW_PASSWORD_TIMEOUT = timedelta(hours=1)  # for a link in a mail "forgotten password"
INVITATION_TIMEOUT = timedelta(days=7)  # for the link by which an invited person sets the first password
PASSWORD_RESET_TIMEOUT = int(INVITATION_TIMEOUT.total_seconds())  # the longer; accounts/tokens.py knows which
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email", "full_name"]},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# --- Web -----------------------------------------------------------------------------------------
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = TLS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TLS else None
SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds()) if TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = TLS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}_session"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}_csrf"
LANGUAGE_COOKIE_NAME = f"{COOKIE_PREFIX}_language"
CSRF_FAILURE_VIEW = "config.errors.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}
STATIC_URL = "/static/"
STATIC_ROOT = env.path("STATIC_ROOT", default=str(BASE_DIR / "staticfiles"))
COMPRESS_STATIC = env.bool("COMPRESS_STATIC", default=True)  # takes 10 s, too long for a local start
NODE_MODULES = BASE_DIR / "node_modules"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "config.staticfiles.NodeModulesFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "config.staticfiles.StaticStorage"},
}

# --- Mail: sent by a worker, never by the web ----------------------------------------------------
EMAIL_TIMEOUT = 10

# --- Jobs: the database is the queue of record, Celery only wakes pollers (trust.md 2) ------------
CELERY_TIMEZONE = TIME_ZONE
CELERY_TASK_SERIALIZER = CELERY_RESULT_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 30
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 900,  # above the hard time limit, or a running task would run twice
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "health_check_interval": 25,
}


def _every(task: str, seconds: float) -> dict[str, Any]:
    """A poller; its message expires before the next one, so that an idle worker has no backlog."""
    return {"task": task, "schedule": seconds, "options": {"expires": max(seconds - 1, 1)}}


def _daily(task: str, *, hour: int, minute: int = 0) -> dict[str, Any]:
    """A nightly job at a Jakarta hour; late starts within 6 hours still run."""
    return {"task": task, "schedule": crontab(hour=hour, minute=minute), "options": {"expires": 6 * 3600}}


CELERY_BEAT_SCHEDULE: dict[str, Any] = {
    "send-due-mail": _every("notifications.tasks.send_due_mail", 15),
    "mail-digests": _daily("notifications.tasks.mail_digests", hour=6, minute=30),
    "forget-expired-merges": _every("clients.tasks.forget_expired_merges", 3600),
    "raise-renewal-alerts": _every("contracts.tasks.raise_renewal_alerts", 300),
    "rebuild-stale-clients": _every("kpis.tasks.rebuild_stale_clients", 5),
    "bring-numbers-up-to-date": _every("kpis.tasks.bring_up_to_date", 3600),
    "bring-numbers-up-to-date-at-midnight": _daily("kpis.tasks.bring_up_to_date", hour=0, minute=1),
    "compare-numbers": _daily("kpis.tasks.compare_numbers", hour=3),
    "work-on-imports": _every("exchange.tasks.work_on_imports", 3),
    "write-exports": _every("exchange.tasks.write_exports", 3),
    "forget-old-files": _every("exchange.tasks.forget_old_files", 3600),
    "close-last-month": _daily("kpis.tasks.close_last_month", hour=4),
}

# --- Logs: JSON lines with request and task ids ---------------------------------------------------
DJANGO_STRUCTLOG_CELERY_ENABLED = True
DJANGO_STRUCTLOG_STATUS_4XX_LOG_LEVEL = 20
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "config.logs.LineFormatter", "readable": env.bool("LOG_READABLE", default=False)},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {"pgtrigger": {"level": "WARNING"}},  # it names each of a hundred triggers after every migrate
}

# --- Tables ---------------------------------------------------------------------------------------
DJANGO_TABLES2_TEMPLATE = "tables/list.html"

# --- Change history: triggers write it, so bulk and raw SQL are seen too --------------------------
PGHISTORY_DEFAULT_TRACKERS = (pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
PGHISTORY_APPEND_ONLY = True
# Triggers are installed after every migrate from what the models say. As migration operations they made a fresh
# database three times slower to build (each one renders the whole state of all models).
PGTRIGGER_MIGRATIONS = False
PGTRIGGER_INSTALL_ON_MIGRATE = True
