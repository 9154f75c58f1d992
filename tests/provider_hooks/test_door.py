"""Who may tell us something, what is kept of it, and what it is answered."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.db import DatabaseError, connection
from django.http import HttpResponse
from pytest_django import Settings

from apps.cases.models import Case
from apps.instruments.models import Instrument
from apps.kernel.masking import Secret
from apps.live.models import Event
from apps.outbox.models import Message
from apps.provider_hooks import topics
from apps.providers.models import NoticeNonce, ProviderNotice
from apps.providers.operations import create_provider_account, forget_nonces, trust_provider
from apps.rest.throttle import Rate
from apps.transactions.models import Operation
from apps.transactions.queries import whole_payment
from tests.cast import Phone
from tests.provider_hooks.teller import Teller, make_teller, payer_at, public
from tests.shop import STAFF, Shop, make_shop


@pytest.fixture
def shop(teller: Teller, now: datetime) -> Shop:
    return make_shop(now=now)


@pytest.fixture
def payer(teller: Teller, now: datetime) -> tuple[Phone, Instrument]:
    return payer_at(teller.account, now=now)


@pytest.fixture
def operation(shop: Shop, payer: tuple[Phone, Instrument], now: datetime) -> Operation:
    """A hold of 12.95 that waits to be sent."""
    started = shop.start(payer[0].make_code(now=now), 1295, now=now)
    return Operation.objects.get(id=started.operation_id)


def answered(response: HttpResponse) -> tuple[int, str]:
    body = json.loads(response.content)
    return response.status_code, body.get("code") or body["status"]


def hints() -> int:
    return Message.objects.filter(topic=topics.LOOK_INTO).count()


def test_a_genuine_notice_is_kept_and_leaves_a_note_to_ask(teller: Teller, operation: Operation, now: datetime) -> None:
    told = teller.tell("hold.approved", ref=operation.reference, amount=1295, currency="CHF")

    assert answered(told) == (200, "kept")
    notice = ProviderNotice.objects.get()
    assert (notice.kind, notice.raw_kind, notice.reference) == ("operation", "hold.approved", operation.reference)
    assert (notice.amount_minor, notice.currency, notice.status) == (1295, "CHF", "kept")
    note = Message.objects.get(topic=topics.LOOK_INTO)
    assert note.arguments == {"notice_id": str(notice.id)}
    assert Operation.objects.get(id=operation.id).status == "queued"
    assert not Case.objects.exists()


def test_e04_a_notice_told_twice_has_no_second_effect(teller: Teller, operation: Operation) -> None:
    body = teller.body("hold.approved", ref=operation.reference, amount=1295, currency="CHF")

    for _ in range(3):
        assert answered(teller.bring(body)) == (200, "kept")

    assert (ProviderNotice.objects.count(), hints()) == (1, 1)


def test_a_message_is_taken_once_however_genuine(teller: Teller, operation: Operation, now: datetime) -> None:
    body = teller.body("hold.approved", ref=operation.reference, amount=1295, currency="CHF")
    headers = teller.sign(body)

    assert answered(teller.bring(body, headers))[0] == 200
    assert answered(teller.bring(body, headers)) == (401, "notice_refused")
    assert NoticeNonce.objects.count() == 1
    assert forget_nonces(now=now) == 0
    assert forget_nonces(now=now + timedelta(minutes=10)) == 1


@pytest.mark.parametrize(
    "signing",
    [
        {"key": ec.generate_private_key(ec.SECP256R1())},
        {"key_id": "bank-2"},
        {"seconds": -180},
        {"seconds": 180},
        {"url": "https://pay.example/api/providers/v1/other/notices"},
        {"url": "https://evil.example/api/providers/v1/bank/notices"},
        {"url": "https://pay.example:8443/api/providers/v1/bank/notices"},
        {"nonce": "short"},
        {"nonce": "x" * 65},
    ],
    ids=["stranger", "unknown_key", "old", "future", "path", "host", "port", "short_nonce", "long_nonce"],
)
def test_what_the_bank_has_not_signed_for_us_now_is_refused_and_leaves_no_trace(
    teller: Teller, operation: Operation, signing: dict[str, object]
) -> None:
    body = teller.body("hold.approved", ref=operation.reference, amount=1295, currency="CHF")

    response = teller.bring(body, **signing)

    assert answered(response) == (401, "notice_refused")
    assert (ProviderNotice.objects.count(), NoticeNonce.objects.count(), hints()) == (0, 0, 0)


@pytest.mark.parametrize("name", ["signature", "signature-input", "content-digest"])
def test_a_notice_without_one_of_its_headers_is_refused(teller: Teller, name: str) -> None:
    body = teller.body("capture.booked", ref="a", amount=1, currency="CHF")
    headers = {key: value for key, value in teller.sign(body).items() if key != name}

    assert answered(teller.bring(body, headers)) == (401, "notice_refused")


def test_a_changed_body_and_a_replaced_digest_are_refused(teller: Teller) -> None:
    body = teller.body("capture.booked", ref="a", amount=1, currency="CHF")
    headers, other = teller.sign(body), body.replace(b'"amount": 1', b'"amount": 9')

    assert answered(teller.bring(other, headers)) == (401, "notice_refused")
    digest = {"content-digest": teller.sign(other)["content-digest"]}
    assert answered(teller.bring(other, headers | digest)) == (401, "notice_refused")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b'{"notice_id": "a", "notice_id": "b", "type": "capture.booked"}',
        b'{"type": "capture.booked", "ref": "a", "amount": 1, "currency": "CHF"}',
        b'{"notice_id": "n", "type": "capture.booked", "ref": "a b", "amount": 1, "currency": "CHF"}',
        b'{"notice_id": "n", "type": "capture.booked", "ref": "a", "amount": 1.5, "currency": "CHF"}',
        b'{"notice_id": "n", "type": "capture.booked", "ref": "a", "amount": -1, "currency": "CHF"}',
        b'{"notice_id": "n", "type": "capture.booked", "ref": "a", "amount": 1, "currency": "franc"}',
        b'{"notice_id": "n", "type": "account.blocked"}',
    ],
)
def test_a_signature_does_not_make_sense_of_what_makes_none(teller: Teller, body: bytes) -> None:
    assert answered(teller.bring(body)) == (401, "notice_refused")
    assert not ProviderNotice.objects.exists()


def test_e06_a_notice_of_an_unknown_type_is_kept_and_of_an_unknown_payment_parked(teller: Teller) -> None:
    assert answered(teller.tell("dividend.paid", colour="green")) == (200, "kept")
    assert answered(teller.tell("capture.booked", ref="capture-nobody", amount=1, currency="CHF")) == (202, "parked")

    assert dict(ProviderNotice.objects.values_list("raw_kind", "status")) == {
        "dividend.paid": "kept",
        "capture.booked": "parked",
    }
    assert set(Case.objects.values_list("kind", flat=True)) == {"notice_not_known", "notice_not_ours"}
    assert hints() == 0


@pytest.mark.parametrize(("amount", "currency"), [(1296, "CHF"), (1295, "EUR")])
def test_e07_another_amount_or_currency_opens_a_case_and_books_nothing(
    teller: Teller, operation: Operation, amount: int, currency: str
) -> None:
    told = teller.tell("hold.approved", ref=operation.reference, amount=amount, currency=currency)

    assert answered(told) == (200, "kept")
    case = Case.objects.get()
    assert (case.kind, case.severity) == ("notice_differs", "alarm")
    assert case.subject == whole_payment(operation.payment_id).public_id
    assert whole_payment(operation.payment_id).status == "authorising"


def test_e08_nobody_speaks_of_another_provider_s_payment(teller: Teller, operation: Operation, now: datetime) -> None:
    other = make_teller("other", now=now)
    body = other.body("hold.approved", ref=operation.reference, amount=1295, currency="CHF")

    assert answered(other.bring(body, to="/api/providers/v1/other/notices")) == (404, "operation_not_found")
    assert answered(other.bring(body)) == (401, "notice_refused")
    assert answered(teller.bring(body, to="/api/providers/v1/nobody/notices")) == (404, "provider_account_not_found")
    assert Case.objects.get().kind == "notice_of_another"
    assert hints() == 0


def test_e09_what_is_too_large_is_not_read(teller: Teller) -> None:
    assert answered(teller.bring(b" " * 5_000_000)) == (413, "body_too_large")
    assert answered(teller.bring(b" " * 17_000)) == (413, "body_too_large")


def test_e09_whoever_sends_rubbish_is_slowed_down_and_does_not_silence_the_bank(
    teller: Teller, operation: Operation
) -> None:
    body = teller.body("hold.approved", ref=operation.reference, amount=1295, currency="CHF")
    refused = [teller.bring(body, {}) for _ in range(25)]

    assert [answered(each)[0] for each in refused].count(401) in range(20, 23)
    assert answered(refused[-1])[0] == 429
    assert int(refused[-1].headers["Retry-After"]) >= 1
    assert answered(teller.bring(body)) == (200, "kept")


def test_e10_the_old_key_is_good_in_the_overlap_and_not_after_it(teller: Teller, operation: Operation) -> None:
    following = ec.generate_private_key(ec.SECP256R1())
    line = teller.account.settings["line"]
    both = {**line["signing_keys"], "bank-2": public(following)}

    def trust(keys: dict[str, str]) -> None:
        trust_provider(
            account_id=teller.account.id, line={**line, "signing_keys": keys}, by=STAFF, now=operation.created_at
        )

    def told(key_id: str) -> int:
        key = following if key_id == "bank-2" else teller.key
        body = teller.body("hold.approved", ref=operation.reference, amount=1295, currency="CHF")
        return answered(teller.bring(body, key=key, key_id=key_id))[0]

    trust(both)
    assert (told("bank-1"), told("bank-2")) == (200, 200)
    trust({"bank-2": public(following)})
    assert (told("bank-1"), told("bank-2")) == (401, 200)


def test_an_account_that_can_pay_no_more_is_suspended_at_once(
    teller: Teller, shop: Shop, payer: tuple[Phone, Instrument], now: datetime
) -> None:
    phone, instrument = payer

    assert answered(teller.tell("account.blocked", consent_id="cns_1")) == (200, "kept")

    instrument.refresh_from_db()
    assert (instrument.status, instrument.suspended_by, instrument.is_default) == ("suspended", "provider", True)
    payment = shop.sell(phone, 1295, now=now)
    assert (payment.status, payment.decline_code) == ("declined", "instrument_unusable")
    assert Event.objects.filter(kind="instrument.suspended").count() == 1
    assert hints() == 1


def test_a_lifted_block_is_asked_about_first(teller: Teller, payer: tuple[Phone, Instrument]) -> None:
    teller.tell("account.blocked", consent_id="cns_1")
    teller.tell("account.active", consent_id="cns_1")

    assert Instrument.objects.get().status == "suspended"
    assert hints() == 2


def test_a_consent_that_nobody_has_yet_is_parked_and_asked_about_later(teller: Teller, now: datetime) -> None:
    assert answered(teller.tell("consent.ended", consent_id="cns_on_the_way")) == (202, "parked")

    assert Message.objects.get(topic=topics.LOOK_INTO).due_at > now + timedelta(seconds=30)
    assert not Case.objects.exists()


def test_what_a_bank_told_stays_as_it_came(teller: Teller) -> None:
    teller.tell("dividend.paid")

    for statement in ("UPDATE providers_providernotice SET status = 'parked'", "DELETE FROM providers_providernotice"):
        with pytest.raises(DatabaseError, match="only added to"), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_provider_that_sends_no_notices_is_not_listened_to(teller: Teller, now: datetime, settings: Settings) -> None:
    create_provider_account(
        code="play", name="Play", connector="sandbox", settings={}, credential=Secret("c"), by=STAFF, now=now
    )

    body = teller.body("capture.booked", ref="a", amount=1, currency="CHF")
    assert answered(teller.bring(body, to="/api/providers/v1/play/notices")) == (401, "notice_refused")


def test_e09_even_the_bank_may_not_flood_us(
    teller: Teller, operation: Operation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.provider_hooks.views.GENUINE", Rate(per_second=0.001, at_once=2))

    answers = [
        answered(teller.tell("hold.approved", ref=operation.reference, amount=1295, currency="CHF"))[0]
        for _ in range(3)
    ]

    assert answers == [200, 200, 429]
    assert ProviderNotice.objects.count() == 2


def test_e04_one_notice_told_five_times_at_once_is_kept_once(teller: Teller, operation: Operation) -> None:
    body = teller.body("hold.approved", ref=operation.reference, amount=1296, currency="CHF")

    def bring(_: int) -> int:
        try:
            return answered(teller.bring(body))[0]
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(bring, range(5)))

    assert answers == [200] * 5
    assert (ProviderNotice.objects.count(), hints(), Case.objects.count()) == (1, 1, 1)
    assert Case.objects.get().times == 1
