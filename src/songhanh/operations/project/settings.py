"""Settings. Everything that differs between installations comes from the environment; see `serving.py`."""

from __future__ import annotations

import os
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import dj_database_url
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from songhanh.core.home import home, writable
from songhanh.operations.project.secret import secret_key

PROJECT = Path(__file__).resolve().parent
HOME = writable(home())

SECRET_KEY = os.environ.get("SONGHANH_SECRET_KEY") or secret_key(HOME)
DEBUG = False
LOOPBACK = ["127.0.0.1", "localhost", "[::1]"]
# Names under which a reverse proxy with a certificate serves the pages to others, separated by commas
# (SONGHANH_HOSTS=chongdich.example.vn). Without any the pages answer on this machine only, over plain HTTP.
HOSTS = [name.strip() for name in os.environ.get("SONGHANH_HOSTS", "").split(",") if name.strip()]
ALLOWED_HOSTS = LOOPBACK + HOSTS
SERVED_BEYOND_LOOPBACK = bool(HOSTS)
# The proxy's own address; only its word for the reader's address and for "https" is believed (see `serving.py`).
TRUSTED_PROXY = os.environ.get("SONGHANH_PROXY", "127.0.0.1") if HOSTS else None

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "songhanh.operations.project",
    "songhanh.operations.audit",
    "songhanh.operations.places",
    "songhanh.operations.accounts",
    "songhanh.operations.people",
    "songhanh.operations.tracing",
    "songhanh.operations.cases",
    "songhanh.operations.sampling",
    "songhanh.operations.quarantine",
    "songhanh.operations.indicators",
    "songhanh.operations.intake",
    "songhanh.operations.fieldwork",
    "songhanh.operations.planning",
    "songhanh.operations.bulletin",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "songhanh.operations.project.middleware.ChosenLanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "songhanh.operations.audit.context.AddressMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "songhanh.operations.accounts.middleware.IdleMiddleware",
    "songhanh.operations.accounts.middleware.LoginMiddleware",
    "songhanh.operations.accounts.middleware.SecondFactorMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "songhanh.operations.project.urls"
WSGI_APPLICATION = "songhanh.operations.project.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": [
                "songhanh.operations.project.templatetags.songhanh",
                "songhanh.operations.accounts.templatetags.access",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "songhanh.operations.project.context.frame",
                "songhanh.operations.accounts.context.access",
            ],
        },
    }
]


def _database() -> dict[str, Any]:
    """Return SQLite in the data directory, or what ``DATABASE_URL`` names."""
    default = f"sqlite:///{HOME / 'songhanh.sqlite3'}"
    database: dict[str, Any] = dict(dj_database_url.config(default=default))
    if database["ENGINE"] == "django.db.backends.sqlite3":
        database["OPTIONS"] = {
            # Readers never wait for the writer, and a writer waits instead of failing at once.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
        }
    else:
        database["CONN_MAX_AGE"] = 60
        database["CONN_HEALTH_CHECKS"] = True
    return database


