"""Django's settings. What an installation may choose comes from `core.environment`; the rest is fixed here."""

import socket
from pathlib import Path

from kaoqin.core.database import django_database
from kaoqin.core.environment import read_settings, secret_key
from kaoqin.maps.tiles import origins, read_tiles

CHOSEN = read_settings()
PACKAGE = Path(__file__).resolve().parents[1]
DATA_DIR: Path = CHOSEN["KAOQIN_DATA_DIR"]

SECRET_KEY = secret_key(DATA_DIR, CHOSEN["KAOQIN_SECRET_KEY"])
DEBUG: bool = CHOSEN["KAOQIN_DEBUG"]
ALLOWED_HOSTS: list[str] = CHOSEN["KAOQIN_ALLOWED_HOSTS"] or [
    "localhost",
    "127.0.0.1",
    "[::1]",
    socket.gethostname(),
    CHOSEN["KAOQIN_HOST"],
]

INSTALLED_APPS = [
    "kaoqin.core",
    "kaoqin.security",
    "kaoqin.maps",
    "kaoqin.org",
    "kaoqin.notices",
    "kaoqin.consent",
    "kaoqin.privacy",
    "kaoqin.approvals",
    "kaoqin.devices",
    "kaoqin.scheduling",
    "kaoqin.punches",
    "kaoqin.phones",
    "kaoqin.kiosk",
    "kaoqin.tracks",
    "kaoqin.field",
    "kaoqin.leave",
    "kaoqin.overtime",
    "kaoqin.attendance",
    "kaoqin.trials",
    "kaoqin.rollcall",
    "kaoqin.web.apps.WebConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "procrastinate.contrib.django",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "kaoqin.security.middleware.content_security",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "kaoqin.security.middleware.language",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "kaoqin.security.middleware.actor",
    "kaoqin.security.middleware.refusals",
]
ROOT_URLCONF = "kaoqin.config.urls"
WSGI_APPLICATION = "kaoqin.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "kaoqin.web.context.preferences",
                "kaoqin.web.context.layout",
            ],
            "builtins": [
                "kaoqin.core.templatetags.kaoqin",
                "django.templatetags.i18n",
                "django.templatetags.l10n",
            ],
        },
    }
]

DATABASES = {"default": django_database(CHOSEN["DATABASE_URL"])}

AUTH_USER_MODEL = "security.Account"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "kaoqin.security.passwords.ThreeOfFourKinds"},
]
LOGIN_URL = "security:login"
LOGIN_REDIRECT_URL = "web:home"

HTTPS: bool = CHOSEN["KAOQIN_HTTPS"]
SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = False  # htmx reads it to send the header
X_FRAME_OPTIONS = "DENY"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]
TIME_ZONE: str = CHOSEN["KAOQIN_TIME_ZONE"]
USE_TZ = True
SOON_IS_NOW = False
USE_I18N = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [PACKAGE / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

DATA_UPLOAD_MAX_MEMORY_SIZE = CHOSEN["KAOQIN_UPLOAD_MB"] * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
UPLOAD_DAYS: int = CHOSEN["KAOQIN_UPLOAD_DAYS"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
PUBLIC_URL: str = CHOSEN["KAOQIN_PUBLIC_URL"]
TRUSTED_HOSTS: list[str] = CHOSEN["KAOQIN_TRUSTED_HOSTS"]
GEOCODER: str = CHOSEN["KAOQIN_GEOCODER"]
GEOCODER_KEY: str = CHOSEN["KAOQIN_GEOCODER_KEY"]
GEOCODER_SECRET: str = CHOSEN["KAOQIN_GEOCODER_SECRET"]
GEOCODER_DAILY: int = CHOSEN["KAOQIN_GEOCODER_DAILY"]
GEOCODER_URL: str = CHOSEN["KAOQIN_GEOCODER_URL"]
TILES = read_tiles(CHOSEN["KAOQIN_TILES"], CHOSEN["KAOQIN_TILES_KEY"], CHOSEN["KAOQIN_TILES_DATUM"])
TILE_ORIGINS = origins(TILES)
TOKEN_DAYS: int = CHOSEN["KAOQIN_TOKEN_DAYS"]
TRACK_RAW_DAYS: int = CHOSEN["KAOQIN_TRACK_RAW_DAYS"]
TRACK_DAYS: int = CHOSEN["KAOQIN_TRACK_DAYS"]
EVIDENCE_DAYS: int = CHOSEN["KAOQIN_EVIDENCE_DAYS"]
PHOTO_DAYS: int = CHOSEN["KAOQIN_PHOTO_DAYS"]
IP_DATABASE: str = CHOSEN["KAOQIN_IP_DATABASE"]
PUNCH_PHOTO_DAYS: int = CHOSEN["KAOQIN_PUNCH_PHOTO_DAYS"]
EMAIL_HOST: str = CHOSEN["KAOQIN_MAIL_HOST"]
EMAIL_PORT: int = CHOSEN["KAOQIN_MAIL_PORT"]
EMAIL_USE_TLS: bool = CHOSEN["KAOQIN_MAIL_TLS"] == "starttls"
EMAIL_USE_SSL: bool = CHOSEN["KAOQIN_MAIL_TLS"] == "tls"
EMAIL_HOST_USER: str = CHOSEN["KAOQIN_MAIL_USER"]
EMAIL_HOST_PASSWORD: str = CHOSEN["KAOQIN_MAIL_PASSWORD"]
EMAIL_TIMEOUT = 15
DEFAULT_FROM_EMAIL: str = CHOSEN["KAOQIN_MAIL_FROM"] or EMAIL_HOST_USER

MEDIA_ROOT = DATA_DIR / "files"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": CHOSEN["KAOQIN_LOG_LEVEL"]},
}
