"""One connector and one circuit breaker per provider account, shared by the threads of this process."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string

from apps.kernel.masking import Secret
from apps.keys.kek import key_encryption_keys
from apps.providers.breaker import CircuitBreaker
from apps.providers.contexts import credential_aad
from apps.providers.contract import Connector
from apps.providers.line import OwnKeys
from apps.providers.models import ProviderAccount
from apps.providers.queries import own_keys

Factory = Callable[[Mapping[str, object], Secret[str], OwnKeys], Connector]


@dataclass(frozen=True, slots=True)
class _Line:
    version: int
    connector: Connector
    breaker: CircuitBreaker
    # When another of our keys takes over, if ever.
    ends_at: datetime | None

    def serves(self, account: ProviderAccount) -> bool:
        """Tell whether it is the account's line, as its row was read or newer, and with the right keys."""
        return self.version >= account.version and (self.ends_at is None or timezone.now() < self.ends_at)


_lines: Final[dict[UUID, _Line]] = {}
_lock: Final = threading.Lock()


def connector_for(account: ProviderAccount) -> Connector:
    """Return the connector for the account as its row was read.

    KeysUnavailable when the credential does not open, ValueError for a connector that settings do not name or for
    settings that it cannot use.
    """
    return _line(account).connector


def breaker_for(account: ProviderAccount) -> CircuitBreaker:
    """Return the circuit breaker of this process; closed again once the account's settings have changed."""
    return _line(account).breaker


def build_connector(
    *,
    connector: str,
    settings_of_account: Mapping[str, object],
    credential: Secret[str],
    keys: OwnKeys | None = None,
) -> Connector:
    """Return a new connector, which has sent nothing yet; a secured line needs keys to open. Raises ValueError."""
    paths: Mapping[str, str] = settings.CONNECTORS
    if connector not in paths:
        raise ValueError(f"there is no connector {connector!r}")
    factory: Factory = import_string(paths[connector])
    return factory(settings_of_account, credential, keys or OwnKeys())


def credential_of(account: ProviderAccount) -> Secret[str]:
    """Return the open credential; KeysUnavailable when it cannot be unwrapped."""
    sealed = key_encryption_keys().unwrap(account.wrapped, credential_aad(account.id))
    return Secret(sealed.reveal().decode())


def forget_connectors() -> None:
    """Make this process open every line anew, with its circuit closed."""
    with _lock:
        _lines.clear()


def _line(account: ProviderAccount) -> _Line:
    line = _lines.get(account.id)
    # A row read before the last change must not bring the old line back.
    if line is not None and line.serves(account):
        return line
    with _lock:
        line = _lines.get(account.id)
        if line is None or not line.serves(account):
            # The line before is not closed: another thread may be in mid-exchange on it. It goes with its last user.
            keys = own_keys(account.id)
            connector = build_connector(
                connector=account.connector,
                settings_of_account=account.settings,
                credential=credential_of(account),
                keys=keys,
            )
            ends_at = keys.next_change_after(timezone.now())
            line = _Line(account.version, connector, CircuitBreaker(monotonic=time.monotonic), ends_at)
            _lines[account.id] = line
        return line
