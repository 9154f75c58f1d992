"""The programs that sign: the client that vendors copy, the simulated till, and the example in the documentation."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from django.test import Client as DjangoClient
from django.test import RequestFactory
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from apps.merchants.credentials import fingerprint_of, public_key_der
from apps.merchants.models import TillCredential, TillProof
from apps.merchants.operations import require_till_proof
from apps.pos_api.errors import SignatureInvalid, SignatureReplayed
from apps.pos_api.signatures import TAG, claimed_signer, verify_signature
from apps.rest.errors import Unauthenticated
from apps.transactions.models import Payment
from simulators.till import Till
from simulators.till_signature import TillSigner
from tests.cast import Phone
from tests.merchants.credentials import Key, key_pem, new_key
from tests.pos_api.lossy import LossyLine, lossy_line
from tests.pos_api.signing import register
from tests.pos_api.till import TillProgram
from tests.shop import STAFF, Shop

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "clients" / "python"))

from mpayment_till import Client, Refused  # noqa: E402  # found by the line above
from mpayment_till.signing import Signer  # noqa: E402

POS = "/api/pos/v1"


@pytest.fixture
def key(shop: Shop, now: datetime) -> Key:
    """The key of a till whose merchant demands signatures."""
    key = new_key()
    register(shop.till, key, now=now)
    require_till_proof(merchant_id=shop.merchant.id, proof=TillProof.SIGNED, by=STAFF, now=now)
    return key


@pytest.fixture
def line(live_server: LiveServer, till: TillProgram, worker: None, settings: Settings) -> Iterator[LossyLine]:
    settings.ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
    address = urlsplit(live_server.url)
    with lossy_line(address.hostname or "", address.port or 0) as line:
        yield line


def test_the_client_signs_what_it_sends_and_every_repetition_anew(
    line: LossyLine, till: TillProgram, key: Key, phone: Phone, now: datetime
) -> None:
    client = Client(f"{line.url}{POS}", till.key, patience_seconds=20, signer=Signer(key_pem(key)))
    line.lose = 1

    payment = client.wait(client.authorise(phone.make_code(now=now), 4250, "R1", cashier="Zoë"))

    assert (payment.status, line.calls, Payment.objects.count()) == ("authorised", 2, 1)
    assert client.capture(payment.id).safe_to_release_goods
    assert [found.id for found in client.find("R1")] == [payment.id]
    assert client.cancel(payment.id).refund_status == "pending"
    assert client.whoami()["object"] == "till"


def test_the_client_that_does_not_sign_is_told_so(line: LossyLine, till: TillProgram, key: Key) -> None:
    with pytest.raises(Refused) as refused:
        Client(f"{line.url}{POS}", till.key, patience_seconds=0).whoami()

    assert refused.value.code == "signature_required"


def test_the_clients_key_may_live_elsewhere(line: LossyLine, till: TillProgram, key: Key) -> None:
    class Chip:
        """Signs, and never gives its key away."""

        def public_key(self) -> ec.EllipticCurvePublicKey:
            return key.public_key()

        def sign(self, data: bytes, signature_algorithm: ec.EllipticCurveSignatureAlgorithm) -> bytes:
            return key.sign(data, signature_algorithm)

    assert Client(f"{line.url}{POS}", till.key, signer=Signer(Chip())).whoami()["object"] == "till"
    with pytest.raises(ValueError, match="not on P-256"):
        Signer(ec.generate_private_key(ec.SECP384R1()))


def test_the_client_needs_no_other_package_unless_it_signs() -> None:
    script = "import sys, mpayment_till; print('cryptography' in sys.modules)"

    asked = subprocess.run(
        [sys.executable, "-S", "-c", script],
        env={"PYTHONPATH": str(ROOT / "clients" / "python")},
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert (asked.returncode, asked.stdout.strip()) == (0, "False"), asked.stderr


def test_the_simulated_till_signs(
    live_server: LiveServer, line: LossyLine, till: TillProgram, key: Key, phone: Phone, now: datetime
) -> None:
    simulated = Till(f"{line.url}{POS}", till.key, patience_seconds=20, signer=TillSigner(key))
    line.lose = 1

    payment = simulated.authorise(phone.make_code(now=now), 4250, "R1")

    assert simulated.capture(payment["id"])["status"] == "captured"
    assert simulated.get(payment["id"], wait=1)["status"] == "captured"
    hasty = Till(f"{live_server.url}{POS}", till.key, signer=TillSigner(key))
    with hasty.unanswered(phone.make_code(now=now), 100, "R2") as lost:
        assert hasty.cancel_lost(lost, "R2")["safe_to_retry"]


def _example() -> dict[str, str]:
    """Return the parts of the worked example in the documentation, by the words that introduce them."""
    story = (ROOT / "docs" / "pos-api.md").read_text(encoding="utf-8")
    section = story.split("### A signed request, worked through")[1].split("\n### ")[0]
    blocks = re.findall(r"(?m)^\*\*(\w+)\*\*.*\n\n((?:(?:    .*)?\n)+)", section)
    return {name: "\n".join(line[4:] for line in block.strip("\n").split("\n")) for name, block in blocks}


@pytest.mark.django_db
def test_the_example_in_the_documentation_is_a_signed_request() -> None:
    example = _example()
    key = load_pem_public_key(example["Key"].encode())
    assert isinstance(key, ec.EllipticCurvePublicKey)
    head, _, body = example["Request"].partition("\n\n")
    first, *fields = head.split("\n")
    method, target, _ = first.split(" ")
    headers = dict(field.split(": ", 1) for field in fields)
    asked = RequestFactory().generic(
        method, target, body.encode(), content_type=headers.pop("Content-Type"), headers=headers
    )
    content = public_key_der(key)
    signer = TillCredential(kind="signing", content=content, fingerprint=fingerprint_of(content))
    created = datetime.fromtimestamp(int(re.findall(r"created=(\d+)", head)[0]), UTC)

    assert claimed_signer(asked) == signer.fingerprint == example["Keyid"]
    with pytest.raises(SignatureInvalid):
        verify_signature(asked, body.encode() + b" ", signer, now=created)
    verify_signature(asked, body.encode(), signer, now=created)
    with pytest.raises(SignatureReplayed):
        verify_signature(asked, body.encode(), signer, now=created)


def test_the_signature_base_in_the_documentation_is_what_was_signed() -> None:
    example = _example()
    key = load_pem_public_key(example["Key"].encode())
    assert isinstance(key, ec.EllipticCurvePublicKey)
    signed: list[bytes] = []

    class Recorder:
        def public_key(self) -> ec.EllipticCurvePublicKey:
            return key

        def sign(self, data: bytes, signature_algorithm: ec.EllipticCurveSignatureAlgorithm) -> bytes:
            signed.append(data)
            return new_key().sign(data, signature_algorithm)

    head, _, body = example["Request"].partition("\n\n")
    first, *fields = head.split("\n")
    method, target, _ = first.split(" ")
    headers = dict(field.split(": ", 1) for field in fields)
    created = int(re.findall(r"created=(\d+)", head)[0])
    Signer(Recorder(), clock=lambda: created).sign(method, target, headers, body.encode())

    nonce = re.compile(r'nonce="[^"]+"')
    assert nonce.sub("", signed[0].decode()) == nonce.sub("", example["Base"])
    assert TAG in example["Base"]
    assert json.loads(body)


def test_the_openapi_document_names_what_a_merchant_can_demand(client: DjangoClient, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    document = json.loads(client.get("/api/docs/openapi.json").content)

    schemes = document["components"]["securitySchemes"]
    assert (schemes["till_signature"]["name"], schemes["till_certificate"]["type"]) == ("Signature", "mutualTLS")
    call = document["paths"]["/api/pos/v1/payments"]["post"]
    assert {"till_key": [], "till_signature": [], "till_certificate": []} in call["security"]
    story = (ROOT / "docs" / "pos-api.md").read_text(encoding="utf-8")
    codes = {
        error.code for error in Unauthenticated.__subclasses__() if error.__module__ == SignatureInvalid.__module__
    }
    assert len(codes) == 6
    for code in codes:
        assert f"`{code}`" in call["responses"]["401"]["description"]
        assert f"| `{code}` |" in story
