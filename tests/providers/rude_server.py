"""A raw-socket server that misbehaves exactly as told, one script per connection."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Script = Callable[[socket.socket], None]


def read_request(connection: socket.socket) -> bytes:
    """Return one whole request of the kind that the tests send; empty when the client has gone."""
    received = b""
    while not received.endswith(b'\r\n\r\n{"ref":"a"}'):
        piece = connection.recv(65536)
        if not piece:
            return b""
        received += piece
    return received


def reset(connection: socket.socket) -> None:
    """Close with a RST instead of a FIN."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


class RudeServer:
    """Listens on localhost; counts what it got, for tests about connections and redirects."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.connections = 0
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._run, args=(connection,), daemon=True).start()

    def _run(self, connection: socket.socket) -> None:
        # A client that gives up is what most of these tests are about.
        try:
            self._script(connection)
        except OSError:
            pass
        finally:
            connection.close()

    def close(self) -> None:
        # shutdown() wakes the thread that waits in accept(); close() alone does not.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()


@contextmanager
def rude_server(script: Script) -> Iterator[RudeServer]:
    """Run a server whose every connection follows the script."""
    server = RudeServer(script)
    try:
        yield server
    finally:
        server.close()
