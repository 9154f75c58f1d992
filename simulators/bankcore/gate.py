"""The gate of the secured line: whose certificate, whose signature, shown for the first time; and the bank's own."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric import ec

from simulators.bankcore import clients, signing
from simulators.bankcore.authority import NAMES, Authority
from simulators.bankcore.exchange import Answer, Exchange, Objection
from simulators.bankcore.store import Store


def _clock() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Admitted:
    """Who came in, and by which key of his the request is signed, if it must be."""

    client: str
    key_id: str = ""


@dataclass
class Gate:
    """Admits requests and signs answers. `port` is where the line is reached: a request for elsewhere is refused."""

    store: Store
    authority: Authority
    port: int
    needs_signatures: bool = True
    clock: Callable[[], datetime] = _clock
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.open_anew()

    def open_anew(self) -> None:
        """Use the keys of the generation that is in use now; connections that are open keep their certificate."""
        with self._lock:
            self.tls = self.authority.server_context()
            self._signing_key = self.authority.signing_key()

    @property
    def key_id(self) -> str:
        """The id of the key that signs answers now; empty where nothing is signed."""
        return self._signing_key[0] if self.needs_signatures else ""

    def admit(self, exchange: Exchange) -> Admitted:
        """Return the client; an Objection unless certificate and signature are his, whole and new."""
        now = self.clock()
        with self.store.transaction() as books:
            client = clients.client_of_certificate(books, exchange.certificate, now)
            if not self.needs_signatures:
                return Admitted(client)
            found = signing.read_input(exchange.headers.get("signature-input", ""))
            signature = signing.read_signature(exchange.headers.get("signature", ""), found.label)
            signing.check_request(exchange, found, now.timestamp())
            if signing.authority_of(exchange) not in self._authorities():
                raise Objection(401, "signature_invalid", "it was signed for another host")
            key_id = str(found.parameters["keyid"])
            key = clients.signing_key_of(books, client, key_id)
            signing.verify(key, signature, signing.request_base(exchange, found))
            clients.spend_nonce(
                books,
                key_id=key_id,
                nonce=str(found.parameters["nonce"]),
                until=int(found.parameters["expires"]) + signing.SKEW_SECONDS,
                now=int(now.timestamp()),
            )
            return Admitted(client, key_id)

    def sign(self, exchange: Exchange, answer: Answer) -> Answer:
        """Return the answer signed for this request, where signatures are wanted."""
        if not self.needs_signatures:
            return answer
        key_id, key = self._signing_key
        return signing.sign_answer(exchange, answer, key_id=key_id, key=key, now=self.clock().timestamp())

    def sign_notice(self, url: str, body: bytes, *, nonce: str) -> dict[str, str]:
        """Return the headers that prove a notice to be ours."""
        key_id, key = self._signing_key
        now = self.clock().timestamp()
        return signing.sign_notice(url, body, nonce=nonce, key_id=key_id, key=key, now=now)

    def sign_wrongly(self, exchange: Exchange, answer: Answer) -> Answer:
        """Return the answer as somebody else would sign it, who knows our key's id and not the key."""
        stranger = ec.generate_private_key(ec.SECP256R1())
        key_id, _ = self._signing_key
        return signing.sign_answer(exchange, answer, key_id=key_id, key=stranger, now=self.clock().timestamp())

    def _authorities(self) -> set[str]:
        hosts = [f"[{name}]" if ":" in name else name for name in NAMES]
        return {f"{host}:{self.port}" if self.port != 443 else host for host in hosts}
