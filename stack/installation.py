"""What one installation keeps for itself: secrets, its name, and the environment that hands them to its processes."""

import base64
import os
import secrets
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path

from stack.places import Places, private_directory

BANK_CLIENT_KEY = "bank-client.key"
BANK_ADMIN_KEY = "bank-admin.key"


def _new_key_encryption_keys() -> str:
    return f"first:{base64.b64encode(secrets.token_bytes(32)).decode()}"


# Made at the first start and never again: what they protect could not be read with others.
_MAKERS: Mapping[str, Callable[[], str]] = {
    "SECRET_KEY": lambda: secrets.token_urlsafe(50),
    "KEY_ENCRYPTION_KEYS": _new_key_encryption_keys,
}


def secret_file(places: Places, name: str, make: Callable[[], str] = lambda: secrets.token_urlsafe(32)) -> Path:
    """Return the path of a secret below var/secrets, making it (mode 0600) if it does not exist."""
    path = private_directory(places.var / "secrets") / name
    if not path.exists():
        write_private(path, make())
    return path


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(descriptor)
    unfinished.rename(path)


def own_environment(places: Places, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that the product needs and `environment` does not have; secrets as NAME_FILE."""
    own: dict[str, str] = {}
    for name, make in _MAKERS.items():
        if name not in environment and f"{name}_FILE" not in environment:
            own[f"{name}_FILE"] = str(secret_file(places, f"{name.lower().replace('_', '-')}.key", make))
    if "REALM_ID" not in environment:
        own["REALM_ID"] = secret_file(places, "realm.key", lambda: str(uuid.uuid4())).read_text(encoding="utf-8")
    return own
