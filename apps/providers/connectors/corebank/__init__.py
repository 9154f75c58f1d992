"""A bank's core system: JSON over HTTP, as described in `docs/bank-core-api.md`."""

from apps.providers.connectors.corebank.connector import CorebankConnector

__all__ = ["CorebankConnector"]
