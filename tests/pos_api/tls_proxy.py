"""A reverse proxy that ends TLS, asks for client certificates and passes them on as RFC 9440 says."""

import asyncio
import base64
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from tests.merchants.credentials import Key, key_pem, new_key
from tests.providers.certificates import SERVER, Authority

# The proxy calls the web from an address of its own, so that whoever calls it directly can be told apart.
OWN_ADDRESS = "127.0.0.2"


@dataclass
class TlsProxy:
    """Ends TLS at `url`; `trusted` are the certificates, or their authorities, that may stand behind a client's."""

    web: tuple[str, int]
    trusted: list[x509.Certificate]
    place: Path
    authority: Authority = field(default_factory=Authority.new)
    port: int = 0

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    def client_context(self, certificate: x509.Certificate | None = None, key: Key | None = None) -> ssl.SSLContext:
        """Return the context of a client that trusts this proxy, and shows a certificate if it has one."""
        context = ssl.create_default_context(cadata=self.authority.pem)
        if certificate is not None and key is not None:
            context.load_cert_chain(self._file("client.pem", certificate, key))
        return context

    def _server_context(self) -> ssl.SSLContext:
        key = new_key()
        certificate = self.authority.certify(key, usage=SERVER, names=("127.0.0.1",))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._file("server.pem", certificate, key))
        # Asked for and not required: who shows none is told so by the application, in words.
        context.verify_mode = ssl.CERT_OPTIONAL
        for each in self.trusted:
            context.load_verify_locations(cadata=each.public_bytes(Encoding.DER))
        return context

    def _file(self, name: str, certificate: x509.Certificate, key: Key) -> Path:
        path = self.place / name
        path.write_bytes(certificate.public_bytes(Encoding.PEM) + key_pem(key))
        return path

    async def serve(self, ready: threading.Event, stopped: asyncio.Event) -> None:
        server = await asyncio.start_server(self._pass_on, "127.0.0.1", 0, ssl=self._server_context())
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        async with server:
            await stopped.wait()

    async def _pass_on(self, near_reader: asyncio.StreamReader, near: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            head = await near_reader.readuntil(b"\r\n\r\n")
            far_reader, far = await asyncio.open_connection(*self.web, local_addr=(OWN_ADDRESS, 0))
            far.write(_rewritten(head, near.get_extra_info("ssl_object").getpeercert(binary_form=True)))
            pumping = asyncio.create_task(_pump(near_reader, far))
            await _pump(far_reader, near)
            pumping.cancel()
            far.close()
        near.close()


def _rewritten(head: bytes, certificate: bytes | None) -> bytes:
    first, *lines = head.removesuffix(b"\r\n\r\n").split(b"\r\n")
    names = {line: line.partition(b":")[0].strip().lower() for line in lines}
    # To WSGI a name with an underscore is the one with a hyphen, so neither may come from a client.
    kept = [line for line in lines if names[line] not in (b"client-cert", b"connection") and b"_" not in names[line]]
    if certificate is not None:
        kept.append(b"Client-Cert: :" + base64.b64encode(certificate) + b":")
    return b"\r\n".join([first, *kept, b"Connection: close", b"", b""])


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while piece := await reader.read(65536):
            writer.write(piece)
            await writer.drain()


@contextmanager
def tls_proxy(web: tuple[str, int], *, trusted: list[x509.Certificate], place: Path) -> Iterator[TlsProxy]:
    """Run the proxy in front of a web server."""
    proxy, ready, loop, stopped = (
        TlsProxy(web, trusted, place),
        threading.Event(),
        asyncio.new_event_loop(),
        asyncio.Event(),
    )
    thread = threading.Thread(target=lambda: loop.run_until_complete(proxy.serve(ready, stopped)), daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield proxy
    finally:
        loop.call_soon_threadsafe(stopped.set)
        thread.join(10)
        loop.close()
