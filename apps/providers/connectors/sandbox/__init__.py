"""A provider in memory, for unit tests and merchants' test mode: magic amounts trigger every outcome."""

from apps.providers.connectors.sandbox.connector import SandboxConnector
from apps.providers.connectors.sandbox.factory import connect

__all__ = ["SandboxConnector", "connect"]
