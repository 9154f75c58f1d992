import os
import signal

import pytest
import redis

from stack import AlreadyRunning, NotReady, Places, Redis


def test_keeps_what_was_written_when_it_is_killed(places: Places) -> None:
    with Redis(places) as server:
        redis.Redis.from_url(server.url()).set("bell", "rung")
        assert server.pid is not None
        os.kill(server.pid, signal.SIGKILL)
        os.waitid(os.P_PID, server.pid, os.WEXITED | os.WNOWAIT)

        server.start()

        assert redis.Redis.from_url(server.url()).get("bell") == b"rung"


def test_forgets_when_it_is_not_durable(places: Places) -> None:
    with Redis(places, durable=False) as server:
        redis.Redis.from_url(server.url()).set("bell", "rung")

    with Redis(places, durable=False) as server:
        assert redis.Redis.from_url(server.url()).get("bell") is None


def test_separates_its_databases_and_never_evicts(places: Places) -> None:
    with Redis(places) as server:
        redis.Redis.from_url(server.url(1)).set("bell", "rung")

        client = redis.Redis.from_url(server.url(0))
        assert client.get("bell") is None
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        assert client.config_get("port") == {"port": "0"}
        assert server.socket_path.stat().st_mode & 0o077 == 0


def test_says_that_another_one_is_running_on_the_same_directory(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stack.servers.LOCK_PATIENCE_SECONDS", 0.1)

    with Redis(places), pytest.raises(AlreadyRunning, match=f"process {os.getpid()}"):
        Redis(places).start()


def test_shows_the_end_of_the_log_when_it_does_not_start(places: Places) -> None:
    (places.data("redis") / "appendonly.aof").write_text("*1\r\nnonsense\r\n")

    with pytest.raises(NotReady, match="Bad file format"):
        Redis(places).start()
