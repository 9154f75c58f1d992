"""A till's key that is bound to a client certificate: whom the door believes what was shown."""

import base64
from datetime import datetime, timedelta
from ipaddress import ip_network

import pytest
from cryptography import x509
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from apps.merchants.models import TillCredential, TillProof
from apps.merchants.operations import (
    create_till,
    register_certificate,
    require_till_proof,
    revoke_credential,
)
from tests.merchants.credentials import certificate_for, der, new_key, pem
from tests.pos_api.signing import SigningProgram, register
from tests.pos_api.till import TillProgram, assert_problem
from tests.shop import STAFF, Shop

PROXY = "10.1.2.3"


@pytest.fixture(autouse=True)
def proxies(settings: Settings) -> None:
    settings.TLS_PROXIES = [ip_network("10.1.0.0/16"), ip_network("fd00::7")]


@pytest.fixture
def certificate(shop: Shop, now: datetime) -> x509.Certificate:
    """The till's certificate; its merchant demands one."""
    certificate = certificate_for(new_key())
    pin(shop, certificate, now)
    require_till_proof(merchant_id=shop.merchant.id, proof=TillProof.CERTIFICATE, by=STAFF, now=now)
    return certificate


def pin(shop: Shop, certificate: x509.Certificate, now: datetime, *, overlap: timedelta = timedelta(hours=1)) -> None:
    register_certificate(till_id=shop.till.id, certificate=pem(certificate), overlap=overlap, by=STAFF, now=now)


def field_of(certificate: x509.Certificate) -> str:
    return f":{base64.b64encode(der(certificate)).decode()}:"


def call(till: TillProgram, value: str, *, address: str = PROXY, **headers: str) -> HttpResponse:
    return till.get("till", HTTP_CLIENT_CERT=value, REMOTE_ADDR=address, **headers)


@pytest.mark.parametrize("address", [PROXY, "10.1.255.255", "fd00::7", "::ffff:10.1.2.3"])
def test_a_trusted_proxy_is_believed(till: TillProgram, certificate: x509.Certificate, address: str) -> None:
    assert call(till, field_of(certificate), address=address).status_code == 200


@pytest.mark.parametrize("address", ["127.0.0.1", "10.2.0.1", "fd00::8", "", "10.1.2.3, 127.0.0.1", "::ffff:10.2.0.1"])
def test_nobody_else_is(till: TillProgram, certificate: x509.Certificate, address: str) -> None:
    assert_problem(call(till, field_of(certificate), address=address), 401, "certificate_required")


def test_a_forwarded_address_makes_nobody_a_proxy(till: TillProgram, certificate: x509.Certificate) -> None:
    answer = call(till, field_of(certificate), address="127.0.0.1", HTTP_X_FORWARDED_FOR=PROXY)

    assert_problem(answer, 401, "certificate_required")


def test_without_proxies_nobody_is_believed(
    till: TillProgram, certificate: x509.Certificate, settings: Settings
) -> None:
    settings.TLS_PROXIES = []

    assert_problem(call(till, field_of(certificate)), 401, "certificate_required")


@pytest.mark.parametrize("value", ["", "::", "  "])
def test_a_connection_without_a_certificate_is_told_to_show_one(
    till: TillProgram, certificate: x509.Certificate, value: str
) -> None:
    problem = assert_problem(call(till, value), 401, "certificate_required")

    assert "client certificate" in problem["detail"]


@pytest.mark.parametrize(
    "value", ["x", ":x", ":!:", ":AAA:", ":AAAA:, :AAAA:", ":AAAA:;a=b", "-----BEGIN CERTIFICATE-----"]
)
def test_a_field_that_is_no_certificate_is_no_proof(
    till: TillProgram, certificate: x509.Certificate, value: str
) -> None:
    assert_problem(call(till, value), 401, "certificate_invalid")


def test_another_certificate_is_refused(till: TillProgram, certificate: x509.Certificate) -> None:
    assert_problem(call(till, field_of(certificate_for(new_key()))), 401, "certificate_invalid")


def test_a_certificate_twice_is_refused(till: TillProgram, certificate: x509.Certificate) -> None:
    twice = f"{field_of(certificate)},{field_of(certificate)}"

    assert_problem(call(till, twice), 401, "certificate_invalid")


def test_a_certificate_of_another_till_is_refused(
    shop: Shop, till: TillProgram, certificate: x509.Certificate, now: datetime
) -> None:
    till_2 = create_till(store_id=shop.store.id, name="Kasse 2", by=STAFF, now=now)
    other = certificate_for(new_key())
    register_certificate(till_id=till_2.id, certificate=pem(other), overlap=timedelta(0), by=STAFF, now=now)

    assert_problem(call(till, field_of(other)), 401, "certificate_invalid")


def test_a_certificate_that_has_ended_is_refused(
    till: TillProgram, certificate: x509.Certificate, now: datetime
) -> None:
    # As if it had been issued for a shorter time: the database lets nobody prolong it.
    TillCredential.objects.update(expires_at=now)

    assert_problem(call(till, field_of(certificate)), 401, "certificate_invalid")


def test_a_certificate_that_was_revoked_is_refused(
    shop: Shop, till: TillProgram, certificate: x509.Certificate, now: datetime
) -> None:
    fingerprint = TillCredential.objects.get().fingerprint
    revoke_credential(till_id=shop.till.id, fingerprint=fingerprint, reason="stolen", by=STAFF, now=now)

    assert_problem(call(till, field_of(certificate)), 401, "certificate_invalid")


def test_two_certificates_are_good_while_one_follows_the_other(
    shop: Shop, till: TillProgram, certificate: x509.Certificate, now: datetime
) -> None:
    newer = certificate_for(new_key())
    pin(shop, newer, now)

    assert [call(till, field_of(each)).status_code for each in (certificate, newer)] == [200, 200]


def test_a_certificate_opens_nothing_without_a_key(till: TillProgram, certificate: x509.Certificate) -> None:
    till.key = "till_live_unknown"

    assert_problem(call(till, field_of(certificate)), 401, "unauthenticated")


def test_what_nobody_demands_is_not_looked_at(till: TillProgram) -> None:
    # A proxy that asks every client for a certificate gets one from many that have never heard of us.
    assert call(till, field_of(certificate_for(new_key()))).status_code == 200
    assert call(till, "x").status_code == 200


def test_the_operator_may_name_a_field_that_has_no_twin(
    till: TillProgram, certificate: x509.Certificate, settings: Settings
) -> None:
    settings.CLIENT_CERTIFICATE_HEADER = "Clientcert"

    assert_problem(call(till, field_of(certificate)), 401, "certificate_required")
    named = till.get("till", HTTP_CLIENTCERT=field_of(certificate), REMOTE_ADDR=PROXY)
    assert named.status_code == 200


def test_both_are_demanded_together(
    shop: Shop, till: TillProgram, certificate: x509.Certificate, now: datetime
) -> None:
    program = SigningProgram(till, now)
    register(shop.till, program.key, now=now)
    require_till_proof(merchant_id=shop.merchant.id, proof=TillProof.BOTH, by=STAFF, now=now)

    assert_problem(call(till, field_of(certificate)), 401, "signature_required")
    assert_problem(program.get("till"), 401, "certificate_required")
    assert call(till, field_of(certificate), **program.headers("GET", "till")).status_code == 200


def test_a_certificate_costs_no_statement(till: TillProgram, certificate: x509.Certificate) -> None:
    call(till, field_of(certificate))

    with CaptureQueriesContext(connection) as queries:
        assert call(till, field_of(certificate)).status_code == 200

    assert len(queries) == 1
