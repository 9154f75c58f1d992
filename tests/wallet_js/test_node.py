"""The wallet's modules, in the report of all tests: node runs its own, and answers what Python asks."""

import base64
import json
import re
import secrets
from datetime import UTC, datetime

import numpy as np
import zxingcpp
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from apps.kernel.ids import public_id, uuid7
from apps.paycode import messages
from apps.paycode.claims import Claims, Purpose, Verification, flags_of
from apps.paycode.keys import derive_k_pin, pos_tag, stretch_pin
from apps.paycode.seal import make_code
from apps.paycode.signatures import sign_message
from apps.paycode.symbol import QUIET_ZONE
from apps.paycode.text import read_text
from apps.paycode.unseal import check_claims, is_pin_proved, is_signed_by, open_code
from tests.paycode.known import DEVICE_KEY, DEVICE_PUBLIC, K_PIN, REALM, SERVER_KEY, SERVER_PUBLIC, TILL_ID, VALID
from tests.wallet_js.nodes import ROOT, run_node

TWIN = "tests/wallet_js/twin.js"


def test_node_keeps_every_promise() -> None:
    files = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "tests" / "wallet_js").glob("*.test.js"))

    result = run_node("--test", "--test-reporter=tap", *files)

    assert result.returncode == 0, result.stdout[-6000:] + result.stderr[-2000:]
    passed = re.search(r"^# pass (\d+)$", result.stdout, re.MULTILINE)
    assert passed is not None
    assert int(passed[1]) >= 110


def test_a_code_made_by_node_says_to_python_what_it_should() -> None:
    # Two codes, so that one that is made once and given again would be seen.
    wish = {
        "realm": REALM.hex(),
        "kid": 7,
        "server_key": SERVER_PUBLIC.hex(),
        "k_pin": K_PIN.hex(),
        "device_private": f"{DEVICE_KEY.private_numbers().private_value:064x}",
        "device_public": DEVICE_PUBLIC.hex(),
        "till_id": TILL_ID,
        "claims": {
            "flags": 9,
            "device_ref": "0102030405060708",
            "counter": 0xFFFFFFFE,
            "issued_at": 1_795_449_610,
            "instrument": 255,
            "fallback": 1,
            "cap": 0xFFFFFFFE,
            "sync": "fffefdfc",
        },
    }

    texts = _ask_twin({"make": [wish, wish]})["make"]

    assert texts[0] != texts[1]
    for text in texts:
        code = open_code(read_text(text), private_key=SERVER_KEY, realm=REALM)
        check_claims(
            code,
            now=datetime.fromtimestamp(1_795_449_610, UTC),
            realm=REALM,
            till_id=TILL_ID,
            till_is_training=False,
            purpose=Purpose.PAY,
        )
        assert code.claims.counter == 0xFFFFFFFE
        assert (code.claims.instrument, code.claims.fallback, code.claims.cap_minor) == (255, 1, 0xFFFFFFFE)
        assert code.claims.made_online
        assert is_signed_by(code, public_key=DEVICE_PUBLIC, realm=REALM)
        assert is_pin_proved(code, k_pin=K_PIN, realm=REALM)


def test_a_code_made_by_python_says_the_same_to_node() -> None:
    server = X25519PrivateKey.generate()
    claims = Claims(
        flags=flags_of(verification=Verification.BIOMETRIC, purpose=Purpose.LOYALTY, is_training=True),
        device_ref=secrets.token_bytes(8),
        counter=4_000_000_000,
        issued_at=2**32 - 1,
        instrument=3,
        fallback=0,
        cap=0,
        sync=secrets.token_bytes(4),
        pos_tag=pos_tag(realm=REALM, till_id=TILL_ID),
    )
    public = server.public_key().public_bytes_raw()
    text = make_code(claims, realm=REALM, kid=255, server_key=public, device_key=DEVICE_KEY, k_pin=K_PIN)
    keys = {"server_private": server.private_bytes_raw().hex(), "server_public": public.hex()}

    read = _ask_twin({"read": [{"text": text, "realm": REALM.hex(), **keys}]})["read"][0]

    assert read == {
        "kid": 255,
        "flags": claims.flags,
        "device_ref": claims.device_ref.hex(),
        "counter": claims.counter,
        "issued_at": claims.issued_at,
        "instrument": 3,
        "fallback": 0,
        "cap": 0,
        "sync": claims.sync.hex(),
        "pos_tag": claims.pos_tag.hex(),
    }


def test_a_scanner_reads_the_symbol_that_node_draws() -> None:
    texts = [vector["text"] for vector in VALID]

    drawn = _ask_twin({"draw": list(texts)})["draw"]

    for text, modules in zip(texts, drawn, strict=True):
        dark = np.pad(np.array(modules, dtype=bool), QUIET_ZONE)
        picture = np.where(np.kron(dark, np.ones((6, 6), dtype=bool)), 0, 255).astype(np.uint8)
        [found] = zxingcpp.read_barcodes(picture)
        assert (found.text, found.format) == (text, zxingcpp.BarcodeFormat.QRCode)
        assert found.ec_level == "M"


def test_both_write_every_message_alike() -> None:
    realm, challenge = secrets.token_bytes(16), secrets.token_bytes(32)
    old_ref, new_ref = secrets.token_bytes(8), secrets.token_bytes(8)
    k_dev, payment = secrets.token_bytes(32), uuid7()
    key = generate_private_key(SECP256R1())
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    k_pin = derive_k_pin(k_dev, stretch_pin("271828", realm=realm, device_ref=old_ref))
    content = messages.consent_content(
        device_ref=old_ref,
        payment_id=payment.bytes,
        amount_minor=2**53 - 1,
        currency="CHF",
        merchant="Käserei 🧀 «Gübeli»",
        is_yes=True,
    )
    handover = messages.handover_message(
        realm=realm, old_device_ref=old_ref, new_device_ref=new_ref, new_public_key=point, challenge=challenge
    )
    asked = {
        "realm": realm.hex(),
        "challenge": challenge.hex(),
        "old_ref": old_ref.hex(),
        "new_ref": new_ref.hex(),
        "public_key": point.hex(),
        "payment": public_id("pay", payment),
        "amount": 2**53 - 1,
        "currency": "CHF",
        "k_dev": k_dev.hex(),
        "pin": "271828",
        "merchant": "Käserei 🧀 «Gübeli»",
        "signature": sign_message(key, handover).hex(),
    }

    answer = _ask_twin({"say": [asked]})["say"][0]

    assert answer == {
        "handover": handover.hex(),
        "handover_is_signed": True,
        "consent": content.hex(),
        "consent_pin_ok": messages.consent_pin_ok(k_pin=k_pin, realm=realm, content=content).hex(),
        "session_pin_ok": messages.session_pin_ok(
            k_pin=k_pin, realm=realm, device_ref=old_ref, challenge=challenge
        ).hex(),
        "text": base64.urlsafe_b64encode(challenge).rstrip(b"=").decode(),
    }


# Any: JSON in, JSON out.
def _ask_twin(question: dict[str, list[object]]) -> dict[str, list]:
    result = run_node(TWIN, typed=json.dumps(question))
    assert result.returncode == 0, result.stderr[-3000:]
    answer: dict[str, list] = json.loads(result.stdout)
    return answer
