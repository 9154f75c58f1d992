"""Where the catalogue is played: an empty database of the tests, a world in it, and the real server in front."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.test.utils import override_settings

from tests.badinput.server import web_server
from tests.badinput.world import World, make_world, open_session


@contextmanager
def stage(directory: Path, *, is_thorough: bool = False, **changes: str) -> Iterator[World]:
    """Make a world, start the server, and leave an empty database behind.

    Only the server's own settings count for what is sent to it; those here are for what the scenes make themselves.
    """
    from apps.keys.queries import forget_code_keys

    with override_settings(OUTBOX_DOORBELL="", SOFTWARE_DEVICE_LIMIT=settings.HARDWARE_DEVICE_LIMIT):
        forget_code_keys()
        world = make_world(is_thorough=is_thorough)
        try:
            with web_server(directory, **changes) as server:
                world.line = server
                open_session(world)
                yield world
        finally:
            forget_code_keys()
            call_command("flush", verbosity=0, interactive=False, reset_sequences=False)
