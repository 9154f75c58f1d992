"""A bank's core system: JSON over mutual TLS, signed on both sides, as described in `docs/bank-core-api.md`."""

from apps.providers.connectors.corebank.connector import CorebankConnector
from apps.providers.connectors.corebank.factory import connect

__all__ = ["CorebankConnector", "connect"]
