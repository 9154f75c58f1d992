import io
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from PIL import Image

from apps.paycode.claims import Purpose, Verification
from apps.paycode.keys import Label, derive_k_pin, pos_tag, stretch_pin
from apps.paycode.messages import document_message
from apps.paycode.signatures import sign_message
from apps.paycode.symbol import draw_png
from apps.paycode.text import read_text
from apps.paycode.unseal import OpenedCode, is_pin_proved, is_signed_by, open_code
from simulators import handset
from simulators.encoding import from_text, normal_form, to_text
from simulators.handset import NoKey, NotGenuine
from simulators.phone import Offline, Phone
from simulators.scanner import NothingRead, read_picture

PIN = "271828"
NOWHERE = "http://127.0.0.1:1/wallet/"


def point_of(key: EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


class Realm:
    """The server's keys, and the documents that it would sign."""

    def __init__(self) -> None:
        self.id = uuid4()
        self.code_key = X25519PrivateKey.generate()
        self.root = generate_private_key(SECP256R1())
        self.receipts = generate_private_key(SECP256R1())

    def signed(self, label: Label, document: dict[str, Any], key: EllipticCurvePrivateKey) -> dict[str, str]:
        exact = json.dumps(document).encode()
        signature = sign_message(key, document_message(label, realm=self.id.bytes, document=exact))
        return {"document": to_text(exact), "key": "key-1", "signature": to_text(signature)}

    def document(self, **changes: Any) -> dict[str, str]:
        now = datetime.now(UTC).replace(microsecond=0)
        life = {"not_before": now.isoformat(), "not_after": (now + timedelta(days=400)).isoformat()}
        code_point = to_text(self.code_key.public_key().public_bytes_raw())
        fields: dict[str, Any] = {
            "realm": str(self.id),
            "version": 4,
            "issued_at": now.isoformat(),
            "server_time": now.isoformat(),
            "expires_at": (now + timedelta(days=30)).isoformat(),
            "code_keys": [{"kid": 7, "suite": "1", "public_key": code_point, **life}],
            "receipt_keys": [{"id": "key-1", "public_key": to_text(point_of(self.receipts)), **life}],
            "pin_policy": {},
        }
        return self.signed(Label.REALM, fields | changes, self.root)

    def receipt(self, **fields: str) -> dict[str, str]:
        return self.signed(Label.RECEIPT, dict(fields), self.receipts)

    def opened(self, text: str) -> OpenedCode:
        return open_code(read_text(text), private_key=self.code_key, realm=self.id.bytes)


@pytest.fixture
def realm() -> Realm:
    return Realm()


@pytest.fixture
def phone(realm: Realm, tmp_path: Path) -> Phone:
    """An enrolled phone without a network."""
    phone = Phone(NOWHERE, "ws://127.0.0.1:1", tmp_path / "phone.json", root_key=point_of(realm.root))
    phone.believe_realm(realm.document())
    phone._make_keys("ABCD-EFGH-JKMN-PQRS", bytes(32))
    phone._memory.keep(device_id="dev_1", device_ref=to_text(b"phone-01"), sync=to_text(b"tag1"))
    phone.go_offline()
    return phone


def k_pin_of(phone: Phone, realm: Realm, pin: str) -> bytes:
    stretched = stretch_pin(pin, realm=realm.id.bytes, device_ref=b"phone-01")
    return derive_k_pin(from_text(phone._memory.facts.k_dev), stretched)


def test_a_code_made_in_flight_mode_says_what_the_customer_chose_and_proves_it(phone: Phone, realm: Realm) -> None:
    text = phone.make_code(PIN, instrument=3, fallback=5, cap=10_000, till_id="til_1")

    code = realm.opened(text)
    claims = code.claims
    assert (claims.instrument, claims.fallback, claims.cap_minor) == (3, 5, 10_000)
    assert (claims.counter, claims.sync, claims.device_ref) == (1, b"tag1", b"phone-01")
    assert (claims.purpose, claims.verification, claims.made_online) == (Purpose.PAY, Verification.PIN, False)
    assert claims.pos_tag == pos_tag(realm=realm.id.bytes, till_id="til_1")
    assert is_signed_by(code, public_key=point_of(phone._private_key), realm=realm.id.bytes)
    assert is_pin_proved(code, k_pin=k_pin_of(phone, realm, PIN), realm=realm.id.bytes)


def test_a_wrong_pin_makes_a_code_that_looks_the_same_and_proves_nothing(phone: Phone, realm: Realm) -> None:
    code = realm.opened(phone.make_code("314159"))

    assert is_signed_by(code, public_key=point_of(phone._private_key), realm=realm.id.bytes)
    assert not is_pin_proved(code, k_pin=k_pin_of(phone, realm, PIN), realm=realm.id.bytes)


def test_a_scanner_reads_the_code_from_its_picture(phone: Phone) -> None:
    text = phone.make_code(PIN)

    assert read_picture(draw_png(text)) == text


def test_a_scanner_that_sees_no_symbol_says_so() -> None:
    white = io.BytesIO()
    Image.new("L", (200, 200), 255).save(white, "png")

    with pytest.raises(NothingRead):
        read_picture(white.getvalue())


def test_the_counter_is_on_the_disk_before_the_code_exists(
    phone: Phone, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    kept: list[int] = []

    def die(*_: object, **__: object) -> str:
        kept.append(json.loads((tmp_path / "phone.json").read_text())["counter"])
        raise SystemExit("the battery is empty")

    monkeypatch.setattr(handset, "make_code", die)

    with pytest.raises(SystemExit):
        phone.make_code(PIN)

    assert kept == [1]
    assert Phone(NOWHERE, "ws://127.0.0.1:1", tmp_path / "phone.json").counter == 1


def test_codes_made_at_once_never_share_a_number(phone: Phone, realm: Realm) -> None:
    start = threading.Barrier(4)

    def make(_: int) -> list[int]:
        start.wait()
        return [realm.opened(phone.make_code(None)).claims.counter for _ in range(10)]

    with ThreadPoolExecutor(4) as pool:
        counters = sorted(number for numbers in pool.map(make, range(4)) for number in numbers)

    assert counters == list(range(1, 41))


def test_nothing_on_the_phone_confirms_a_guess_and_nobody_else_may_read_it(
    phone: Phone, realm: Realm, tmp_path: Path
) -> None:
    phone.make_code(PIN)

    text = (tmp_path / "phone.json").read_text()
    assert (tmp_path / "phone.json").stat().st_mode & 0o777 == 0o600
    assert PIN not in text
    assert to_text(k_pin_of(phone, realm, PIN)) not in text


def test_in_flight_mode_the_network_is_out_of_reach(phone: Phone) -> None:
    with pytest.raises(Offline):
        phone.sync()
    with pytest.raises(Offline), phone.listen():
        pass


def test_goes_by_the_servers_clock(realm: Realm, phone: Phone) -> None:
    ahead = (datetime.now(UTC) + timedelta(hours=3)).replace(microsecond=0)
    phone.believe_realm(realm.document(server_time=ahead.isoformat()))

    issued_at = realm.opened(phone.make_code(None)).claims.issued_at

    assert abs(issued_at - ahead.timestamp()) <= 2


@pytest.mark.parametrize("changes", [{"version": 3}, {"realm": str(uuid4())}, {"expires_at": "2020-01-01T00:00:00Z"}])
def test_refuses_an_older_expired_or_foreign_realm(phone: Phone, realm: Realm, changes: dict[str, Any]) -> None:
    before = phone._memory.facts

    with pytest.raises(NotGenuine):
        phone.believe_realm(realm.document(**changes))

    assert phone._memory.facts == before


def test_refuses_a_realm_that_the_root_did_not_sign(phone: Phone, realm: Realm) -> None:
    realm.root = generate_private_key(SECP256R1())

    with pytest.raises(NotGenuine):
        phone.believe_realm(realm.document(version=9))


def test_makes_no_code_without_a_key_that_is_valid(phone: Phone, realm: Realm) -> None:
    phone.believe_realm(realm.document(code_keys=[]))

    with pytest.raises(NoKey):
        phone.make_code(PIN)


def test_tells_a_real_receipt_from_a_forged_one(phone: Phone, realm: Realm) -> None:
    real = realm.receipt(payment="pay_1", device_ref=to_text(b"phone-01"))
    assert phone.believe_receipt(real)["payment"] == "pay_1"

    with pytest.raises(NotGenuine):
        phone.believe_receipt(realm.receipt(payment="pay_1", device_ref=to_text(b"phone-02")))
    with pytest.raises(NotGenuine):
        phone.believe_receipt(real | {"document": to_text(b"{}")})
    with pytest.raises(NotGenuine):
        phone.believe_receipt(real | {"key": "key-2"})


def test_reads_an_activation_code_however_it_was_typed() -> None:
    assert normal_form(" abcd-efgh ijkl-mno0") == "ABCDEFGH1JK1MN00"
