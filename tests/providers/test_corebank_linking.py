"""The bank core's messages about consents and notices, from bytes: what is sent, and what an answer proves."""

import json

import pytest

from apps.kernel.masking import Secret
from apps.kernel.money import Money
from apps.providers.connectors.corebank.linking import (
    end_from,
    end_request,
    link_request,
    linked_account_from,
    page_from,
    redemption_request,
)
from apps.providers.connectors.corebank.notices import notice_from
from apps.providers.contract import (
    BeginLink,
    ConfigError,
    ConsentEnded,
    Declined,
    EndConsent,
    InvalidNotice,
    LinkedAccount,
    LinkPage,
    NoticeKind,
    RedeemLink,
    Unknown,
)
from apps.providers.iban import is_iban
from apps.providers.reasons import DeclineReason

BEGIN = BeginLink(
    reference="link-1",
    subject="cus_1",
    state=Secret("state-1"),
    return_url="https://shop.example/wallet/linked",
    language="de",
    deadline_seconds=5,
)
REDEEM = RedeemLink(reference="link-1", code=Secret("code-1"), deadline_seconds=5)
END = EndConsent(consent="cns_1", deadline_seconds=5)
PAGE = {"ref": "link-1", "consent_url": "https://bank.example/consent/x?lang=de", "expires_at": "2026-11-25T12:00:00Z"}
ACCOUNT = {
    "ref": "link-1",
    "consent_id": "cns_1",
    "account_token": "act_1",
    "iban": "CH9300762011623852957",
    "label": "Bank ...2957",
    "currency": "CHF",
    "status": "active",
}


def encoded(fields: dict[str, object]) -> bytes:
    return json.dumps(fields).encode()


def test_nothing_that_could_be_forged_is_in_an_address() -> None:
    messages = [link_request(BEGIN), redemption_request(REDEEM), end_request(END)]

    assert [getattr(message, "path", "") for message in messages] == [
        "/v1/links",
        "/v1/links/redemptions",
        "/v1/consents/cns_1/end",
    ]
    assert json.loads(getattr(messages[0], "body", b"")) == {
        "ref": "link-1",
        "subject": "cus_1",
        "state": "state-1",
        "return_url": "https://shop.example/wallet/linked",
        "language": "de",
    }
    assert "state-1" not in repr(messages[0]) + repr(BEGIN)
    assert "code-1" not in repr(messages[1]) + repr(REDEEM)


def test_a_page_is_where_the_customer_goes() -> None:
    assert page_from(BEGIN, status=201, body=encoded(PAGE)) == LinkPage("https://bank.example/consent/x?lang=de")


@pytest.mark.parametrize(
    "url",
    [
        "http://bank.example/consent",
        "javascript:alert(1)",
        "ftp://bank.example/",
        "https://user@bank.example/",
        "https://bank.example:0/",
        "https:///consent",
        "https://bank.example/ü",
        "https://bank.example/\n",
        "x" * 600,
        7,
    ],
)
def test_nobody_is_sent_to_a_page_that_others_could_read(url: object) -> None:
    assert isinstance(page_from(BEGIN, status=201, body=encoded(PAGE | {"consent_url": url})), Unknown)


def test_an_account_keeps_four_digits_of_its_number() -> None:
    account = linked_account_from(REDEEM, status=200, body=encoded(ACCOUNT))

    assert isinstance(account, LinkedAccount)
    assert (account.token.reveal(), account.consent, account.label) == ("act_1", "cns_1", "Bank ...2957")
    assert (account.currency, account.is_usable) == ("CHF", True)
    assert "CH93" not in repr(account)
    assert "act_1" not in repr(account)


