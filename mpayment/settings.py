"""Settings, read once, typed; whoever changes one finds who does so and why beside it."""

from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from apps.kernel.money import Money
from mpayment.env import env_bool, env_choice, env_int, env_list, env_networks, env_secret, env_text
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
    "django.contrib.staticfiles",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "apps.outbox",
    "apps.idempotency",
    "apps.audit",
    "apps.ledger",
    "apps.live",
    "apps.keys",
    "apps.approvals",
    "apps.cases",
    "apps.mail",
    "apps.operators",
    "apps.customers",
    "apps.providers",
    "apps.switches",
    "apps.merchants",
    "apps.devices",
    "apps.instruments",
    "apps.codes",
    "apps.limits",
    "apps.fraud",
    "apps.transactions",
    "apps.confirmations",
    "apps.settlement",
    "apps.pages",
    "apps.wallet_pwa",
    "apps.demo",
    # Commands and checks of the whole; it has no tables.
    "mpayment",
]

# The first names every request, also one that is refused; the last stands next to the views of the JSON doors.
MIDDLEWARE = [
    "apps.rest.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "apps.pages.middleware.PortalMiddleware",
    "apps.rest.middleware.ApiMiddleware",
]

ROOT_URLCONF = "mpayment.urls"
WSGI_APPLICATION = "mpayment.wsgi.application"

# Pages
TEMPLATES: list[dict[str, object]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    }
]
STATIC_URL = "/static/"
# The wallet's modules import two packages by name, and staff's pages refresh themselves with a third; they come from
# npm. Who serves no wallet needs none: staff's pages then stand still until they are loaded again.
_PACKAGES = {
    "hpke": BASE_DIR / "node_modules" / "hpke",
    "uqr": BASE_DIR / "node_modules" / "uqr" / "dist",
    "htmx": BASE_DIR / "node_modules" / "htmx.org" / "dist",
}
STATICFILES_DIRS: list[Path | tuple[str, Path]] = [
    BASE_DIR / "static",
    *((name, path) for name, path in _PACKAGES.items() if path.is_dir()),
]
# Where `collectstatic` puts all files for the web server in front; the operator names it. A demo serves them itself.
STATIC_ROOT = env_text("STATIC_ROOT", default="") or None

# Web wallet
# What customers see below its icon. The retailer chooses it.
WALLET_NAME = env_text("WALLET_NAME", default="Wallet")
# Where phones open their sockets, such as wss://pay.example/ws/wallet/. Without one: at the page's own address, where
# the web server in front passes /ws/ on to the socket processes.
WALLET_SOCKET_URL = env_text("WALLET_SOCKET_URL", default="")


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
            # Whoever waits longer for a row is told to come again: a till is answered within eight seconds.
            "options": "-c lock_timeout=2s",
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
# Sockets of one process only: what happens elsewhere reaches each process through its own subscription to Redis.
# A socket may stay open for longer than a day, after which a group would forget it.
CHANNEL_LAYERS: dict[str, dict[str, object]] = {
    "default": {
        "BACKEND": "channels.layers.InMemoryChannelLayer",
        "CONFIG": {"group_expiry": int(timedelta(days=365).total_seconds())},
    }
}

# Reverse proxies
# The addresses or networks of those that end TLS. They alone are believed which client certificate a till has shown,
# in this header as RFC 9440 writes it. The operator names them, and nobody else may reach the web processes from there.
TLS_PROXIES = env_networks("TLS_PROXIES")
# For a proxy that cannot drop a client's own `Client_Cert`, which is the same to WSGI: a name without a hyphen.
CLIENT_CERTIFICATE_HEADER = env_text("CLIENT_CERTIFICATE_HEADER", default="Client-Cert")

