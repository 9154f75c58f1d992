"""A provider in memory, for unit tests and merchants' test mode: magic amounts trigger every outcome."""

from apps.providers.connectors.sandbox.connector import SandboxConnector

__all__ = ["SandboxConnector"]
