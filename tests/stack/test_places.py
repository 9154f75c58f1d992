from pathlib import Path

import pytest

from stack import Places
from stack.places import UnsafePlace, private_directory


def test_keeps_socket_paths_short_below_a_long_temp_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, places: Places
) -> None:
    long = tmp_path / ("x" * 90)
    long.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(long))

    sockets = places.sockets("postgres")

    assert len(str(sockets / ".s.PGSQL.5432.lock")) < 100
    assert sockets.stat().st_mode & 0o777 == 0o700


def test_tells_checkouts_apart(tmp_path: Path) -> None:
    assert Places(tmp_path / "one").mark != Places(tmp_path / "two").mark


@pytest.mark.parametrize("mode", [0o777, 0o770])
def test_refuses_a_directory_that_others_may_write_to_and_leaves_it_as_it_is(tmp_path: Path, mode: int) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared").chmod(mode)

    with pytest.raises(UnsafePlace):
        private_directory(tmp_path / "shared")

    assert (tmp_path / "shared").stat().st_mode & 0o777 == mode


def test_refuses_a_link_to_somewhere_else(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "real")

    with pytest.raises(UnsafePlace):
        private_directory(tmp_path / "link")
