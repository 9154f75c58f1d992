"""Whether this process lives, and whether it should be given work. For probes and load balancers, so without a key."""

import logging
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from apps.keys.errors import KeyRetired, KeyUnknown
from apps.keys.models import Purpose
from apps.keys.queries import code_key_for, current_signing_key, published_code_keys
from apps.live.connection import live_redis
from mpayment.checks import forgetful_settings

logger = logging.getLogger(__name__)


class NotReady(Exception):
    """A part is not as it must be; the text is for the operator and holds no secret."""


@never_cache
@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """Answer; whoever gets no answer should restart the process."""
    return JsonResponse({"status": "live"})


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """Answer 200 if every part is ready, else 503; each part says `ready`, `not_ready` or `unknown`."""
    parts: dict[str, dict[str, str]] = {}
    for name, examine, needs in PARTS:
        if needs is not None and parts[needs]["status"] != "ready":
            # It would only wait for the same server once more.
            parts[name] = {"status": "unknown", "detail": f"needs {needs}"}
        else:
            parts[name] = _part(name, examine)
    is_ready = all(part["status"] == "ready" for part in parts.values())
    return JsonResponse(
        {"status": "ready" if is_ready else "not_ready", "parts": parts}, status=200 if is_ready else 503
    )


def _part(name: str, examine: Callable[[], None]) -> dict[str, str]:
    try:
        examine()
    except NotReady as reason:
        return {"status": "not_ready", "detail": str(reason)}
    except Exception as error:
        # At this edge everything is an answer; the text may hold addresses, so outsiders see the kind only.
        logger.warning("part not ready", extra={"part": name}, exc_info=True)
        return {"status": "not_ready", "detail": type(error).__name__}
    return {"status": "ready"}


def _examine_postgresql() -> None:
    found = [] if settings.ALLOW_FORGETFUL_DATABASE else forgetful_settings()
    if found:
        raise NotReady(f"{', '.join(found)} off: it would forget payments")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_is_in_recovery()")
        if cursor.fetchone() == (True,):
            raise NotReady("it is a standby, which takes no writes")


def _examine_redis() -> None:
    live_redis().ping()


@lru_cache(maxsize=1)
def _migrations_of_this_release() -> frozenset[tuple[str, str]]:
    # Read from disk once per process: a probe comes every few seconds.
    return frozenset(MigrationLoader(None).disk_migrations or {})


def _examine_migrations() -> None:
    missing = _migrations_of_this_release() - set(MigrationRecorder(connection).applied_migrations())
    if missing:
        raise NotReady(f"{len(missing)} to apply: run manage.py migrate")


def _examine_keys() -> None:
    now = timezone.now()
    missing = [str(purpose) for purpose in Purpose if current_signing_key(purpose, now) is None]
    newest = next((key for key in published_code_keys(now) if key.is_valid_at(now)), None)
    if newest is None:
        missing.append("code key")
    # Opens it, so that a wrong KEY_ENCRYPTION_KEYS shows here and not at the first customer.
    elif isinstance(code_key_for(newest.kid, now), KeyUnknown | KeyRetired):
        raise NotReady("the newest code key does not open")
    if missing:
        raise NotReady(f"missing: {', '.join(missing)}; run manage.py create_keys")


# In this order; the third is the part without which the question makes no sense.
PARTS: Final[tuple[tuple[str, Callable[[], None], str | None], ...]] = (
    ("postgresql", _examine_postgresql, None),
    ("redis", _examine_redis, None),
    ("migrations", _examine_migrations, "postgresql"),
    ("keys", _examine_keys, "migrations"),
)
