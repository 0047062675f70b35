"""Django's settings, all of them derived from `nanhu.kernel.configuration`."""

from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _

import nanhu
from nanhu.kernel.configuration import configuration
from nanhu.kernel.cookies import host_only
from nanhu.kernel.logs import logging_settings
from nanhu.kernel.secret_files import generated_secret

CONFIGURATION = configuration()

DEBUG = CONFIGURATION.debug
SECRET_KEY = CONFIGURATION.secret_key or generated_secret(CONFIGURATION.secrets_dir / "secret-key")
PUBLIC = urlsplit(CONFIGURATION.public_url)
ALLOWED_HOSTS = [
    PUBLIC.hostname or "localhost",
    "localhost",
    "127.0.0.1",
    *[host.strip() for host in CONFIGURATION.allowed_hosts.split(",") if host.strip()],
]
CSRF_TRUSTED_ORIGINS = [CONFIGURATION.public_url]

ROOMS = [
    "nanhu.kernel",
    "nanhu.kernel.ui",
    "nanhu.kernel.calendar",
    "nanhu.kernel.numbering",
    "nanhu.kernel.draw",
    "nanhu.kernel.files",
    "nanhu.kernel.printing",
    "nanhu.platforms.people",
    "nanhu.platforms.campus",
    "nanhu.platforms.identity",
    "nanhu.platforms.identity.registry",
    "nanhu.platforms.identity.factors",
    "nanhu.platforms.identity.recovery",
    "nanhu.platforms.identity.administration",
    "nanhu.platforms.identity.personal",
    "nanhu.platforms.identity.guests",
    "nanhu.platforms.identity.protocols.oidc",
    "nanhu.platforms.identity.protocols.saml",
    "nanhu.platforms.identity.protocols.radius",
    "nanhu.platforms.ledger",
    "nanhu.platforms.datahub",
    "nanhu.platforms.messages",
    "nanhu.platforms.openapi",
    "nanhu.platforms.parties",
    "nanhu.platforms.terminals",
    "nanhu.platforms.access",
    "nanhu.platforms.payments",
    "nanhu.platforms.flows",
    "nanhu.platforms.flows.workshop",
    "nanhu.platforms.portal",
    "nanhu.systems.card",
    "nanhu.systems.card.pins",
    "nanhu.systems.card.codes",
    "nanhu.systems.card.funds",
    "nanhu.systems.card.bank",
    "nanhu.systems.card.devices",
    "nanhu.systems.card.issuing",
    "nanhu.systems.card.rights",
    "nanhu.systems.card.verification",
    "nanhu.systems.card.fleet",
    "nanhu.systems.card.doors",
    "nanhu.systems.card.closing",
    "nanhu.systems.card.chip",
    "nanhu.systems.card.vendors",
    "nanhu.systems.card.holder",
    "nanhu.systems.dormitory",
    "nanhu.services.directory",
    "nanhu.services.venues",
    "nanhu.services.lostfound",
    "nanhu.services.requests",
    "nanhu.services.mobile",
    "nanhu.services.network",
    "nanhu.services.network.portal",
    "nanhu.services.network.reach",
    "nanhu.systems.assets",
    "nanhu.systems.assets.counting",
    "nanhu.sample",
]
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "procrastinate.contrib.django",
    "django_cotton.apps.SimpleAppConfig",
    "django_htmx",
    "lucide",
    *ROOMS,
]

MIDDLEWARE = [
    "nanhu.kernel.proxies.TrustedProxyMiddleware",
    "nanhu.services.network.portal.middleware.CaptiveMiddleware",
    "nanhu.kernel.secure_line.SecureLineMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "nanhu.kernel.compression.CompressionMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "nanhu.kernel.middleware.PrefetchMiddleware",
    "nanhu.kernel.middleware.DatabaseAwayMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "nanhu.kernel.bodies.BodyLimitMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "nanhu.platforms.identity.middleware.SignInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "nanhu.kernel.middleware.ExpectedFailureMiddleware",
    "nanhu.platforms.identity.middleware.IdentityMiddleware",
    "nanhu.platforms.portal.middleware.PreferencesMiddleware",
    "nanhu.kernel.middleware.ReadOnlyMiddleware",
]