# Doors for machines
REST_FRAMEWORK: dict[str, object] = {
    # Every door names its own; nobody gets in by a session or a password by default.
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "UNAUTHENTICATED_USER": None,
    "EXCEPTION_HANDLER": "apps.rest.views.exception_handler",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
}
# The OpenAPI document at /api/docs; each door describes its own calls.
SPECTACULAR_SETTINGS: dict[str, object] = {
    "TITLE": "Mobile payments",
    "DESCRIPTION": "Amounts are whole numbers of minor units; times are RFC 3339 in UTC; errors are RFC 9457 problems.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "PREPROCESSING_HOOKS": ["apps.rest.documentation.only_described"],
    "POSTPROCESSING_HOOKS": ["apps.rest.documentation.add_components"],
    "GET_MOCK_REQUEST": "apps.rest.documentation.blank_request",
}

# Work after the commit
# The function that rings for a note, the handler of each topic, and what is to be done again and again.
OUTBOX_DOORBELL = "mpayment.celery.ring"
# Topics whose handler claims what it works on: whoever hears the doorbell need not claim the note besides.
OUTBOX_SELF_CLAIMING = {"transactions.carry_out"}
OUTBOX_HANDLERS: dict[str, str] = {
    "audit.seal": "apps.audit.tasks.seal",
    "transactions.carry_out": "apps.transactions.tasks.carry_out",
    "transactions.watch": "apps.transactions.tasks.watch",
    "transactions.decide_refund": "apps.transactions.tasks.decide_refund",
    "fraud.decide_rule": "apps.fraud.tasks.decide_rule",
    "fraud.decide_live": "apps.fraud.tasks.decide_live",
    "fraud.back_test": "apps.fraud.tasks.back_test",
    "switches.stop": "apps.switches.tasks.stop",
    "switches.resume": "apps.switches.tasks.resume",
    "switches.rotate_code_key": "apps.switches.tasks.rotate_code_key",
    "devices.forget_expired": "apps.devices.tasks.forget",
    "devices.revoke_many": "apps.devices.tasks.revoke_many",
    "limits.forget_counters": "apps.limits.tasks.forget",
    "merchants.forget_nonces": "apps.merchants.tasks.forget",
    "mail.send": "apps.mail.tasks.send",
    "mail.alert": "apps.mail.tasks.alert",
    "cases.look": "apps.cases.tasks.look",
    "approvals.expire": "apps.approvals.tasks.expire",
    "customers.forget_registrations": "apps.customers.tasks.forget_registrations",
    "confirmations.tell": "apps.confirmations.tasks.tell",
    "settlement.close_batches": "apps.settlement.tasks.close_batches",
    "settlement.look": "apps.settlement.tasks.look",
    "providers.watch_certificates": "apps.providers.tasks.watch_certificates",
    "providers.forget_nonces": "apps.providers.tasks.forget",
    "instruments.end_consent": "apps.instruments.tasks.end_consent",
    "provider_hooks.look_into": "apps.provider_hooks.tasks.look_into",
}
TIMED_NOTES: dict[str, timedelta] = {
    "cases.look": timedelta(minutes=1),
    "approvals.expire": timedelta(minutes=1),
    "transactions.watch": timedelta(seconds=1),
    "audit.seal": timedelta(seconds=10),
    "devices.forget_expired": timedelta(hours=1),
    "limits.forget_counters": timedelta(days=1),
    "merchants.forget_nonces": timedelta(minutes=5),
    "customers.forget_registrations": timedelta(hours=1),
    "providers.watch_certificates": timedelta(days=1),
    "providers.forget_nonces": timedelta(minutes=5),
    "settlement.close_batches": timedelta(minutes=15),
    "settlement.look": timedelta(days=1),
}
# Who hears of what happened to a payment: the topics that get a note, by event.
EVENT_SUBSCRIBERS: dict[str, list[str]] = {
    "consent.requested": ["confirmations.tell"],
    "payment.captured": ["confirmations.tell"],
    "payment.declined": ["confirmations.tell"],
    "payment.reversing": ["confirmations.tell"],
    "payment.cancelled": ["confirmations.tell"],
    "payment.expired": ["confirmations.tell"],
    "payment.refunded": ["confirmations.tell"],
    "approval.approved.refund": ["transactions.decide_refund"],
    "approval.refused.refund": ["transactions.decide_refund"],
    "approval.expired.refund": ["transactions.decide_refund"],
    "approval.approved.fraud_rule": ["fraud.decide_rule"],
    "approval.refused.fraud_rule": ["fraud.decide_rule"],
    "approval.expired.fraud_rule": ["fraud.decide_rule"],
    "approval.approved.fraud_rule_live": ["fraud.decide_live"],
    "approval.approved.switch_stop": ["switches.stop"],
    "approval.approved.switch_resume": ["switches.resume"],
    "approval.approved.code_key": ["switches.rotate_code_key"],
    "case.alarm": ["mail.alert"],
}


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
# No second book of what is being worked on, which costs every payment a write to Redis: that is what the outbox is.
# What a worker takes with it when it dies, the sweeper finds.
CELERY_BROKER_TRANSPORT_OPTIONS = {"ack_emulation": False}
# Threads, because the work is waiting for banks. The operator raises it with the provider's latency.
CELERY_WORKER_POOL = "threads"
CELERY_WORKER_CONCURRENCY = env_int("WORKER_THREADS", default=8)
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# Nobody listens to events or commands, and every one of them costs the broker.
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_ENABLE_UTC = True

