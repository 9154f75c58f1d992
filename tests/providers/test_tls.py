"""Whom the line takes for the bank, and whom the bank takes for us. Whoever is neither hears nothing of a payment."""

import socket
import ssl
import stat
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from apps.kernel.masking import Secret
from apps.kernel.money import Money
from apps.providers import tls
from apps.providers.connectors.corebank import connect
from apps.providers.contract import Approved, Authorise, ConfigError, NotSent, Outcome, Unknown
from apps.providers.line import OwnKey, OwnKeys, trust_from
from apps.providers.tls import client_context
from tests.providers.certificates import CLIENT, SERVER, Authority, pin_of, tls_server
from tests.providers.lines import Client, enrol, fingerprint, hours, new_key, public_text, secured_bank
from tests.simulators.bank_process import BankProcess

HERE = ("127.0.0.1",)
SIGNING = new_key("bank-1")


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority.new()


@pytest.fixture(scope="module")
def ours(authority: Authority) -> OwnKeys:
    """Our keys, certified by the authority that the tests' servers do not even ask."""
    key = new_key()
    certificate = authority.certify(key.private_key.reveal(), usage=CLIENT).public_bytes(Encoding.DER)
    return OwnKeys((replace(key, certificate=certificate),), (new_key(),))


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BankProcess]:
    with secured_bank(tmp_path_factory.mktemp("bank")) as bank:
        yield bank


@pytest.fixture(scope="module")
def bank_authority(bank: BankProcess) -> Authority:
    return Authority.of_bank(bank.directory.parent / "tls")


def authorisation(token: str = "act_1") -> Authorise:
    return Authorise(
        reference=f"a-{datetime.now(UTC).timestamp()}",
        deadline_seconds=2,
        amount=Money(1295, "CHF"),
        instrument_token=Secret(token),
        merchant="Shop 12",
        expires_at=datetime.now(UTC) + timedelta(days=7),
    )


def line_to(authority: Authority, *pins: str, **more: str) -> dict[str, Any]:
    keys = {SIGNING.key_id: public_text(SIGNING)}
    return {"ca": authority.pem, "pins": list(pins), "signing_keys": keys, **more}


def asked(url: str, line: dict[str, Any], keys: OwnKeys) -> Outcome:
    return connect({"base_url": url, "line": line}, Secret("a client's key"), keys).authorise(authorisation())


def test_a_server_that_is_all_that_was_agreed_is_spoken_to(authority: Authority, ours: OwnKeys) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = authority.certify(key, usage=SERVER, names=HERE)

    with tls_server(certificate, key) as (url, heard):
        outcome = asked(url, line_to(authority, "0" * 64, pin_of(certificate), crl=authority.revocation_list()), ours)

    # It was spoken to; that it did not sign its answer is another matter.
    assert isinstance(outcome, Unknown)
    assert b"POST /v1/holds" in b"".join(heard)


