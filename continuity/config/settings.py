"""One file of settings for development, tests and production.

What differs comes from the environment through `env`; `docker/.env.example` lists it.
"""

from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url
from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _

from continuity.config import env, places

BASE_DIR: Path = places.PROJECT

# --- who we are -------------------------------------------------------------------
DEBUG = env.flag("CONTINUITY_DEBUG", default=False)
# Safe by default: a start without a key fails instead of running with a known one.
# `manage.py up` makes a key of its own under var/.
SECRET_KEY = env.text("CONTINUITY_SECRET_KEY", places.own_secret_key())
BASE_URL = env.text("CONTINUITY_BASE_URL", "http://127.0.0.1:8000").rstrip("/")
HTTPS = BASE_URL.startswith("https://")
ALLOWED_HOSTS = [
    *env.words("CONTINUITY_ALLOWED_HOSTS"),
    urlsplit(BASE_URL).hostname or "localhost",
    *("127.0.0.1", "localhost", "[::1]"),  # the container's own probe
]
CSRF_TRUSTED_ORIGINS = [BASE_URL]
BEHIND_PROXY = env.flag("CONTINUITY_BEHIND_PROXY", default=False)
HEARTBEAT_MAX_AGE_SECONDS = 15
"""How old the last beat of the clock may be before /readyz says no."""

# --- apps -------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",
    "django_htmx",
    "allauth",
    "allauth.account",
    "continuity.web",
    "continuity.accounts",
    "continuity.history",
    "continuity.notifications",
    "continuity.people",
    "continuity.inventory",
    "continuity.outages",
    "continuity.drills",
    "continuity.incidents",
    "continuity.insight",
    "continuity.reports",
    "continuity.dashboard",
    "continuity.api",
    "continuity.sample",
    "continuity.local",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "continuity.accounts.middleware.PreferencesMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "continuity.web.middleware.ProblemMiddleware",
]
ROOT_URLCONF = "continuity.config.urls"
WSGI_APPLICATION = "continuity.config.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "continuity.dashboard.context.shell",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "continuity.web.templatetags.ui",
            ],
        },
    },
]

# --- data -------------------------------------------------------------------------
# Without addresses of servers the embedded ones of `manage.py up` are meant.
_sockets = places.socket_folder()
DATABASES = {
    "default": dj_database_url.parse(
        env.text("DATABASE_URL", f"postgres://app@/app?host={_sockets}")
    )
}
DATABASES["default"].setdefault("OPTIONS", {})
if env.flag("CONTINUITY_DB_POOL", default=False):
    # Web only: Celery closes a pool after each task. Measured with a restart of
    # PostgreSQL under load: 1 failed request instead of 1,124.
    DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": 1, "max_size": 10, "timeout": 5}
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
REDIS_URL = env.text("REDIS_URL", f"unix://{_sockets}/valkey.sock?db=0")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- background work --------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://").replace(
    "?db=", "?virtual_host="
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # A killed worker's tasks come back after 2 minutes at most, in practice 13 s.
    "visibility_timeout": 120,
    "unacked_restore_interval": 2,
    "unacked_restore_throttle": 1,
    "socket_timeout": 5,
    "socket_connect_timeout": 5,
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 110
CELERY_TASK_SOFT_TIME_LIMIT = 100
CELERY_TIMEZONE = "UTC"
CELERY_ENABLE_UTC = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
TICK = 2.0
"""Seconds between two looks for due rows."""
# `manage.py ticker` reads this table instead of Celery's beat: decisions/0002.
CELERY_BEAT_SCHEDULE = {
    "beat": {"task": "notifications.beat", "schedule": TICK},
    "open-due": {"task": "drills.open_due", "schedule": TICK},
    "remind": {"task": "drills.remind", "schedule": 10.0},
    "conduct": {"task": "drills.conduct", "schedule": TICK},
    "tend-outages": {"task": "incidents.tend", "schedule": TICK},
    # For drills that ended without: what is conducted drafts its report as it ends.
    "draft-reports": {"task": "drills.draft_reports", "schedule": 10.0},
    "remind-of-actions": {"task": "drills.remind_of_actions", "schedule": 60.0},
    "propose": {"task": "drills.propose", "schedule": 60.0},
    "deliver": {"task": "notifications.deliver", "schedule": TICK},
    "tell-endpoints": {"task": "notifications.tell_endpoints", "schedule": TICK},
    "digest": {"task": "notifications.digest", "schedule": 20.0},
    "render": {"task": "reports.render", "schedule": TICK},
    "regular-reports": {"task": "reports.keep_regular", "schedule": 10.0},
    "forget-files": {"task": "notifications.forget_files", "schedule": 3600.0},
    "forecast": {"task": "insight.compute", "schedule": TICK},
    # Once a day; a minute after midnight, or as soon as there is somebody to do it.
    "snapshot": {"task": "insight.snapshot", "schedule": 60.0},
    # Proofs, reviews and answers become due on a day; each is told once.
    "remind-owners": {"task": "inventory.remind", "schedule": 3600.0},
    "check-imports": {"task": "inventory.check_imports", "schedule": TICK},
    "write-imports": {"task": "inventory.write_imports", "schedule": TICK},
    # A tool is withdrawn on a day; a minute more is no harm.
    # What was deleted is kept for 30 days, give or take an hour.
    "forget": {"task": "history.forget", "schedule": 3600.0},
    "end-proofs": {"task": "inventory.end_proofs", "schedule": 60.0},
    "reviews-due": {"task": "inventory.come_due", "schedule": 60.0},
}

