"""The certificate authority, device certificates, and the commands."""

import json
from datetime import datetime, timedelta
from io import StringIO

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID
from django.core.management import call_command

from apps.kernel.actors import Actor
from apps.keys.errors import AuthorityExists, KeysUnavailable, NotAPublicKey
from apps.keys.models import CodeKey, SigningKey
from apps.keys.operations import create_certificate_authority, issue_device_certificate

pytestmark = pytest.mark.django_db
DEVICE_REF = bytes.fromhex("0102030405060708")
POINT = ec.derive_private_key(7, ec.SECP256R1()).public_key().public_bytes(
    Encoding.X962, PublicFormat.UncompressedPoint
)  # fmt: skip


def test_a_device_certificate_verifies_with_the_authority(now: datetime, by: Actor) -> None:
    authority = create_certificate_authority(now=now, by=by)

    der = issue_device_certificate(public_key=POINT, device_ref=DEVICE_REF, name="Alice's phone", now=now)

    certificate = x509.load_der_x509_certificate(der)
    issuer = x509.load_der_x509_certificate(bytes(authority.certificate or b""))
    issuer.verify_directly_issued_by(issuer)
    certificate.verify_directly_issued_by(issuer)
    assert certificate.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint) == POINT
    assert certificate.subject.rfc4514_string() == "2.5.4.5=0102030405060708,CN=Alice's phone"
    assert not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert certificate.not_valid_before_utc <= now < certificate.not_valid_after_utc


def test_a_name_is_cut_by_bytes_and_never_through_a_character(now: datetime, by: Actor) -> None:
    create_certificate_authority(now=now, by=by)

    der = issue_device_certificate(public_key=POINT, device_ref=DEVICE_REF, name="x" + "é" * 40, now=now)

    (name,) = x509.load_der_x509_certificate(der).subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    assert name.value == "x" + "é" * 31


def test_a_certificate_of_another_authority_does_not_verify(now: datetime, by: Actor) -> None:
    first = create_certificate_authority(now=now, by=by)
    second = create_certificate_authority(now=first.not_after, by=by)
    der = issue_device_certificate(public_key=POINT, device_ref=DEVICE_REF, name="", now=second.not_before)

    with pytest.raises(InvalidSignature):
        x509.load_der_x509_certificate(der).verify_directly_issued_by(
            x509.load_der_x509_certificate(bytes(first.certificate or b""))
        )


def test_no_certificate_outlives_its_authority(now: datetime, by: Actor) -> None:
    authority = create_certificate_authority(now=now, by=by)
    late = authority.not_after - timedelta(days=10)

    der = issue_device_certificate(public_key=POINT, device_ref=DEVICE_REF, name="n" * 200, now=late)

    assert x509.load_der_x509_certificate(der).not_valid_after_utc == authority.not_after


@pytest.mark.parametrize("point", [b"", POINT[:-1], POINT + b"\x00", b"\x02" + POINT[1:33], POINT[:-1] + b"\x00"])
def test_what_is_not_a_point_on_the_curve_gets_no_certificate(now: datetime, by: Actor, point: bytes) -> None:
    create_certificate_authority(now=now, by=by)

    with pytest.raises(NotAPublicKey):
        issue_device_certificate(public_key=point, device_ref=DEVICE_REF, name="phone", now=now)


def test_there_is_one_authority_at_a_time(now: datetime, by: Actor) -> None:
    create_certificate_authority(now=now, by=by)

    with pytest.raises(AuthorityExists):
        create_certificate_authority(now=now, by=by)


def test_without_an_authority_there_are_no_certificates(now: datetime) -> None:
    with pytest.raises(KeysUnavailable):
        issue_device_certificate(public_key=POINT, device_ref=DEVICE_REF, name="phone", now=now)


def test_create_keys_makes_everything_once() -> None:
    first, second = StringIO(), StringIO()

    call_command("create_keys", "--json", stdout=first)
    call_command("create_keys", "--json", stdout=second)

    assert len(json.loads(first.getvalue())["created"]) == 6
    assert json.loads(second.getvalue()) == {"created": []}
    assert (CodeKey.objects.count(), SigningKey.objects.count()) == (1, 5)


def test_rotate_code_key_tells_whether_there_is_a_new_one() -> None:
    first, second = StringIO(), StringIO()

    call_command("rotate_code_key", "--json", stdout=first)
    call_command("rotate_code_key", "--json", stdout=second)

    assert json.loads(first.getvalue()) | {"not_after": ""} == {"kid": 1, "created": True, "not_after": ""}
    assert json.loads(second.getvalue()) | {"not_after": ""} == {"kid": 1, "created": False, "not_after": ""}
