"""Where things lie: data below the checkout, sockets in a short directory, binaries inside the wheels."""

import hashlib
import importlib.util
import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

# sun_path holds 108 bytes on Linux and 104 elsewhere; "/postgres-test/.s.PGSQL.5432.lock" still has to fit.
LONGEST_SOCKET_DIRECTORY = 60


class UnsafePlace(RuntimeError):
    """A directory that should be ours belongs to somebody else, or others may write to it."""


@dataclass(frozen=True)
class Places:
    """The directories of one checkout. Nothing is created before it is asked for."""

    checkout: Path

    @classmethod
    def here(cls) -> "Places":
        """Return the places of the checkout that this package lies in."""
        return cls(Path(__file__).resolve().parent.parent)

    @classmethod
    def of(cls, places: "Places | Path | None") -> "Places":
        """Return the places meant: those given, those below a directory, or those of this checkout."""
        if places is None:
            return cls.here()
        return cls(places) if isinstance(places, Path) else places

    @property
    def mark(self) -> str:
        """Twelve characters that stand for the checkout in directories which several checkouts share."""
        return hashlib.sha256(os.fsencode(self.checkout.resolve())).hexdigest()[:12]

    @property
    def var(self) -> Path:
        return private_directory(self.checkout / "var")

    def data(self, name: str) -> Path:
        return private_directory(self.var / name)

    def log(self, name: str) -> Path:
        return private_directory(self.var / "log") / f"{name}.log"

    def sockets(self, name: str) -> Path:
        """Return a private directory whose path is short enough for a Unix socket."""
        base = Path(tempfile.gettempdir())
        if len(os.fsencode(base)) > LONGEST_SOCKET_DIRECTORY:
            base = Path("/tmp")  # noqa: S108 -- only as the parent of a directory that private_directory checks
        return private_directory(private_directory(base / f"mpayment-{os.geteuid()}-{self.mark}") / name)


def private_directory(path: Path, mode: int = 0o700) -> Path:
    """Create the directory unless it exists, and return it. Raise UnsafePlace if it is not ours alone to write.

    Names below the temp directory can be guessed: whoever created it first must have been us.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        path.mkdir(mode=mode)
        path.chmod(mode)  # the umask may have taken bits away
    except FileExistsError:
        found = path.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o022:
            raise UnsafePlace(f"{path} exists, but it is not a directory that only we may write to") from None
    return path


def package_directory(package: str) -> Path:
    """Find an installed package without importing it: its import may have side effects."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"The package {package} is not installed", name=package)
    return Path(spec.origin).parent
