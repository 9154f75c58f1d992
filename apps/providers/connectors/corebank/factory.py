"""Open the line to a bank core from what an account's row says."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from apps.kernel.masking import Secret
from apps.providers.connectors.corebank.connector import CorebankConnector


def connect(settings: Mapping[str, object], credential: Secret[str]) -> CorebankConnector:
    """Return the connector for `base_url` and the bank's client key; ValueError for settings that name no bank.

    Sends nothing yet.
    """
    base_url = settings.get("base_url")
    if not isinstance(base_url, str):
        raise ValueError("base_url is missing")
    parts = urlsplit(base_url)
    # Reading the port raises ValueError for one that is no number; credentials have their own, sealed place.
    is_plain = parts.port != 0 and parts.path in {"", "/"} and not parts.query and not parts.fragment
    if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc or not is_plain:
        raise ValueError("base_url is scheme, host and port, such as https://bank.example:8443")
    return CorebankConnector(base_url=base_url, client_key=credential)