ROOT_URLCONF = "nanhu.project.urls"
CSRF_FAILURE_VIEW = "nanhu.kernel.ui.error_pages.csrf_failure"
WSGI_APPLICATION = "nanhu.project.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [
                (
                    "nanhu.kernel.ui.constant_folding.Loader",
                    ["django_cotton.cotton_loader.Loader", "django.template.loaders.app_directories.Loader"],
                )
            ],
            "builtins": ["django_cotton.templatetags.cotton", "django.templatetags.i18n", "django.templatetags.static"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "nanhu.project.context.campus",
                "nanhu.kernel.ui.shell.ui",
                "nanhu.kernel.kit.frames.kit",
            ],
        },
    }
]
COTTON_DIR = "cotton"

DATABASE = urlsplit(CONFIGURATION.database_url)
DATABASE_QUERY = dict(parse_qsl(DATABASE.query))
DATABASES = {
    "default": {
        "ENGINE": "nanhu.kernel.database.engine",
        "NAME": DATABASE.path.lstrip("/"),
        "USER": unquote(DATABASE.username or ""),
        "PASSWORD": unquote(DATABASE.password or ""),
        "HOST": DATABASE_QUERY.pop("host", DATABASE.hostname or ""),
        "PORT": str(DATABASE.port or ""),
        "CONN_MAX_AGE": 0,
        "DISABLE_SERVER_SIDE_CURSORS": not CONFIGURATION.is_database_embedded,  # PgBouncer may stand in between
        "OPTIONS": {
            **DATABASE_QUERY,
            "pool": {"min_size": 1, "max_size": CONFIGURATION.database_pool_size, "timeout": 20},
            "application_name": f"nanhu-{CONFIGURATION.process_name}",
            "options": CONFIGURATION.database_options,
            "prepare_threshold": 0,  # of kernel.database.prepared alone: Django writes values into the SQL of all else
        },
        "TEST": {"TEMPLATE": "template0"},
    }
}
DATABASE_GRANTS = "nanhu.project.grants.GRANTS"
READ_ONLY = "nanhu.project.read_only.GOES_ON"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "identity.Account"
AUTHENTICATION_BACKENDS = ["nanhu.platforms.identity.backend.AccountBackend"]
PASSWORD_HASHERS = ["nanhu.platforms.identity.hashing.CampusArgon2Hasher"]
LOGIN_URL = "identity:sign_in"
LOGIN_REDIRECT_URL = "portal:home"

LANGUAGE_CODE = "zh-hans"
LOCALE_PATHS = [Path(nanhu.__file__).parent / "kernel/words/locale"]
LANGUAGES = [("zh-hans", _("简体中文")), ("en", "English")]
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
STATIC_ROOT = CONFIGURATION.data_dir / "static"
MEDIA_ROOT = CONFIGURATION.media_dir
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"file_permissions_mode": 0o600, "directory_permissions_mode": 0o700},
    },
    "staticfiles": {"BACKEND": "nanhu.kernel.staticfiles.CampusStaticStorage"},
}
WHITENOISE_USE_FINDERS = DEBUG

SECURE_CSP = {
    "default-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:", "blob:"],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PUBLIC.scheme == "https" else None
SECURE_SSL_REDIRECT = False
SECURE_HSTS_SECONDS = 31_536_000 if PUBLIC.scheme == "https" else 0
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PUBLIC.scheme == "https"
SESSION_ENGINE = "nanhu.kernel.database.session_store"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = host_only("nanhu_session"), host_only("csrftoken")
SESSION_EXPIRE_AT_BROWSER_CLOSE = True  # computers of laboratories and of the library are everybody's
SESSION_COOKIE_AGE = CONFIGURATION.session_hours * 3600
X_FRAME_OPTIONS = "DENY"

DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_TEMP_DIR = None
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
LOGGING = logging_settings(CONFIGURATION.log_format)
LOGGING_CONFIG = "logging.config.dictConfig"
SILENCED_SYSTEM_CHECKS = ["security.W004", "security.W008"]  # TLS is the reverse proxy's part, see docs/operations.md
PROCRASTINATE_ON_APP_READY = None
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