# Payments
# How long an authorisation may wait for its capture; the providers' contracts say 7 days.
AUTHORISATION_LIFETIME_DAYS = env_int("AUTHORISATION_LIFETIME_DAYS", default=7)
# Who calls the provider: `worker` keeps a slow bank away from the web; a small installation that wants the shortest
# way sets `request`, and the web process calls it itself.
AUTHORISE_IN = env_choice("AUTHORISE_IN", "worker", "request")
# Each occupies a thread: above this a till is told at once that the payment is being processed. Below the web
# server's number of threads, so that captures always find one; the operator raises both together.
WAITING_REQUESTS_PER_PROCESS = env_int("WAITING_REQUESTS_PER_PROCESS", default=24)
# From which total score of the fraud rules the customer is asked, staff are asked, and a payment is refused; the
# operator sets them together with the scores of the rules.
FRAUD_SCORES = {
    "consent": env_int("FRAUD_CONSENT_SCORE", default=40),
    "review": env_int("FRAUD_REVIEW_SCORE", default=70),
    "block": env_int("FRAUD_BLOCK_SCORE", default=100),
}
# The most that one payment may be unless the customer or staff set another limit, in minor units. A browser keeps its
# key in software, hence the lower one. The operator sets what the retailer's risk officer decides.
LIMIT_CURRENCY = env_text("LIMIT_CURRENCY", default="CHF")
SOFTWARE_DEVICE_LIMIT = Money(env_int("SOFTWARE_DEVICE_LIMIT_MINOR", default=30_000), LIMIT_CURRENCY)
HARDWARE_DEVICE_LIMIT = Money(env_int("HARDWARE_DEVICE_LIMIT_MINOR", default=100_000), LIMIT_CURRENCY)
# The same for all payments of one device on one day of the merchants' clocks.
SOFTWARE_DEVICE_DAY_LIMIT = Money(env_int("SOFTWARE_DEVICE_DAY_LIMIT_MINOR", default=100_000), LIMIT_CURRENCY)
HARDWARE_DEVICE_DAY_LIMIT = Money(env_int("HARDWARE_DEVICE_DAY_LIMIT_MINOR", default=500_000), LIMIT_CURRENCY)
# The provider account that training payments play with; without one they are declined.
TRAINING_PROVIDER = env_text("TRAINING_PROVIDER", default="sandbox")

