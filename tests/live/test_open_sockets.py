"""What the process does about its sockets by itself, whatever the bridge says."""

import asyncio
from collections.abc import Collection
from typing import Any
from uuid import UUID

import pytest
from channels.layers import get_channel_layer

from apps.kernel.ids import uuid7
from apps.live.bridge import bridge
from apps.live.open_sockets import OpenSockets
from apps.live.presence import is_present
from stack import Redis


@pytest.fixture(autouse=True)
def connected(monkeypatch: pytest.MonkeyPatch, bell: Redis) -> None:
    monkeypatch.setattr(bridge, "is_connected", True)


async def told(channel: str, within: float = 2) -> dict[str, Any]:
    layer = get_channel_layer()
    return dict(await asyncio.wait_for(layer.receive(channel), within))


def test_a_newcomer_is_asked_about_at_once_because_it_may_have_been_stopped_meanwhile() -> None:
    asked: list[set[UUID]] = []
    stopped, welcome_one = uuid7(), uuid7()

    async def welcome(devices: Collection[UUID]) -> Collection[UUID]:
        asked.append(set(devices))
        return {welcome_one}

    async def scene() -> dict[str, Any]:
        sockets = OpenSockets(welcome)
        await sockets.join(welcome_one, "one!a")
        await sockets.join(stopped, "two!b")
        message = await told("two!b")
        with pytest.raises(TimeoutError):
            await told("one!a", within=0.1)
        return message

    assert asyncio.run(scene()) == {"type": "live.close", "code": 4401}
    assert asked == [{stopped, welcome_one}]


def test_the_fourth_socket_displaces_the_first_and_the_last_one_takes_the_presence_along() -> None:
    device = uuid7()

    async def welcome(devices: Collection[UUID]) -> Collection[UUID]:
        return devices

    async def scene() -> None:
        sockets = OpenSockets(welcome)
        for channel in ("s!1", "s!2", "s!3", "s!4"):
            await sockets.join(device, channel)
        assert (await told("s!1"))["code"] == 4409
        for channel in ("s!1", "s!2", "s!3", "s!3"):
            await sockets.leave(device, channel)
        assert await asyncio.to_thread(is_present, str(device))
        await sockets.leave(device, "s!4")
        assert not await asyncio.to_thread(is_present, str(device))

    asyncio.run(scene())


def test_a_question_that_fails_closes_nobody_and_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.live.open_sockets.ASK_EVERY_SECONDS", 0.1)
    answers = iter([RuntimeError("the database is away"), None])

    async def welcome(devices: Collection[UUID]) -> Collection[UUID]:
        answer = next(answers)
        if answer is not None:
            raise answer
        return set()

    async def scene() -> dict[str, Any]:
        sockets = OpenSockets(welcome)
        await sockets.join(uuid7(), "s!1")
        return await told("s!1")

    assert asyncio.run(scene())["code"] == 4401
