"""The only place that reads the environment: typed, and loud about what is missing."""

import os
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from apps.kernel.masking import Secret


def env_text(name: str, *, default: str | None = None) -> str:
    """Return the variable; ImproperlyConfigured, naming it, when it is neither set nor has a default."""
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"set {name}: docs/operations.md says what it is for")
    return value


def env_int(name: str, *, default: int) -> int:
    """Return the variable as a whole number."""
    value = os.environ.get(name)
    if value is None:
        return default
    try:
        return int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}") from None


def env_bool(name: str, *, default: bool) -> bool:
    """Return the variable as yes or no; anything else than 1, 0, true, false is refused."""
    value = os.environ.get(name)
    if value is None:
        return default
    match value.lower():
        case "1" | "true":
            return True
        case "0" | "false":
            return False
        case _:
            raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}")


def env_choice(name: str, *choices: str) -> str:
    """Return the variable, one of the choices; the first is the default."""
    value = os.environ.get(name, choices[0])
    if value not in choices:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(choices)}, not {value!r}")
    return value


def env_list(name: str, *, default: tuple[str, ...] = ()) -> list[str]:
    """Return the comma-separated variable as a list without blanks."""
    value = os.environ.get(name)
    if value is None:
        return list(default)
    return [part.strip() for part in value.split(",") if part.strip()]


def env_networks(name: str) -> list[IPv4Network | IPv6Network]:
    """Return the comma-separated addresses and networks, such as ``10.0.0.7,fd00::/8``; none without the variable."""
    try:
        return [ip_network(text) for text in env_list(name)]
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be addresses or networks: {error}") from None


def env_secret(name: str) -> Secret[str]:
    """Return the secret from NAME, or from the file that NAME_FILE names; there is no default."""
    value, path = os.environ.get(name), os.environ.get(f"{name}_FILE")
    if value is not None and path is not None:
        raise ImproperlyConfigured(f"set {name} or {name}_FILE, not both")
    if path is not None:
        try:
            value = Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE cannot be read: {error.strerror}") from None
    if not value:
        raise ImproperlyConfigured(f"set {name} or {name}_FILE: docs/operations.md says how to make one")
    return Secret(value)
