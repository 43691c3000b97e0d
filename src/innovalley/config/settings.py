"""Django settings. Everything that differs between installations comes from the environment.

DATABASE_URL               postgresql://… ; without it the embedded PostgreSQL is used
INNOVALLEY_SECRET_KEY      required where DATABASE_URL is set; with the embedded database one is kept in the home
INNOVALLEY_SECRET_KEY_OLD  the key before, while a new one takes over
INNOVALLEY_HOME            folder for what the product writes (default: .data beside the checkout)
INNOVALLEY_HOSTS           host names served, comma separated (default: localhost only)
INNOVALLEY_ORIGINS         https://… addresses whose forms are trusted, where they differ from the hosts'
INNOVALLEY_HTTPS           1 where people reach the site by https
INNOVALLEY_PROXIES         how many proxies stand in front and add to X-Forwarded-For (default: 0)
INNOVALLEY_MAIL            the mail server, see innovalley.config.mail
INNOVALLEY_MAIL_FROM       the sender's address
INNOVALLEY_URL             the address of the site in mails (https://…)
INNOVALLEY_LOG             what the log holds: DEBUG, INFO, WARNING (default) or ERROR
INNOVALLEY_DEBUG           1 for Django's debug pages

docs/operations.md explains them, and those that other parts read.
"""

from __future__ import annotations

import os
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from innovalley.config import database, home, mail

PACKAGE = Path(__file__).resolve().parent.parent
HOME = home.folder()

DEBUG = os.environ.get("INNOVALLEY_DEBUG") == "1"
SECRET_KEY = home.secret_key()
SECRET_KEY_FALLBACKS = [key for key in [os.environ.get("INNOVALLEY_SECRET_KEY_OLD", "")] if key]
ALLOWED_HOSTS = [h for h in os.environ.get("INNOVALLEY_HOSTS", "localhost,127.0.0.1,[::1]").split(",") if h]
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("INNOVALLEY_ORIGINS", "").split(",") if o]
HTTPS = os.environ.get("INNOVALLEY_HTTPS") == "1"
PROXIES = home.whole_number("INNOVALLEY_PROXIES", 0)
SITE_URL = os.environ.get("INNOVALLEY_URL", "") or (
    "https://" + ALLOWED_HOSTS[0] if HTTPS else "http://localhost:8000"
)

INSTALLED_APPS = [
    "innovalley.accounts",
    "innovalley.ledger",
    "innovalley.documents",
    "innovalley.notices",
    "innovalley.registry",
    "innovalley.reviews",
    "innovalley.challenges",
    "innovalley.sample",
    "innovalley.web",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "django_cotton",
    "heroicons",
    "django_filters",
    "rules",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "procrastinate.contrib.django",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "innovalley.web.middleware.ChosenLanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "innovalley.web.middleware.PersonalMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "innovalley.web.middleware.RefusedMiddleware",
]

ROOT_URLCONF = "innovalley.config.urls"
WSGI_APPLICATION = "innovalley.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "innovalley.web.context.navigation",
            ],
            # Every page translates, names static files and writes money and dates.
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "innovalley.web.templatetags.web",
            ],
        },
    }
]

COTTON_ISOLATE_BY_DEFAULT = True  # a component sees what it is given, not the variables of the page

DATABASES = {"default": database.settings()}
CACHES = {
    "default": {  # in the database, since several processes count failed sign-ins together
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "site_cache",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}

# Accounts ------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_REDIRECT_URL = "home"
PASSWORD_RESET_TIMEOUT = 60 * 60
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # accounts are opened by the office; see accounts.adapter
ACCOUNT_ADAPTER = "innovalley.accounts.adapter.AccountAdapter"
ACCOUNT_PREVENT_ENUMERATION = True
ALLAUTH_TRUSTED_PROXY_COUNT = PROXIES  # whose address the limits of failed sign-ins count
MFA_ADAPTER = "innovalley.accounts.adapter.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "InnoValley"
MFA_ALLOW_UNVERIFIED_EMAIL = True  # the office knows whom it opens an account for

# Mail ----------------------------------------------------------------------------------------------
globals().update(mail.settings(os.environ.get("INNOVALLEY_MAIL", ""), HOME / "mail"))
DEFAULT_FROM_EMAIL = os.environ.get("INNOVALLEY_MAIL_FROM", "innovalley@localhost")

# Language and time ---------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [PACKAGE / "config" / "locale"]  # of what no installed app holds; see config.translations
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"  # shown; stored in UTC

# Files ---------------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = HOME / "static"
MEDIA_ROOT = HOME / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FILES = 20
FILE_UPLOAD_HANDLERS = ["innovalley.documents.uploading.BoundedUploadHandler"]

# Security (OWASP ASVS level 2 is the check list) ---------------------------------------------------
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = False  # the pages' scripts send it along
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
if HTTPS:  # the prefix makes browsers refuse a cookie that another host or an http page set
    SESSION_COOKIE_NAME = "__Host-sessionid"
CSRF_FAILURE_VIEW = "innovalley.web.held.csrf_failure"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS and PROXIES else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # HSTS for subdomains: they are other systems' of the same province
    "security.W021",  # HSTS preload: likewise
]
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}

# Matching ------------------------------------------------------------------------------------------
EMBEDDER = "innovalley.config.embedders.default_embedder"  # which reads INNOVALLEY_EMBEDDINGS_*

# Jobs ----------------------------------------------------------------------------------------------
PROCRASTINATE_ON_APP_READY = None
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"  # of each room

# Log -----------------------------------------------------------------------------------------------
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": home.one_of("INNOVALLEY_LOG", "WARNING", LOG_LEVELS)},
    "loggers": {"innovalley.accounts": {"level": "INFO"}},  # who signs in always stands in the log
}
