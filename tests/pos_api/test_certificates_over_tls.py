"""Mutual TLS as it is run: a proxy that ends TLS and asks for certificates, in front of the real web process."""

import http.client
import json
import ssl
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from apps.keys.models import Purpose
from apps.keys.operations import create_missing_keys
from apps.keys.queries import current_signing_key
from apps.merchants.models import TillProof
from apps.merchants.operations import issue_client_certificate, register_certificate, require_till_proof
from simulators.till import Till
from simulators.till_signature import TillSigner
from tests.cast import Phone
from tests.merchants.credentials import Key, certificate_for, new_key, pem, request_for
from tests.pos_api.signing import register
from tests.pos_api.test_client_certificates import field_of
from tests.pos_api.till import BASE, Json, TillProgram
from tests.pos_api.tls_proxy import OWN_ADDRESS, TlsProxy, tls_proxy
from tests.pos_api.web_process import WebProcess, web_process
from tests.shop import STAFF, Shop

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "clients" / "python"))

from mpayment_till import Client, Refused  # noqa: E402  # found by the line above

DAY = timedelta(days=1)


@dataclass
class Holder:
    """Somebody with a key and a certificate for it."""

    key: Key
    certificate: x509.Certificate


@pytest.fixture(scope="module")
def web(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebProcess]:
    with web_process(tmp_path_factory.mktemp("web"), TLS_PROXIES=OWN_ADDRESS) as web:
        yield web


@pytest.fixture
def ours(shop: Shop, now: datetime) -> Holder:
    """The till, with a certificate of our own authority, which its merchant demands."""
    create_missing_keys(now=now, by=STAFF)
    key = new_key()
    issued = issue_client_certificate(
        till_id=shop.till.id,
        request=request_for(shop.till.public_id, key),
        lifetime=30 * DAY,
        overlap=DAY,
        by=STAFF,
        now=now,
    )
    require_till_proof(merchant_id=shop.merchant.id, proof=TillProof.CERTIFICATE, by=STAFF, now=now)
    return Holder(key, x509.load_pem_x509_certificate(issued.pem.encode()))


@pytest.fixture
def stranger() -> Holder:
    """Somebody whom the proxy lets in, and no till."""
    key = new_key()
    return Holder(key, certificate_for(key))


@pytest.fixture
def proxy(web: WebProcess, ours: Holder, stranger: Holder, now: datetime, tmp_path: Path) -> Iterator[TlsProxy]:
    authority = current_signing_key(Purpose.CERTIFICATES, now)
    assert authority is not None
    assert authority.certificate is not None
    trusted = [x509.load_der_x509_certificate(bytes(authority.certificate)), stranger.certificate]
    with tls_proxy(web.address, trusted=trusted, place=tmp_path) as proxy:
        yield proxy


def client(proxy: TlsProxy, till: TillProgram, holder: Holder | None = None) -> Client:
    tls = proxy.client_context(holder.certificate, holder.key) if holder else proxy.client_context()
    return Client(f"{proxy.url}{BASE.rstrip('/')}", till.key, patience_seconds=0, tls=tls)


def refusal(proxy: TlsProxy, till: TillProgram, holder: Holder | None = None) -> str:
    with pytest.raises(Refused) as refused:
        client(proxy, till, holder).whoami()
    assert refused.value.status == 401
    return refused.value.code


def raw(connection: http.client.HTTPConnection, till: TillProgram, **headers: str) -> tuple[int, str]:
    sent = {name.replace("__", "-"): value for name, value in headers.items()}
    connection.request("GET", f"{BASE}till", headers={"Authorization": f"Bearer {till.key}", **sent})
    answer = connection.getresponse()
    body: Json = json.loads(answer.read())
    connection.close()
    return answer.status, str(body.get("code", ""))


def test_a_till_sells_over_a_connection_that_shows_its_certificate(
    proxy: TlsProxy, till: TillProgram, ours: Holder, phone: Phone, now: datetime
) -> None:
    sold = client(proxy, till, ours).authorise(phone.make_code(now=now), 4250, "R1", capture="automatic")

    assert (sold.status, sold.safe_to_release_goods) == ("captured", True)


