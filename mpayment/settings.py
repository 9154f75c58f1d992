"""Settings, read once, typed; whoever changes one finds who does so and why beside it."""

from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from mpayment.env import env_bool, env_int, env_list, env_secret, env_text
from mpayment.logs import logging_settings

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
    "apps.live",
    "apps.keys",
    "apps.mail",
    "apps.customers",
    "apps.providers",
    "apps.merchants",
    "apps.devices",
    "apps.instruments",
    "apps.codes",
    "apps.limits",
    "apps.fraud",
    "apps.transactions",
    "apps.confirmations",
    "apps.demo",
]

# The first names every request, also one that is refused; the last stands next to the views of the JSON doors.
MIDDLEWARE = [
    "apps.rest.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "apps.rest.middleware.ApiMiddleware",
]

ROOT_URLCONF = "mpayment.urls"
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
# Only tests may: a database that forgets payments in a power cut is refused otherwise.
ALLOW_FORGETFUL_DATABASE = env_bool("ALLOW_FORGETFUL_DATABASE", default=False)
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

# Redis
# Doorbells, announcements, presence: losing all of it slows, and loses nothing. A socket is `unix://path?db=0`.
REDIS_URL = env_text("REDIS_URL")

# Doors for machines
REST_FRAMEWORK: dict[str, object] = {
    # Every door names its own; nobody gets in by a session or a password by default.
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "UNAUTHENTICATED_USER": None,
    "EXCEPTION_HANDLER": "apps.rest.views.exception_handler",
}

# Work after the commit
# The function that rings for a note, the handler of each topic, and what is to be done again and again.
OUTBOX_DOORBELL = "mpayment.celery.ring"
OUTBOX_HANDLERS: dict[str, str] = {}
TIMED_NOTES: dict[str, timedelta] = {}


def _broker(url: str) -> str:
    """Return the address as Celery writes it; the same except for a socket."""
    parts = urlsplit(url)
    if parts.scheme != "unix":
        return url
    database = parse_qs(parts.query).get("db", ["0"])[-1]
    return f"redis+socket://{parts.path}?virtual_host={database}"


CELERY_BROKER_URL = _broker(REDIS_URL)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Forever: the sweeper does the work meanwhile, and the worker must be there when Redis is back.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TASK_DEFAULT_QUEUE = "mpayment"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
# Threads, because the work is waiting for banks. The operator raises it with the provider's latency.
CELERY_WORKER_POOL = "threads"
CELERY_WORKER_CONCURRENCY = env_int("WORKER_THREADS", default=8)
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# Nobody listens to events or commands, and every one of them costs the broker.
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_ENABLE_UTC = True

# Logs
# One JSON line per event on standard error; the operator sets LOG_LEVEL to WARNING where INFO is too much.
LOGGING = logging_settings(env_text("LOG_LEVEL", default="INFO"))

# Demo
# Lets seed_demo fill the database, and writes keys into a file. Never where real money moves.
DEMO = env_bool("DEMO", default=False)
