"""Names of background jobs."""

from typing import Final

SEND: Final = "mail.send"