DATABASES = {"default": _database()}
AUTH_USER_MODEL = "accounts.User"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
_PASSWORDS = "django.contrib.auth.password_validation."
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {
        "NAME": _PASSWORDS + "UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["username", "full_name"]},
    },
    {"NAME": _PASSWORDS + "MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": _PASSWORDS + "CommonPasswordValidator"},
    {"NAME": _PASSWORDS + "NumericPasswordValidator"},
]
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",  # refuses while an account is locked, before a password is looked at
    "allauth.account.auth_backends.AuthenticationBackend",
]
LOGIN_URL = "accounts:enter"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "songhanh.operations.accounts.adapter.Adapter"
ACCOUNT_FORMS = {
    "login": "songhanh.operations.accounts.adapter.EnterForm",
    "reauthenticate": "songhanh.operations.accounts.adapter.AgainForm",
}
MFA_ADAPTER = "songhanh.operations.accounts.adapter.FactorAdapter"
MFA_FORMS = {
    "authenticate": "songhanh.operations.accounts.adapter.CodeForm",
    "reauthenticate": "songhanh.operations.accounts.adapter.AgainCodeForm",
    "activate_totp": "songhanh.operations.accounts.adapter.SetUpForm",
}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = "accounts:enter"
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
ACCOUNT_RATE_LIMITS = {"login": "60/m/ip", "login_failed": False}  # the second is django-axes' work
ACCOUNT_LOGIN_TIMEOUT = 300
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Songhanh"
MFA_TOTP_TOLERANCE = 1  # telephones whose clock is half a minute off
# Five wrong passwords lock an account for a quarter of an hour, from wherever they come; an administrator unlocks.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = ["username"]
AXES_USERNAME_CALLABLE = "songhanh.operations.accounts.views_enter.login_name"
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True  # the audit keeps log-ins
AXES_LOCKOUT_CALLABLE = "songhanh.operations.accounts.views_enter.locked_out"
AXES_VERBOSE = False
SILENCED_SYSTEM_CHECKS = ["axes.W006"]  # by account, whatever the address: offices share one
# Whoever does nothing for so long is logged out; and in any case after a long shift.
IDLE_SECONDS = int(os.environ.get("SONGHANH_IDLE_MINUTES", "30")) * 60
SESSION_COOKIE_AGE = 14 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SAMESITE = "Lax"
# Sessions are files: they can be ended from here, and reading a page never waits for a writer of the database.
SESSION_ENGINE = "django.contrib.sessions.backends.file"
SESSION_FILE_PATH = str(HOME / "sessions")
(HOME / "sessions").mkdir(mode=0o700, exist_ok=True)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default", "quick"]}}
# A running job that has given no sign of life for so long belongs to a killed worker.
JOB_LOST_AFTER_SECONDS = float(os.environ.get("SONGHANH_JOB_LOST_AFTER_SECONDS", "45"))
JOB_ATTEMPTS = 2
# What every worker asks for every few seconds: whether work of a killed one has to be taken up again.
RECOVERIES = [
    "songhanh.operations.planning.job_actions.recover_lost",
    "songhanh.operations.intake.jobs.recover_lost",
]
# What every worker does once an hour: what has reached its day is deleted.
EXPIRIES = [
    "songhanh.operations.intake.actions.delete_expired",
    "songhanh.operations.tracing.actions.delete_expired",
]
# Files that come in: how big one may be, how long it and its rows are kept, and declarations.
INTAKE_MOST_BYTES = int(os.environ.get("SONGHANH_INTAKE_MOST_BYTES", "30000000"))
INTAKE_MOST_ROWS = int(os.environ.get("SONGHANH_INTAKE_MOST_ROWS", "200000"))
INTAKE_KEPT_DAYS = int(os.environ.get("SONGHANH_INTAKE_KEPT_DAYS", "30"))
DECLARATIONS_KEPT_DAYS = int(os.environ.get("SONGHANH_DECLARATIONS_KEPT_DAYS", "30"))
DECLARATIONS_AN_HOUR = int(os.environ.get("SONGHANH_DECLARATIONS_AN_HOUR", "20"))  # from one address
# Names, not imports: pages must start without loading the compiled models, which only the worker runs.
DECISION_ENGINE = {
    name: os.environ.get(f"SONGHANH_{name.upper()}", f"songhanh.operations.planning.library.{name}")
    for name in (
        "evaluate",
        "situation",
        "forecast",
        "priorities",
        "search",
        "what_if",
        "record",
        "rerun",
        "geometry",
        "preload",
    )
}

# The province and the evening that a fresh installation asks about.
DEMO_PACK = os.environ.get("SONGHANH_PACK", "bac-giang-2021")
DEMO_AS_OF = date(2021, 5, 17)
DEMO_SITE = "quang-chau"  # the park whose authority, commune and district a demonstration enters as

# The dated tables by which contacts are traced.
TRACING_POLICY_SET = os.environ.get("SONGHANH_POLICY_SET", "vn-2021")

# What a merge of two persons means to the apps above: modules with HANDLES, move and move_back.
PERSON_MERGE_HANDLERS = ["songhanh.operations.tracing.merging"]
# What apps above show on the page of a person: functions (request, person) -> context of a template, or None.
PERSON_PANELS = [
    "songhanh.operations.sampling.panels.samples",
    "songhanh.operations.quarantine.panels.stays",
]

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", _("Vietnamese")), ("en", _("English"))]
LOCALE_PATHS = [PROJECT.parent / "locale"]
LANGUAGE_COOKIE_SAMESITE = "Lax"
USE_I18N = True
USE_THOUSAND_SEPARATOR = True
FORMAT_MODULE_PATH = ["songhanh.operations.project.formats"]
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_TZ = True

STATIC_URL = "/static/"
# Served straight from the package: file names of the build carry a hash of their content.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
_HASHED_NAME = re.compile(r"^.+-[0-9A-Z]{8}\.[a-z0-9]+$")


def WHITENOISE_IMMUTABLE_FILE_TEST(path: str, url: str) -> bool:  # noqa: N802 - the name is whitenoise's
    """Say whether a file never changes under its name, so that browsers may keep it."""
    return bool(_HASHED_NAME.match(url))


CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],  # the style sheet's own icons; the map's and charts' pictures
        "connect-src": [SELF],
        "worker-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SERVED_BEYOND_LOOPBACK
SECURE_HSTS_SECONDS = 365 * 86400 if SERVED_BEYOND_LOOPBACK else 0
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "songhanh.operations.project.views.form_too_old"

# Requests a minute of one account to the API.
API_RATES = {"read": 600, "write": 240}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"songhanh": {"level": "INFO"}},
}
