"""What the assembly brings along as an app: its commands, and its checks for every command that asks."""

from django.apps import AppConfig


class MpaymentConfig(AppConfig):
    """Has no tables."""

    name = "mpayment"

    def ready(self) -> None:
        """Register the checks, which are also asked for by commands that load no address of a page."""
        # Here, because they need the apps.
        from mpayment import checks  # noqa: F401
