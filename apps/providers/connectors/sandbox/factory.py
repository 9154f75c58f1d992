"""Open a sandbox from what an account's row says."""

from collections.abc import Mapping
from datetime import UTC, datetime

from apps.kernel.currencies import minor_unit_digits
from apps.kernel.masking import Secret
from apps.providers.connectors.sandbox.connector import SandboxConnector
from apps.providers.line import OwnKeys


def connect(settings: Mapping[str, object], credential: Secret[str], keys: OwnKeys | None = None) -> SandboxConnector:
    """Return an empty sandbox whose accounts are in `currency`, CHF unless said; any credential and keys will do."""
    currency = settings.get("currency", "CHF")
    if not isinstance(currency, str):
        raise ValueError("currency is a code such as CHF")
    minor_unit_digits(currency)
    return SandboxConnector(now=lambda: datetime.now(UTC), currency=currency)
