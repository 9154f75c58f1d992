"""A line between a till and the server that loses answers on order."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class LossyLine:
    """Hands every call through; of the next `lose` ones the answer is read to its end, and never delivered."""

    target: tuple[str, int]
    lose: int = 0
    calls: int = 0
    listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def serve(self) -> None:
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            self.calls += 1
            is_lost, self.lose = self.lose > 0, max(0, self.lose - 1)
            threading.Thread(target=self._hand_through, args=(near, is_lost), daemon=True).start()

    def _hand_through(self, near: socket.socket, is_lost: bool) -> None:
        with near, socket.create_connection(self.target) as far:
            threading.Thread(target=_pump, args=(near, far), daemon=True).start()
            while answer := far.recv(65536):
                if not is_lost:
                    near.sendall(answer)
            # Closing alone would not tell the till, while the other thread still listens to it.
            near.shutdown(socket.SHUT_RDWR)


def _pump(near: socket.socket, far: socket.socket) -> None:
    try:
        while sent := near.recv(65536):
            # One call per connection, so that the end of its answer can be seen.
            far.sendall(sent.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1))
    except OSError:
        return


@contextmanager
def lossy_line(host: str, port: int) -> Iterator[LossyLine]:
    """Open the line in front of a server."""
    line = LossyLine((host, port))
    threading.Thread(target=line.serve, daemon=True).start()
    yield line
    line.listener.close()
