"""The live line of a phone: hints over a WebSocket, each with a sequence number."""

import json
import time

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from simulators.caller import Fields, NoAnswer


class Line:
    """An open socket. What comes is a hint: whoever hears one reads the events."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self.seq = 0

    def show_ticket(self, ticket: str, *, within_seconds: float) -> None:
        """Say who we are, and return once the server is ready. Raises NoAnswer if it hangs up or says nothing."""
        self._socket.send(json.dumps({"ticket": ticket}))
        greeting = self.next_hint(within_seconds=within_seconds)
        if greeting is None or greeting.get("type") != "ready":
            raise NoAnswer(f"the socket did not say that it is ready: {greeting}")
        self.seq = int(greeting["seq"])

    def next_hint(self, *, within_seconds: float) -> Fields | None:
        """Return the next hint, or None when none came in time. Raises NoAnswer when the line is cut."""
        try:
            text = self._socket.recv(timeout=within_seconds)
        except TimeoutError:
            return None
        except ConnectionClosed as error:
            raise NoAnswer(f"the line was cut: {error}") from None
        hint: Fields = json.loads(text)
        return hint

    def await_hint(self, kind: str, *, within_seconds: float) -> Fields:
        """Return the first hint of this type. Raises NoAnswer when none came in time."""
        deadline = time.monotonic() + within_seconds
        while (left := deadline - time.monotonic()) > 0:
            hint = self.next_hint(within_seconds=left)
            if hint is not None and hint.get("type") == kind:
                return hint
        raise NoAnswer(f"no hint {kind} within {within_seconds:g} s")
