"""What a till proves itself with besides its key."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from apps.audit.models import Record
from apps.kernel.ids import uuid7
from apps.keys.models import Purpose
from apps.keys.operations import create_missing_keys
from apps.keys.queries import current_signing_key
from apps.merchants.errors import CredentialTaken, InvalidCredential, UnknownCredential, UnknownTill
from apps.merchants.models import CredentialKind, Mode, Till, TillCredential
from apps.merchants.operations import (
    create_till,
    issue_client_certificate,
    issue_till_key,
    register_certificate,
    register_signing_key,
    revoke_credential,
)
from apps.merchants.queries import shown_till_key, valid_credentials
from tests.merchants import credentials
from tests.shop import STAFF, Shop, make_shop

DAY = timedelta(days=1)
SIGNING, CERTIFICATE = CredentialKind.SIGNING, CredentialKind.CERTIFICATE

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def shop(now: datetime) -> Shop:
    return make_shop(now=now)


@pytest.fixture
def till_1(shop: Shop) -> Till:
    return shop.till


def register(till: Till, key: credentials.AnyKey, now: datetime, *, overlap: timedelta = DAY) -> TillCredential:
    request = credentials.request_for(till.public_id, key)
    return register_signing_key(till_id=till.id, request=request, overlap=overlap, by=STAFF, now=now)


def pin(till: Till, certificate: x509.Certificate, now: datetime, *, overlap: timedelta = DAY) -> TillCredential:
    return register_certificate(
        till_id=till.id, certificate=credentials.pem(certificate), overlap=overlap, by=STAFF, now=now
    )


def valid_at(moment: datetime, kind: CredentialKind = SIGNING) -> list[str]:
    found = valid_credentials(moment).filter(kind=kind).order_by("created_at", "id")
    return list(found.values_list("fingerprint", flat=True))


def test_a_key_that_signs_is_known_by_the_fingerprint_of_its_public_half(till_1: Till, now: datetime) -> None:
    key = credentials.new_key()

    credential = register(till_1, key, now)

    assert (credential.kind, credential.fingerprint) == (SIGNING, credentials.key_id(key))
    assert (credential.expires_at, credential.is_valid(now)) == (None, True)
    kept = Record.objects.get(action="till.credential_registered")
    assert (kept.subject, kept.facts["fingerprint"]) == (till_1.public_id, credential.fingerprint)


def test_the_same_request_again_changes_nothing(till_1: Till, now: datetime) -> None:
    key = credentials.new_key()

    assert register(till_1, key, now).id == register(till_1, key, now).id
    assert valid_at(now + 3 * DAY) == [credentials.key_id(key)]
    assert Record.objects.filter(action="till.credential_registered").count() == 1


def test_two_keys_are_valid_at_a_time_and_never_three(till_1: Till, now: datetime) -> None:
    first, second, third = (register(till_1, credentials.new_key(), now).fingerprint for _ in range(3))

    assert first not in valid_at(now)
    assert valid_at(now) == valid_at(now + DAY - timedelta(seconds=1)) == [second, third]
    assert valid_at(now + DAY) == [third]


def test_a_key_may_end_by_itself(till_1: Till, now: datetime) -> None:
    request = credentials.request_for(till_1.public_id, credentials.new_key())

    key = register_signing_key(
        till_id=till_1.id, request=request, overlap=DAY, lifetime=timedelta(days=90), by=STAFF, now=now
    )

    assert (key.is_valid(now + 89 * DAY), key.is_valid(now + 90 * DAY)) == (True, False)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda till: b"", "cannot be read"),
        (
            lambda till: b"-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n",
            "cannot be read",
        ),
        (lambda till: credentials.pem(credentials.certificate_for(credentials.new_key())), "cannot be read"),
        (lambda till: credentials.request_for(till, ec.generate_private_key(ec.SECP384R1())), "not on P-256"),
        (lambda till: credentials.request_for(till, ed25519.Ed25519PrivateKey.generate()), "not on P-256"),
        (lambda till: credentials.request_for(till, rsa.generate_private_key(65537, 2048)), "not on P-256"),
        (lambda till: credentials.request_for("til_" + "0" * 26, credentials.new_key()), "common name"),
        (lambda till: credentials.request_for(till, credentials.new_key())[:-80], "cannot be read"),
    ],
    ids=["empty", "garbage", "certificate", "p384", "ed25519", "rsa", "other-till", "cut"],
)
def test_a_request_that_proves_nothing_is_refused(wrong, says: str, till_1: Till, now: datetime) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InvalidCredential, match=says):
        register_signing_key(till_id=till_1.id, request=wrong(till_1.public_id), overlap=DAY, by=STAFF, now=now)

    assert not TillCredential.objects.exists()


def test_a_request_that_was_signed_by_somebody_else_is_refused(till_1: Till, now: datetime) -> None:
    def asked() -> x509.CertificateSigningRequest:
        # A signature has between 68 and 72 bytes; of one length, so that one fits where the other was.
        while len((found := _load(till_1)).signature) != 71:
            pass
        return found

    own, other = asked(), asked()
    forged = own.public_bytes(Encoding.DER).replace(own.signature, other.signature)
    request = b"-----BEGIN CERTIFICATE REQUEST-----\n%s-----END CERTIFICATE REQUEST-----\n" % base64.encodebytes(forged)

    with pytest.raises(InvalidCredential, match="not signed with the key that it names"):
        register_signing_key(till_id=till_1.id, request=request, overlap=DAY, by=STAFF, now=now)


def _load(till: Till) -> x509.CertificateSigningRequest:
    return x509.load_pem_x509_csr(credentials.request_for(till.public_id, credentials.new_key()))


def test_a_key_signs_for_one_till(shop: Shop, till_1: Till, now: datetime) -> None:
    key, till_2 = credentials.new_key(), create_till(store_id=shop.store.id, name="Kasse 2", by=STAFF, now=now)
    register(till_1, key, now)

    with pytest.raises(CredentialTaken):
        register(till_2, key, now)


def test_a_key_that_has_ended_never_comes_back(till_1: Till, now: datetime) -> None:
    key = credentials.new_key()
    fingerprint = register(till_1, key, now).fingerprint
    revoke_credential(till_id=till_1.id, fingerprint=fingerprint, reason="stolen", by=STAFF, now=now)

    with pytest.raises(CredentialTaken):
        register(till_1, key, now)
    assert valid_at(now) == []


def test_revoking_ends_a_credential_at_once_and_only_once(till_1: Till, now: datetime) -> None:
    fingerprint = register(till_1, credentials.new_key(), now).fingerprint

    for moment in (now, now + DAY):
        revoke_credential(till_id=till_1.id, fingerprint=fingerprint, reason="stolen", by=STAFF, now=moment)

    assert TillCredential.objects.get().revoked_at == now
    assert Record.objects.get(action="till.credential_revoked").reason == "stolen"
    with pytest.raises(UnknownCredential):
        revoke_credential(till_id=till_1.id, fingerprint="0" * 64, reason="stolen", by=STAFF, now=now)
    with pytest.raises(UnknownTill):
        revoke_credential(till_id=uuid7(), fingerprint=fingerprint, reason="stolen", by=STAFF, now=now)


def test_a_certificate_of_the_vendors_own_is_pinned_until_it_ends(till_1: Till, now: datetime) -> None:
    certificate = credentials.certificate_for(credentials.new_key())

    pinned = pin(till_1, certificate, now)

    assert pinned.kind == CERTIFICATE
    assert pinned.fingerprint == certificate.fingerprint(SHA256()).hex()
    assert pinned.expires_at == certificate.not_valid_after_utc
    assert not pinned.is_valid(certificate.not_valid_after_utc)


def test_one_certificate_may_stand_in_front_of_many_tills(shop: Shop, till_1: Till, now: datetime) -> None:
    certificate = credentials.certificate_for(credentials.new_key())
    till_2 = create_till(store_id=shop.store.id, name="Kasse 2", by=STAFF, now=now)

    assert pin(till_1, certificate, now).id != pin(till_2, certificate, now).id


def test_a_certificate_does_not_end_a_key_that_signs(till_1: Till, now: datetime) -> None:
    signing = register(till_1, credentials.new_key(), now)
    pin(till_1, credentials.certificate_for(credentials.new_key()), now, overlap=timedelta(0))
    newer = pin(till_1, credentials.certificate_for(credentials.new_key()), now, overlap=timedelta(0))

    assert (valid_at(now + DAY), valid_at(now, CERTIFICATE)) == ([signing.fingerprint], [newer.fingerprint])


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda now: b"nothing", "one certificate in PEM"),
        (lambda now: 2 * credentials.pem(credentials.certificate_for(credentials.new_key())), "without its chain"),
        (
            lambda now: credentials.pem(credentials.certificate_for(credentials.new_key(), is_authority=True)),
            "an authority's",
        ),
        (
            lambda now: credentials.pem(credentials.certificate_for(credentials.new_key(), usage=credentials.SERVER)),
            "not meant for TLS clients",
        ),
        (
            lambda now: credentials.pem(credentials.certificate_for(credentials.new_key(), ends_at=now - DAY)),
            "not valid now",
        ),
    ],
    ids=["garbage", "two", "authority", "server", "over"],
)
def test_a_certificate_that_no_till_can_show_is_refused(wrong, says: str, till_1: Till, now: datetime) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InvalidCredential, match=says):
        register_certificate(till_id=till_1.id, certificate=wrong(now), overlap=DAY, by=STAFF, now=now)

    assert not TillCredential.objects.exists()


def test_our_own_authority_certifies_a_tills_key(till_1: Till, now: datetime) -> None:
    create_missing_keys(now=now, by=STAFF)
    key = credentials.new_key()

    issued = issue_client_certificate(
        till_id=till_1.id,
        request=credentials.request_for(till_1.public_id, key),
        lifetime=timedelta(days=5000),
        overlap=DAY,
        by=STAFF,
        now=now,
    )

    certificate = x509.load_pem_x509_certificate(issued.pem.encode())
    authority = current_signing_key(Purpose.CERTIFICATES, now)
    assert authority is not None
    assert authority.certificate is not None
    certificate.verify_directly_issued_by(x509.load_der_x509_certificate(bytes(authority.certificate)))
    assert certificate.public_key() == key.public_key()
    assert certificate.subject == credentials.named(till_1.public_id)
    assert issued.credential.fingerprint == certificate.fingerprint(SHA256()).hex()
    assert certificate.not_valid_after_utc - now < timedelta(days=826)


def test_a_key_comes_with_the_tills_own_valid_credentials_in_one_statement(
    shop: Shop, till_1: Till, now: datetime, django_assert_num_queries
) -> None:  # type: ignore[no-untyped-def]
    issued = issue_till_key(till_id=till_1.id, mode=Mode.LIVE, overlap=DAY, by=STAFF, now=now).text.reveal()
    till_2 = create_till(store_id=shop.store.id, name="Kasse 2", by=STAFF, now=now)
    own, foreign = register(till_1, credentials.new_key(), now), register(till_2, credentials.new_key(), now)
    shared = credentials.certificate_for(credentials.new_key())
    pin(till_2, shared, now)
    pinned = pin(till_1, shared, now)

    def shown(signer: str, certificate: str, *, at: datetime = now) -> tuple[object, object]:
        with django_assert_num_queries(1):
            found = shown_till_key(issued, signer=signer, certificate=certificate, now=at)
        assert found is not None
        assert found.key.till.store.merchant == shop.merchant
        return found.signer, found.certificate

    shown("", "")
    assert shown(own.fingerprint, pinned.fingerprint) == (own, pinned)
    assert shown(own.fingerprint, "") == (own, None)
    assert shown("", pinned.fingerprint) == (None, pinned)
    assert shown(foreign.fingerprint, own.fingerprint) == (None, None)
    assert shown(pinned.fingerprint, "0" * 64) == (None, None)
    assert shown(own.fingerprint, pinned.fingerprint, at=now + 100 * DAY) == (own, None)
    revoke_credential(till_id=till_1.id, fingerprint=own.fingerprint, reason="lost", by=STAFF, now=now)
    assert shown(own.fingerprint, "") == (None, None)
    assert shown_till_key("till_live_none", signer=own.fingerprint, certificate="", now=now) is None


def test_ten_keys_at_once_follow_one_another(till_1: Till, now: datetime) -> None:
    def registered(_: int) -> str:
        try:
            return register(till_1, credentials.new_key(), now, overlap=timedelta(0)).fingerprint
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        all_of_them = set(pool.map(registered, range(10)))

    assert len(all_of_them) == 10
    assert len(valid_at(now)) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE merchants_tillcredential SET content = 'x'",
        "UPDATE merchants_tillcredential SET fingerprint = 'x'",
        "UPDATE merchants_tillcredential SET expires_at = NULL",
        "UPDATE merchants_tillcredential SET expires_at = expires_at + interval '1 second'",
        "UPDATE merchants_tillcredential SET revoked_at = NULL",
        "DELETE FROM merchants_tillcredential",
    ],
)
def test_the_database_keeps_a_credential_as_it_was_registered(statement: str, till_1: Till, now: datetime) -> None:
    credential = pin(till_1, credentials.certificate_for(credentials.new_key()), now)
    revoke_credential(till_id=till_1.id, fingerprint=credential.fingerprint, reason="lost", by=STAFF, now=now)

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_an_operator_registers_and_revokes_by_command(
    till_1: Till, tmp_path: Path, now: datetime, capsys: pytest.CaptureFixture[str]
) -> None:
    create_missing_keys(now=now, by=STAFF)
    key, own = credentials.new_key(), credentials.certificate_for(credentials.new_key())
    request, certificate = tmp_path / "till.csr", tmp_path / "till.pem"
    request.write_bytes(credentials.request_for(till_1.public_id, key))
    certificate.write_bytes(credentials.pem(own))

    def run(command: str, *arguments: str) -> dict[str, str | None]:
        call_command(command, "--till", till_1.public_id, *arguments, "--json")
        answer: dict[str, str | None] = json.loads(capsys.readouterr().out)
        return answer

    signing = run("register_signing_key", "--request", str(request))
    assert signing == {"till": till_1.public_id, "keyid": credentials.key_id(key), "expires_at": None}
    pinned = run("register_certificate", "--certificate", str(certificate))
    assert pinned["fingerprint"] == own.fingerprint(SHA256()).hex()
    issued = run("register_certificate", "--request", str(request), "--days", "10")
    made = x509.load_pem_x509_certificate((issued["certificate"] or "").encode())
    assert issued["fingerprint"] == made.fingerprint(SHA256()).hex()
    assert set(valid_at(timezone.now(), CERTIFICATE)) == {pinned["fingerprint"], issued["fingerprint"]}

    run("revoke_credential", "--fingerprint", signing["keyid"] or "", "--reason", "stolen")
    assert valid_at(timezone.now()) == []
    with pytest.raises(CommandError, match="make a new key"):
        call_command("register_signing_key", "--till", till_1.public_id, "--request", str(request))
    with pytest.raises(CommandError, match="no such credential"):
        call_command("revoke_credential", "--till", till_1.public_id, "--fingerprint", "0", "--reason", "x")