# How often one till may call before it is told to wait (429): scans of codes, every other call, and codes that nobody
# can read, above which somebody looks after the till. The operator raises the first for a till that is many tills.
TILL_SCANS_PER_SECOND = env_int("TILL_SCANS_PER_SECOND", default=20)
TILL_SCANS_AT_ONCE = env_int("TILL_SCANS_AT_ONCE", default=40)
TILL_CALLS_PER_SECOND = env_int("TILL_CALLS_PER_SECOND", default=50)
TILL_CALLS_AT_ONCE = env_int("TILL_CALLS_AT_ONCE", default=100)
TILL_UNREADABLE_CODES_PER_MINUTE = env_int("TILL_UNREADABLE_CODES_PER_MINUTE", default=10)

# How often one address may call where no credential is needed, and how often it may show one that is none; a valid one
# is never counted by address. Thousands of phones may share the address of their mobile network: the operator raises
# the first if they do.
PUBLIC_CALLS_PER_SECOND = env_int("PUBLIC_CALLS_PER_SECOND", default=20)
PUBLIC_CALLS_AT_ONCE = env_int("PUBLIC_CALLS_AT_ONCE", default=100)
WRONG_CREDENTIALS_PER_SECOND = env_int("WRONG_CREDENTIALS_PER_SECOND", default=5)
WRONG_CREDENTIALS_AT_ONCE = env_int("WRONG_CREDENTIALS_AT_ONCE", default=50)
# How many reverse proxies stand in front and add to X-Forwarded-For; what stands further left in it, anybody can write.
# The operator counts his own: one too many, and every client chooses the address that he is counted by.
TRUSTED_PROXIES = env_int("TRUSTED_PROXIES", default=0)
# They also say whether the client spoke TLS, without which a form would not be known as one of our own page.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None

# Providers
# How to speak to each kind of bank or acquirer: a function that takes an account's settings and credential. A new
# connector gets a line here, and is imported nowhere.
CONNECTORS: dict[str, str] = {
    "corebank": "apps.providers.connectors.corebank.connect",
    "sandbox": "apps.providers.connectors.sandbox.connect",
}
# The wallet's page to which a bank sends a customer back who has linked an account there; https, or http on this
# machine. The operator sets it, and registers the same with the bank, which sends nobody anywhere else.
LINK_RETURN_URL = env_text("LINK_RETURN_URL", default="")

# Logs
# One JSON line per event on standard error; the operator sets LOG_LEVEL to WARNING where INFO is too much.
LOGGING = logging_settings(env_text("LOG_LEVEL", default="INFO"))

# Demo
# Lets seed_demo fill the database, and writes keys into a file. Never where real money moves.
DEMO = env_bool("DEMO", default=False)

# Pages with forms
# Only our own pages send it back, and no script reads it; a demo has no TLS.
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_SECURE = not DEMO

# Mail
# A demo sends nothing: its letters are read at /demo/mail. The operator names his mail server, and the sender.
EMAIL_BACKEND = env_text(
    "EMAIL_BACKEND", default=f"django.core.mail.backends.{'dummy' if DEMO else 'smtp'}.EmailBackend"
)
EMAIL_HOST = env_text("EMAIL_HOST", default="localhost")
EMAIL_PORT = env_int("EMAIL_PORT", default=25)
# STARTTLS; off only for a mail server on the same machine.
EMAIL_USE_TLS = env_bool("EMAIL_USE_TLS", default=EMAIL_HOST != "localhost")
EMAIL_HOST_USER = env_text("EMAIL_HOST_USER", default="")
EMAIL_HOST_PASSWORD = env_secret("EMAIL_HOST_PASSWORD").reveal() if EMAIL_HOST_USER else ""
# Below the lease of a note, so that a slow mail server does not make a letter go out twice.
EMAIL_TIMEOUT = env_int("EMAIL_TIMEOUT_SECONDS", default=10)
DEFAULT_FROM_EMAIL = env_text("DEFAULT_FROM_EMAIL", default="wallet@localhost")
# Who gets a letter when an alarm is raised; the operator names whoever is on duty. Without one, alarms are in the log.
ALERT_EMAIL = env_text("ALERT_EMAIL", default="")
