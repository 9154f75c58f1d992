"""The wallet's files by their content: what a page loads, and what a phone keeps for the time without a network."""

import base64
import functools
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage

OWN: Final = "wallet"
# What the wallet has in common with the other pages; it too is kept for the time without a network.
SHARED: Final = ("css/tokens.css",)
# The packages that the modules import by name, and where each lies among the static files.
PACKAGES: Final = {"hpke": "hpke/index.js", "uqr": "uqr/index.mjs"}


class FilesMissing(Exception):
    """The wallet's packages are not installed here; the message says which and how to get them."""


@dataclass(frozen=True, slots=True)
class File:
    """One file of the wallet. `address` changes with its content, so whoever has it never needs to ask again."""

    name: str
    address: str
    integrity: str

    @property
    def plain_address(self) -> str:
        """Return where it lies, whatever is in it."""
        return f"{settings.STATIC_URL}{self.name}"

    @property
    def is_script(self) -> bool:
        """Say whether a browser may run it."""
        return self.name.endswith((".js", ".mjs"))


@dataclass(frozen=True, slots=True)
class Edition:
    """All files as they are now; two editions with the same version have the same bytes."""

    version: str
    files: dict[str, File]


def current_edition() -> Edition:
    """Return the files of this process. A demo looks again each time, so that a page reloaded shows what was changed.

    Raises FilesMissing.
    """
    return _read_edition() if settings.DEMO or settings.DEBUG else _kept_edition()


@functools.cache
def _kept_edition() -> Edition:
    return _read_edition()


def forget_edition() -> None:
    """Make this process look again."""
    _kept_edition.cache_clear()


def _read_edition() -> Edition:
    files = {name: _described(name, path) for name, path in _paths()}
    content = "\n".join(f"{file.address} {file.integrity}" for file in files.values())
    return Edition(version=hashlib.sha256(content.encode()).hexdigest()[:16], files=files)


def _described(name: str, path: Path) -> File:
    digest = hashlib.sha384(path.read_bytes()).digest()
    address = f"{staticfiles_storage.url(name)}?v={digest.hex()[:12]}"
    return File(name=name, address=address, integrity=f"sha384-{base64.b64encode(digest).decode('ascii')}")


def _paths() -> Iterator[tuple[str, Path]]:
    root = _found(OWN)
    for path in sorted(root.rglob("*")):
        if path.is_file() and not path.name.startswith("."):
            yield f"{OWN}/{path.relative_to(root).as_posix()}", path
    for name in (*SHARED, *PACKAGES.values()):
        yield name, _found(name)


def _found(name: str) -> Path:
    # Where they were collected for the web server in front, else where they lie.
    collected = settings.STATIC_ROOT and Path(settings.STATIC_ROOT) / name
    path = collected if collected and collected.exists() else finders.find(name)
    if path is None:
        raise FilesMissing(f"{name} is not there: run `npm ci --ignore-scripts`")
    return Path(path)