Wrong = Callable[[Authority, ec.EllipticCurvePrivateKey], x509.Certificate]


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(lambda _, key: Authority.new().certify(key, usage=SERVER, names=HERE), id="another authority"),
        pytest.param(lambda ca, key: ca.certify(key, usage=SERVER, names=HERE, lifetime=hours(-2, -1)), id="expired"),
        pytest.param(lambda ca, key: ca.certify(key, usage=SERVER, names=HERE, lifetime=hours(1, 2)), id="not yet"),
        pytest.param(lambda ca, key: ca.certify(key, usage=SERVER, names=("127.0.0.2",)), id="another address"),
        pytest.param(lambda ca, key: ca.certify(key, usage=SERVER, names=("localhost",)), id="another name"),
        pytest.param(lambda ca, key: ca.certify(key, usage=SERVER), id="no name"),
        pytest.param(lambda ca, key: ca.certify(key, usage=CLIENT, names=HERE), id="a client's"),
    ],
)
def test_a_wrong_server_hears_nothing_even_if_its_certificate_is_pinned(
    authority: Authority, ours: OwnKeys, wrong: Wrong
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = wrong(authority, key)

    with tls_server(certificate, key) as (url, heard):
        outcome = asked(url, line_to(authority, pin_of(certificate)), ours)

    assert isinstance(outcome, NotSent)
    assert heard == []


def test_a_certificate_of_the_right_authority_that_is_not_pinned_hears_nothing(
    authority: Authority, ours: OwnKeys
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())

    with tls_server(authority.certify(key, usage=SERVER, names=HERE), key) as (url, heard):
        outcome = asked(url, line_to(authority, "0" * 64), ours)

    assert isinstance(outcome, NotSent)
    assert heard == []


def test_a_revoked_server_and_a_list_past_its_end_are_refused(authority: Authority, ours: OwnKeys) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = authority.certify(key, usage=SERVER, names=HERE)
    revoked = authority.revocation_list(certificate)
    outdated = authority.revocation_list(lasts=timedelta(hours=-1))

    with tls_server(certificate, key) as (url, heard):
        outcomes = [asked(url, line_to(authority, pin_of(certificate), crl=crl), ours) for crl in (revoked, outdated)]

    assert all(isinstance(outcome, NotSent) for outcome in outcomes)
    assert heard == []


def test_an_older_tls_is_not_spoken(authority: Authority, ours: OwnKeys) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = authority.certify(key, usage=SERVER, names=HERE)

    with tls_server(certificate, key, version=ssl.TLSVersion.TLSv1_2) as (url, heard):
        outcome = asked(url, line_to(authority, pin_of(certificate)), ours)

    assert isinstance(outcome, NotSent)
    assert heard == []


@pytest.mark.parametrize("keys", [OwnKeys(), OwnKeys(signing=(new_key(),))])
def test_without_a_certificate_of_ours_nothing_is_sent(bank: BankProcess, keys: OwnKeys) -> None:
    connector = enrol(bank).connector(bank, keys=keys)

    assert connector.authorise(authorisation()) == NotSent("no client certificate of ours is valid")
    assert not connector.health()


def test_without_a_signing_key_of_ours_nothing_is_sent(bank: BankProcess) -> None:
    client = enrol(bank)
    ended = replace(client.signing, not_after=datetime.now(UTC))

    outcome = client.connector(bank, keys=OwnKeys((client.tls,), (ended,))).authorise(authorisation())

    assert outcome == NotSent("no signing key of ours is valid")


def test_a_line_that_nobody_has_set_up_sends_nothing() -> None:
    connector = connect({"base_url": "https://bank.example"}, Secret("key"))

    assert isinstance(connector.authorise(authorisation()), NotSent)


@pytest.mark.parametrize(
    "settings",
    [
        {"base_url": "http://bank.example"},
        {"base_url": "http://127.0.0.1:1", "line": {}},
        {"base_url": "https://bank.example", "line": {}},
        {"base_url": "https://bank.example", "line": "trust everybody"},
    ],
)
def test_settings_that_would_leave_the_line_open_are_refused(settings: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"https|line"):
        connect(settings, Secret("key"))


@pytest.mark.parametrize(
    "change",
    [
        {"ca": "no certificate"},
        {"ca": None},
        {"pins": []},
        {"pins": ["0" * 63]},
        {"pins": ["A" * 64]},
        {"pins": [f"{n:064x}" for n in range(5)]},
        {"pins": "0" * 64},
        {"signing_keys": {}},
        {"signing_keys": {"bank-1": "AAAA"}},
        {"signing_keys": {"": "AAAA"}},
        {"crl": "none"},
        {"more": 1},
    ],
)
def test_a_trust_that_is_not_whole_is_refused(authority: Authority, change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"."):
        trust_from({**line_to(authority, "0" * 64), **change})


def test_a_client_s_certificate_is_no_authority(authority: Authority) -> None:
    leaf = authority.certify(ec.generate_private_key(ec.SECP256R1()), usage=CLIENT)

    with pytest.raises(ValueError, match="authority"):
        trust_from({**line_to(authority, "0" * 64), "ca": leaf.public_bytes(Encoding.PEM).decode()})


def test_our_private_key_is_never_written_in_the_open(
    authority: Authority, ours: OwnKeys, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    seen: list[tuple[int, bytes]] = []
    remove = tls.os.unlink
    monkeypatch.setattr(tls, "_MEMORY", tmp_path)

    def look_and_remove(path: str) -> None:
        seen.append((stat.S_IMODE(Path(path).stat().st_mode), Path(path).read_bytes()))
        remove(path)

    monkeypatch.setattr(tls.os, "unlink", look_and_remove)

    client_context(trust_from(line_to(authority, "0" * 64)), ours.tls[0])

    ((mode, written),) = seen
    assert mode == 0o600
    assert b"ENCRYPTED PRIVATE KEY" in written
    assert list(tmp_path.iterdir()) == []


# The bank's side of it.


def certified(authority: Authority, lifetime: tuple[datetime, datetime] | None = None) -> OwnKey:
    key = new_key()
    certificate = authority.certify(key.private_key.reveal(), usage=CLIENT, lifetime=lifetime)
    return replace(key, certificate=certificate.public_bytes(Encoding.DER))


def test_a_client_that_is_all_that_was_agreed_pays(bank: BankProcess) -> None:
    outcome = enrol(bank).connector(bank).authorise(authorisation(bank.open_account()))

    assert isinstance(outcome, Approved)


@pytest.mark.parametrize("lifetime", [hours(-2, -1), hours(1, 2), None], ids=["expired", "not yet valid", "foreign"])
def test_a_client_that_tls_refuses_gets_no_money(
    bank: BankProcess, bank_authority: Authority, lifetime: tuple[datetime, datetime] | None
) -> None:
    shown = certified(bank_authority, lifetime) if lifetime else certified(Authority.new())
    client = enrol(bank)
    before = len(bank.get("/v1/admin/operations")["operations"])

    outcome = client.connector(bank, keys=OwnKeys((shown,), (client.signing,))).authorise(authorisation())

    # In TLS 1.3 the client has spoken before it hears that it is refused: not a byte was read, but who can tell?
    assert isinstance(outcome, Unknown | NotSent)
    assert len(bank.get("/v1/admin/operations")["operations"]) == before


def test_a_certificate_of_the_bank_s_authority_that_it_does_not_expect_is_refused(
    bank: BankProcess, bank_authority: Authority
) -> None:
    client = enrol(bank)
    keys = OwnKeys((certified(bank_authority),), (client.signing,))

    with pytest.raises(ConfigError, match="401"):
        client.connector(bank, keys=keys).authorise(authorisation())


def test_a_revoked_certificate_is_refused_on_an_open_connection_as_well(bank: BankProcess) -> None:
    client = enrol(bank)
    connector = client.connector(bank)
    before = connector.authorise(authorisation(bank.open_account()))

    bank.call("POST", "/v1/admin/clients/revocations", {"revoke": fingerprint(client.tls)})

    assert isinstance(before, Approved)
    with pytest.raises(ConfigError, match="401"):
        connector.authorise(authorisation())


def test_a_client_with_another_client_s_certificate_is_refused(bank: BankProcess) -> None:
    ours, theirs = enrol(bank, "us"), enrol(bank, "them")

    with pytest.raises(ConfigError, match="401"):
        ours.connector(bank, keys=OwnKeys((theirs.tls,), (ours.signing,))).authorise(authorisation())


def open_tls(bank: BankProcess, context: ssl.SSLContext) -> bytes:
    """Shake hands, ask for the bank's health, and return what comes."""
    port = int(bank.line_url.rpartition(":")[2])
    with (
        socket.create_connection(("127.0.0.1", port), timeout=5) as raw,
        context.wrap_socket(raw, server_hostname="127.0.0.1") as secured,
    ):
        secured.sendall(b"GET /v1/health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        if answer := secured.recv(4096):
            return answer
        raise ConnectionAbortedError


def trusting(client: Client) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=client.line["ca"])
    return context


def test_nobody_comes_in_without_a_certificate(bank: BankProcess) -> None:
    # An alert, or just the end: the bank may have closed before it was read.
    with pytest.raises((ssl.SSLError, ConnectionError)):
        open_tls(bank, trusting(enrol(bank)))


def test_nobody_comes_in_with_an_older_tls(bank: BankProcess) -> None:
    client = enrol(bank)
    context = trusting(client)
    tls._show(context, client.tls)
    context.maximum_version = ssl.TLSVersion.TLSv1_2

    with pytest.raises(ssl.SSLError, match="VERSION"):
        open_tls(bank, context)


def test_plain_http_is_not_answered_on_the_line(bank: BankProcess) -> None:
    port = int(bank.line_url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=5) as plain:
        plain.sendall(b"GET /v1/health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        try:
            answer = plain.recv(4096)
        except ConnectionResetError:
            answer = b""

    assert b"HTTP" not in answer


def test_the_plain_entrance_is_for_the_administrator_only(bank: BankProcess) -> None:
    assert bank.call("GET", "/v1/health")[0] == 404
    assert bank.call("GET", "/v1/admin/books")[0] == 200