def test_a_connection_that_shows_nothing_or_another_certificate_is_refused(
    proxy: TlsProxy, till: TillProgram, stranger: Holder
) -> None:
    assert refusal(proxy, till) == "certificate_required"
    assert refusal(proxy, till, stranger) == "certificate_invalid"


def test_a_certificate_of_the_vendors_own_is_as_good(
    proxy: TlsProxy, till: TillProgram, shop: Shop, stranger: Holder, now: datetime
) -> None:
    register_certificate(till_id=shop.till.id, certificate=pem(stranger.certificate), overlap=DAY, by=STAFF, now=now)

    assert client(proxy, till, stranger).whoami()["id"] == shop.till.public_id


def test_a_certificate_without_its_key_is_not_shown(proxy: TlsProxy, ours: Holder) -> None:
    with pytest.raises(ssl.SSLError):
        proxy.client_context(ours.certificate, new_key())


@pytest.mark.parametrize("name", ["Client__Cert", "client__cert", "Client_Cert", "CLIENT_CERT"])
def test_a_field_that_a_client_writes_itself_never_passes_the_proxy(
    name: str, proxy: TlsProxy, till: TillProgram, ours: Holder
) -> None:
    forged = {name: field_of(ours.certificate)}
    over_tls = http.client.HTTPSConnection("127.0.0.1", proxy.port, context=proxy.client_context(), timeout=10)

    assert raw(over_tls, till, **forged) == (401, "certificate_required")


@pytest.mark.parametrize("name", ["Client__Cert", "Client_Cert"])
def test_a_field_that_is_sent_around_the_proxy_means_nothing(
    name: str, web: WebProcess, till: TillProgram, ours: Holder
) -> None:
    direct = http.client.HTTPConnection(*web.address, timeout=10)

    assert raw(direct, till, **{name: field_of(ours.certificate)}) == (401, "certificate_required")
    direct = http.client.HTTPConnection(*web.address, timeout=10)
    forwarded = {name: field_of(ours.certificate), "X__Forwarded__For": OWN_ADDRESS}
    assert raw(direct, till, **forwarded) == (401, "certificate_required")


def test_a_signature_holds_behind_the_proxy_too(
    proxy: TlsProxy, till: TillProgram, shop: Shop, ours: Holder, now: datetime
) -> None:
    register(shop.till, ours.key, now=now)
    require_till_proof(merchant_id=shop.merchant.id, proof=TillProof.BOTH, by=STAFF, now=now)
    tls = proxy.client_context(ours.certificate, ours.key)
    pos_url = f"{proxy.url}{BASE.rstrip('/')}"

    assert refusal(proxy, till, ours) == "signature_required"
    signing = Till(pos_url, till.key, patience_seconds=0, signer=TillSigner(ours.key), tls=tls)
    assert signing.cancel_lost("never sent", "R1")["status"] == "never_arrived"
    assert signing.by_reference("R1") == []


def test_two_signatures_are_refused_by_the_real_server_too(
    web: WebProcess, till: TillProgram, shop: Shop, now: datetime
) -> None:
    signer = TillSigner(new_key())
    register(shop.till, signer.key, now=now)
    authorization = {"Authorization": f"Bearer {till.key}"}

    def code(times: int) -> str:
        connection = http.client.HTTPConnection(*web.address, timeout=10)
        connection.putrequest("GET", f"{BASE}till")
        connection.putheader("Authorization", authorization["Authorization"])
        for _ in range(times):
            for name, value in signer.sign("GET", f"{BASE}till", authorization, None).items():
                connection.putheader(name, value)
        connection.endheaders()
        body: Json = json.loads(connection.getresponse().read())
        connection.close()
        return str(body.get("code", body.get("object")))

    assert (code(1), code(2)) == ("till", "signature_invalid")
