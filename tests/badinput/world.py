"""A shop, its tills, its payers, and the bank: a case takes what it needs, and makes afresh what it breaks."""

import base64
import itertools
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from apps.kernel.ids import public_id, uuid7
from apps.kernel.money import Money
from apps.keys.contexts import realm_id
from apps.keys.kek import key_encryption_keys
from apps.keys.models import CodeKey
from apps.merchants.models import Mode, Till, TillKind
from apps.merchants.operations import create_till, issue_till_key
from apps.paycode.keys import code_key_aad
from tests.badinput.door import Answer, Json, Request, send
from tests.badinput.server import Server
from tests.cast import Phone
from tests.shop import PLENTY, STAFF, Shop, make_payer, make_shop, moment
from tests.wallet_api.door import PREFIX as WALLET

POS = "/api/pos/v1/"
HOST = "127.0.0.1"
RETIRED_KID, OLDER_KID, NEWER_KID = 201, 202, 203
LINE = {"name": "Äpfel", "quantity": "1", "amount": 4250, "vat_rate_basis_points": 260}
_YEAR = timedelta(days=365)
_numbers = itertools.count(1)


@dataclass
class World:
    """What there is; made before the server starts, which is not ready without keys."""

    shop: Shop
    phone: Phone
    retired_key: bytes
    is_thorough: bool = False
    # From here on it lives.
    line: Server | None = None
    session: str = ""
    # The phone that the last scene was about.
    latest: Phone = field(default_factory=Phone)

    @property
    def server(self) -> Server:
        assert self.line is not None, "start the server first"
        return self.line

    @property
    def now(self) -> datetime:
        return moment()

    # Who is in it

    def till(self, shop: Shop | None = None, *, mode: Mode = Mode.LIVE) -> str:
        """Return the key of a till that nobody has used yet: a case uses up no other's budget."""
        store = (shop or self.shop).store
        till = create_till(
            store_id=store.id, name=f"Till {next(_numbers)}", kind=TillKind.ATTENDED, by=STAFF, now=self.now
        )
        return self.key_of(till, mode=mode)

    def key_of(self, till: Till, *, mode: Mode = Mode.LIVE, now: datetime | None = None) -> str:
        """Return a fresh key of a till."""
        issued = issue_till_key(till_id=till.id, mode=mode, overlap=timedelta(hours=1), by=STAFF, now=now or self.now)
        return issued.text.reveal()

    def another_shop(self, limit: Money = PLENTY) -> Shop:
        """Return another merchant's shop, with the same bank."""
        return make_shop(now=self.now, limit=limit)

    def payer(self) -> Phone:
        """Return a phone that nobody has used yet, with an account at the bank."""
        return make_payer(self.shop, now=self.now)

    # What they say

    def at_till(
        self, method: str, path: str, body: object = None, *, key: str = "", raw: bytes | None = None, once: str = ""
    ) -> Request:
        """Return a till's request; a fresh till's unless its key is given."""
        content = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
        headers = [("Authorization", f"Bearer {key or self.till()}")]
        if method == "POST":
            headers += [("Idempotency-Key", once or f"key-{next(_numbers)}"), ("Content-Type", "application/json")]
        return Request(method, POS + path, content, (*self.every_header(), *headers))

    def at_wallet(
        self, method: str, path: str, body: object = None, *, token: str = "", raw: bytes | None = None
    ) -> Request:
        """Return a phone's request; a stranger's unless a token is given."""
        content = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
        headers = [("Content-Type", "application/json")] if method != "GET" else []
        headers += [("Authorization", f"Bearer {token}")] if token else []
        return Request(method, WALLET + path, content, (*self.every_header(), *headers))

    def every_header(self) -> tuple[tuple[str, str], ...]:
        """Return what every request brings: the proxy in front says that each comes from another address."""
        number = next(_numbers)
        address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        return ("Host", HOST), ("Connection", "close"), ("X-Forwarded-For", address)

    def sale(self, code: str = "", **fields: object) -> Json:
        """Return the body of a sale under a fresh receipt number; `amount` differs each time."""
        number = next(_numbers)
        amount = 10_000 + number % 900 * 10
        return {"code": code, "amount": amount, "currency": "CHF", "reference": f"R-{number}"} | fields

    def send(self, request: Request) -> Answer:
        return send(self.server, request)

    def send_all(self, requests: list[Request], *, at_once: int = 16) -> list[Answer]:
        """Send them at the same time, as far as threads can."""
        with ThreadPoolExecutor(at_once) as pool:
            return list(pool.map(self.send, requests))

    def play(self, method: str, path: str, body: object = None, *, key: str = "", once: str = "") -> Json:
        """Do something that succeeds, and return what it is now."""
        answer = self.send(self.at_till(method, path, body, key=key, once=once))
        assert answer.status in (200, 201, 202), answer
        return answer.json

    def authorised(self, *, key: str = "", amount: int = 4250, **fields: object) -> Json:
        """Return a payment that is held, of a fresh phone."""
        code = self.payer().make_code(now=self.now)
        payment = self.play("POST", "payments", self.sale(code, amount=amount, **fields), key=key)
        assert payment["status"] in ("authorised", "captured"), payment
        return payment

    def captured(self, *, key: str = "", amount: int = 4250) -> Json:
        return self.authorised(key=key, amount=amount, capture="automatic")

    def nobody(self, prefix: str = "pay") -> str:
        """Return an id that nothing has."""
        return public_id(prefix, uuid7())


def make_world(*, is_thorough: bool = False) -> World:
    """Return a world in which nothing has happened yet."""
    now = moment()
    shop = make_shop(now=now)
    phone = make_payer(shop, now=now)
    retired = _code_key(RETIRED_KID, not_before=now - 2 * _YEAR, not_after=now - timedelta(days=1))
    # Its successor is out already.
    _code_key(OLDER_KID, not_before=now - _YEAR, not_after=now + timedelta(days=30))
    _code_key(NEWER_KID, not_before=now - timedelta(days=60), not_after=now + _YEAR)
    return World(shop, phone, retired, is_thorough)


def open_session(world: World) -> None:
    """Give the world's phone a session, which is confirmed."""
    world.session = world.phone.open_session(now=world.now).token.reveal()


def _code_key(kid: int, *, not_before: datetime, not_after: datetime) -> bytes:
    """Add a key of the code server to those that there are, and return its public half."""
    pair = X25519PrivateKey.generate()
    public_key = pair.public_key().public_bytes_raw()
    aad = code_key_aad(realm=realm_id().bytes, kid=kid)
    wrapped = key_encryption_keys().wrap(pair.private_bytes_raw(), aad)
    CodeKey.objects.create(
        kid=kid,
        public_key=public_key,
        kek_id=wrapped.kek_id,
        nonce=wrapped.nonce,
        wrapped_private_key=wrapped.ciphertext,
        not_before=not_before,
        not_after=not_after,
        created_at=not_before,
        created_by="tests",
    )
    return public_key


def payload_of(code: str) -> bytes:
    """Return the bytes of a code."""
    return base64.b64decode(code)


def text_of(payload: bytes) -> str:
    """Return bytes as a scanner types them."""
    return base64.b64encode(payload).decode()