# --- people and safety ------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "continuity.people.adapter.Adapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# allauth limits how often a sign-in may fail. It counts in Django's cache, which is the
# memory of each web process: no server that could be down, though n processes allow n
# times as many attempts. With a cache server down, nobody could sign in.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
# Behind a proxy of ours its address is not the client's: it says whose the client's is.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if BEHIND_PROXY else 0

SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "manifest-src": [CSP.SELF],
    "worker-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
    "base-uri": [CSP.NONE],
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
# The probes of a container speak plain HTTP to the port itself.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024

# --- language, time ---------------------------------------------------------------
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("fr", _("French"))]
LOCALE_PATHS = [BASE_DIR / "continuity" / "locale"]

# --- static files -----------------------------------------------------------------
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
if env.flag("CONTINUITY_HASHED_STATIC", default=False):
    # In the image, where collectstatic has run: names carry a hash of the content.
    STATIC_ROOT = Path(env.text("CONTINUITY_STATIC_ROOT", str(places.VAR / "static")))
    STORAGES["staticfiles"]["BACKEND"] = (
        "whitenoise.storage.CompressedManifestStaticFilesStorage"
    )
else:
    WHITENOISE_USE_FINDERS = True
    WHITENOISE_AUTOREFRESH = DEBUG

# --- mail -------------------------------------------------------------------------
DEFAULT_FROM_EMAIL = env.text("CONTINUITY_MAIL_FROM", "Continuity <continuity@localhost>")
MAILERS: dict[str, dict[str, object]] = {
    "default": {"BACKEND": "django.core.mail.backends.console.EmailBackend"}
}
MAIL_DOMAIN = parseaddr(DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
"""What stands after the @ in the Message-ID of our mails."""
if smtp_host := env.text("CONTINUITY_SMTP_HOST", ""):
    MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {
                "host": smtp_host,
                "port": env.whole("CONTINUITY_SMTP_PORT", default=587),
                "username": env.text("CONTINUITY_SMTP_USER", ""),
                "password": env.text("CONTINUITY_SMTP_PASSWORD", ""),
                "use_tls": env.flag("CONTINUITY_SMTP_STARTTLS", default=True),
                "timeout": 20,
            },
        }
    }

# --- the way out ------------------------------------------------------------------
OUTGOING_NETWORKS = env.words("CONTINUITY_OUTGOING_NETWORKS")
"""Private networks that webhooks may reach all the same, as in 10.20.0.0/16."""
OUTGOING_PORTS = [
    int(port) for port in env.words("CONTINUITY_OUTGOING_PORTS", default="443")
]

# --- logs -------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "continuity": {"level": "INFO"},
        "django.request": {"level": "ERROR"},
    },
}
