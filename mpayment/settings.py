"""Settings, read once, typed; whoever changes one finds who does so and why beside it."""

from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from mpayment.env import env_bool, env_list, env_secret, env_text

BASE_DIR = Path(__file__).resolve().parent.parent

# Signs sessions and CSRF tokens; the operator makes one per installation and never shares it between two.
SECRET_KEY = env_secret("SECRET_KEY").reveal()

# Tracebacks in the browser. A developer turns it on at his own machine; never where money moves.
DEBUG = env_bool("DEBUG", default=False)

# The names under which this installation is reached; the operator lists them.
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", default=("localhost", "127.0.0.1", "[::1]"))

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "apps.outbox",
    "apps.idempotency",
    "apps.audit",
    "apps.ledger",
    "apps.keys",
    "apps.customers",
    "apps.merchants",
    "apps.fraud",
]

MIDDLEWARE = ["django.middleware.security.SecurityMiddleware"]

WSGI_APPLICATION = "mpayment.wsgi.application"


def _database(url: str) -> dict[str, object]:
    """Return Django's settings for a ``postgresql://`` address; a socket directory goes into ``?host=``."""
    parts = urlsplit(url)
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    host = query.pop("host", None) or (unquote(parts.hostname) if parts.hostname else "")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or query.pop("user", "")),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": query.pop("port", None) or (parts.port or ""),
        "ATOMIC_REQUESTS": False,
        # A pool per process: a new connection per request costs three times as much as the request itself.
        "CONN_MAX_AGE": 0,
        "OPTIONS": {
            "pool": {"min_size": 1, "max_size": 8, "timeout": 5},
            # Parameters travel apart from the text, and a statement is prepared at its second use.
            "server_side_binding": True,
            "prepare_threshold": 1,
            **query,
        },
    }


# The books. One PostgreSQL 18, in development and in production alike.
DATABASES = {"default": _database(env_text("DATABASE_URL"))}
# Developers who share a server name their own test database.
DATABASES["default"]["TEST"] = {"NAME": env_text("MPAYMENT_TEST_DATABASE", default="test_mpayment")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"

# Keys
# `id:base64` of 32 random bytes each, newest first; private keys and PIN keys rest under them. The operator makes one
# with `python3 -c "import base64, secrets; print(base64.b64encode(secrets.token_bytes(32)).decode())"`.
KEY_ENCRYPTION_KEYS = env_secret("KEY_ENCRYPTION_KEYS")

# The installation's UUID; part of every signature and sealed value, so it never changes.
REALM_ID = env_text("REALM_ID")

# The doorbell between processes: announcements, presence, the broker. Losing it slows things down and loses nothing.
REDIS_URL = env_text("REDIS_URL", default="redis://127.0.0.1:6379/0")
