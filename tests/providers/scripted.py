"""A connector that does exactly what a test tells it, on top of the sandbox."""

import threading
from collections.abc import Callable, Mapping

from django.db import connection

from apps.kernel.masking import Secret
from apps.providers.connectors.sandbox import SandboxConnector, connect
from apps.providers.contract import Authorise, Outcome
from apps.providers.line import OwnKeys

opened: list[tuple[Mapping[str, object], str]] = []
lock = threading.Lock()


class Script:
    """What the next calls do; the tests change it, the connector follows it."""

    authorise: Callable[[Authorise], Outcome] | None = None
    is_healthy: bool = True
    calls: int = 0
    probes: int = 0
    had_connection: bool = False


def reset() -> None:
    """Forget what the test before wanted."""
    opened.clear()
    Script.authorise, Script.is_healthy, Script.calls, Script.probes = None, True, 0, 0


class ScriptedConnector:
    """Everything that is not scripted is the sandbox's."""

    def __init__(self, sandbox: SandboxConnector) -> None:
        self._sandbox = sandbox

    def authorise(self, request: Authorise) -> Outcome:
        with lock:
            Script.calls += 1
        Script.had_connection = connection.connection is not None
        return (Script.authorise or self._sandbox.authorise)(request)

    def health(self) -> bool:
        with lock:
            Script.probes += 1
        return Script.is_healthy

    def __getattr__(self, name: str) -> object:
        return getattr(self._sandbox, name)


def open_line(settings: Mapping[str, object], credential: Secret[str], keys: OwnKeys) -> ScriptedConnector:
    """Note what the factory was given, as settings.CONNECTORS would name it."""
    opened.append((settings, credential.reveal()))
    return ScriptedConnector(connect(settings, credential, keys))
