"""What must be right before money moves; `manage.py migrate` and every web process refuse to start otherwise."""

import logging
from collections.abc import Sequence
from typing import Any, Final

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.db import InterfaceError, OperationalError, connections
from django.utils.module_loading import import_string

from mpayment.granting import powers_of

logger = logging.getLogger(__name__)

# With any of them off, a power cut takes back sales that tills were told are paid.
DURABILITY: Final = ("fsync", "full_page_writes", "synchronous_commit")


def forgetful_settings(alias: str = "default") -> list[str]:
    """Return which of PostgreSQL's durability settings are off for our connections."""
    with connections[alias].cursor() as cursor:
        cursor.execute(
            "SELECT name FROM pg_settings WHERE name = ANY(%s) AND setting = 'off' ORDER BY name", [list(DURABILITY)]
        )
        return [name for (name,) in cursor.fetchall()]


def refuse_forgetful_database() -> None:
    """Raise ImproperlyConfigured if the database may forget; one that is away is not judged, readiness waits for it.

    That we are somebody who could switch its guards off is only said, for a demo on a borrowed server is; `check
    --deploy` refuses it.
    """
    if settings.ALLOW_FORGETFUL_DATABASE:
        return
    try:
        found = forgetful_settings()
        if not found and (powers := powers_of()):
            logger.warning("service runs as a role with powers", extra={"powers": ", ".join(powers)})
    except (OperationalError, InterfaceError):
        logger.warning("database not reached at the start")
        return
    finally:
        connections.close_all()
    if found:
        raise ImproperlyConfigured(f"PostgreSQL runs with {', '.join(found)} off and would forget payments")


# Any: the framework passes the apps and more.
@register(Tags.database)
def check_database_remembers(*, databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Refuse a database that may lose what it has committed."""
    if settings.ALLOW_FORGETFUL_DATABASE:
        return []
    return [
        Error(
            f"PostgreSQL runs with {name} off: it would forget payments.",
            hint="Turn it on in postgresql.conf and for our role. Only tests may set ALLOW_FORGETFUL_DATABASE.",
            id="mpayment.E001",
        )
        for alias in databases or ()
        for name in forgetful_settings(alias)
    ]


# Any: the framework passes the apps and more.
@register(Tags.database, deploy=True)
def check_service_owns_nothing(*, databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Refuse, where money moves, a role of the service that could change tables or switch their guards off."""
    return [
        Error(
            f"The service's database role {power}: its guards would be no guards.",
            hint="Run migrate and grant_rights as the owner, and the service as the role that grant_rights names.",
            id="mpayment.E004",
        )
        for power in (powers_of() if "default" in (databases or ()) else ())
    ]


@register
def check_captures_are_told(**_: Any) -> list[CheckMessage]:
    """Refuse settings under which the database would refuse every capture, because nobody is told of it."""
    if settings.EVENT_SUBSCRIBERS.get("payment.captured"):
        return []
    return [Error("EVENT_SUBSCRIBERS: nobody hears of payment.captured.", id="mpayment.E005")]


@register
def check_every_note_has_a_handler(**_: Any) -> list[CheckMessage]:
    """Refuse handlers that do not exist, and timed notes that nobody would run."""
    messages: list[CheckMessage] = []
    for topic, path in settings.OUTBOX_HANDLERS.items():
        try:
            import_string(path)
        except ImportError:
            messages.append(Error(f"OUTBOX_HANDLERS: {path} for {topic} does not exist.", id="mpayment.E002"))
    messages.extend(
        Error(f"TIMED_NOTES: no handler runs {topic}.", id="mpayment.E003")
        for topic in settings.TIMED_NOTES
        if topic not in settings.OUTBOX_HANDLERS
    )
    return messages