@pytest.mark.parametrize(
    "changed",
    [
        {"ref": "link-2"},
        {"iban": "CH9300762011623852958"},
        {"iban": "CH930076201162385295"},
        {"iban": ""},
        {"label": "Bank ...7301"},
        {"label": "CH9300762011623852957"},
        {"label": "Bank\n...2957"},
        {"currency": "chf"},
        {"consent_id": "a/b"},
        {"status": "asleep"},
        {"account_token": ""},
    ],
)
def test_an_account_that_does_not_agree_with_itself_is_unknown(changed: dict[str, object]) -> None:
    assert isinstance(linked_account_from(REDEEM, status=200, body=encoded(ACCOUNT | changed)), Unknown)


def test_a_code_that_the_bank_does_not_know_is_the_customers_no() -> None:
    body = encoded({"code": "unknown_code", "detail": "no such code"})

    assert linked_account_from(REDEEM, status=404, body=body) == Declined(
        DeclineReason.INVALID_INSTRUMENT, "unknown_code"
    )
    wild = RedeemLink(reference="link-1", code=Secret("ö"), deadline_seconds=5)
    assert isinstance(redemption_request(wild), Declined)


def test_an_address_that_the_bank_does_not_take_switches_no_route_off() -> None:
    for status, code in ((422, "return_url_refused"), (404, "no_page")):
        outcome = page_from(BEGIN, status=status, body=encoded({"code": code, "detail": ""}))
        assert outcome == Declined(DeclineReason.NOT_PERMITTED, code)
    with pytest.raises(ConfigError):
        page_from(BEGIN, status=401, body=b"")


def test_a_consent_has_ended_when_the_bank_says_so_or_never_had_it() -> None:
    ended, other = ({"consent_id": name, "status": "ended"} for name in ("cns_1", "cns_2"))

    assert end_from(END, status=200, body=encoded(ended)) == ConsentEnded()
    assert isinstance(end_from(END, status=200, body=encoded(other)), Unknown)
    assert isinstance(end_from(END, status=500, body=b""), Unknown)
    unknown = encoded({"code": "unknown_consent", "detail": ""})
    assert isinstance(end_from(END, status=404, body=unknown), Declined)


@pytest.mark.parametrize(
    ("told", "kind", "is_usable"),
    [
        ({"type": "hold.approved", "ref": "a", "amount": 1, "currency": "CHF"}, NoticeKind.OPERATION, None),
        ({"type": "refund.booked", "ref": "a", "amount": 1, "currency": "CHF"}, NoticeKind.OPERATION, None),
        ({"type": "account.active", "consent_id": "cns_1"}, NoticeKind.CONSENT, True),
        ({"type": "account.expired", "consent_id": "cns_1"}, NoticeKind.CONSENT, False),
        ({"type": "consent.ended", "consent_id": "cns_1"}, NoticeKind.CONSENT, False),
        ({"type": "weather.changed", "sun": True}, NoticeKind.OTHER, None),
    ],
)
def test_a_notice_hints_at_an_operation_a_consent_or_something_new(
    told: dict[str, object], kind: NoticeKind, is_usable: bool | None
) -> None:
    notice = notice_from(encoded({"notice_id": "ntc_1", **told}), nonce="nonce-1")

    assert (notice.kind, notice.is_usable, notice.raw_kind) == (kind, is_usable, told["type"])
    assert notice.amount == (Money(1, "CHF") if kind == NoticeKind.OPERATION else None)


@pytest.mark.parametrize("body", [b"", b"[]", b'{"notice_id": "a"}', b'{"notice_id": "a", "type": "a b"}', b"\xff"])
def test_a_notice_that_says_nothing_is_none(body: bytes) -> None:
    with pytest.raises(InvalidNotice):
        notice_from(body, nonce="nonce-1")


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("CH9300762011623852957", True),
        ("LI21088100002324013AA", True),
        ("DE89370400440532013000", True),
        ("CH9300762011623852958", False),
        ("CH930076201162385295", False),
        ("ch9300762011623852957", False),
        ("CH93 0076 2011 6238 5295 7", False),
        ("4242424242424242", False),
        ("", False),
    ],
)
def test_an_account_number_has_form_length_and_check_digits(text: str, is_one: bool) -> None:
    assert is_iban(text) is is_one
