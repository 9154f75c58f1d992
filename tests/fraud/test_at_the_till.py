"""Holding, consent and refusal reach the till as specified, and a rule sees a real scan as it was."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.fraud.models import Assessment, Listed
from apps.fraud.operations import list_subject
from apps.kernel.money import Money
from apps.limits.models import DayCounter
from apps.live.presence import end_presence, note_presence
from apps.merchants.operations import create_store, create_till
from apps.transactions.models import Operation, Payment
from apps.transactions.operations import start_payment
from apps.transactions.requests import Sale
from apps.transactions.states import Action, Status
from tests.cast import STAFF, WRONG_PIN, Phone
from tests.fraud.bench import ANNA, live, shadow
from tests.shop import Shop, make_bank, make_payer, make_shop, moment

pytestmark = pytest.mark.django_db(transaction=True)

BIG = {"measure": "amount_minor", "currency": "CHF", "at_least": 20_000}
# The till's key before it, and the row read again after it, make 20 in the web process; BEGIN and COMMIT come on top.
MOST_STATEMENTS = 18 + 2


@pytest.fixture
def now() -> datetime:
    return moment()


@pytest.fixture
def shop(now: datetime) -> Shop:
    return make_shop(now=now)


@pytest.fixture
def phone(shop: Shop, now: datetime) -> Phone:
    return make_payer(shop, now=now)


@pytest.fixture
def online(phone: Phone) -> Iterator[None]:
    assert note_presence(str(phone.identity.id))
    yield
    end_presence(str(phone.identity.id))


def judged(payment: Payment) -> Assessment:
    return Assessment.objects.get(payment_id=payment.id)


def test_review_holds_the_payment_and_nobody_is_charged(shop: Shop, phone: Phone, now: datetime) -> None:
    live(BIG, verdict="review", reason="large_amount")

    held = shop.sell(phone, 20_000, now=now)

    assert (held.status, held.deadline_at) == (Status.IN_REVIEW, now + timedelta(seconds=20))
    assert judged(held).reasons == ["large_amount"]
    assert not Operation.objects.exists()
    assert shop.sell(make_payer(shop, now=now), 19_999, now=now).status == Status.AUTHORISED


def test_consent_asks_the_phone_that_is_there(shop: Shop, phone: Phone, now: datetime, online: None) -> None:
    live(BIG, verdict="consent")

    asked = shop.sell(phone, 20_000, now=now)

    assert (asked.status, asked.action) == (Status.ACTION_REQUIRED, Action.CUSTOMER_CONSENT)
    assert asked.deadline_at == now + timedelta(seconds=30)


def test_consent_of_a_phone_that_is_away_cannot_be_had(shop: Shop, phone: Phone, now: datetime) -> None:
    live(BIG, verdict="consent")

    declined = shop.sell(phone, 20_000, now=now)

    assert (declined.status, declined.decline_code) == (Status.DECLINED, "consent_unavailable")


def test_the_till_never_learns_that_fraud_was_suspected(shop: Shop, phone: Phone, now: datetime) -> None:
    live(BIG, verdict="block")

    blocked = shop.sell(phone, 20_000, now=now)

    assert (blocked.status, blocked.decline_code, blocked.decline_detail) == (
        Status.DECLINED,
        "rejected",
        "fraud_blocked",
    )
    assert judged(blocked).verdict == "block"
    # What was reserved for it is given back.
    assert set(DayCounter.objects.values_list("used_minor", flat=True)) <= {0}


def test_a_listed_customer_is_refused_and_shadow_stops_nobody(shop: Shop, phone: Phone, now: datetime) -> None:
    shadow(BIG, verdict="block")
    assert shop.sell(phone, 20_000, now=now).status == Status.AUTHORISED

    list_subject(
        kind=Listed.CUSTOMER,
        subject_id=phone.customer.id,
        is_block=True,
        until=None,
        reason="police",
        by=ANNA,
        now=now,
    )

    assert shop.sell(phone, 100, now=now).decline_code == "rejected"


def test_the_facts_of_a_scan_are_those_of_the_code_the_phone_and_the_store(
    shop: Shop, phone: Phone, now: datetime
) -> None:
    shop.sell(phone, 100, now=now, code=phone.make_code(now=now, pin=WRONG_PIN))
    first = shop.sell(phone, 100, now=now)
    phone.counter += 5

    second = shop.sell(phone, 200, now=now, code=phone.make_code(now=now, issued_at=int(now.timestamp()) - 9))

    facts = judged(second).facts
    assert (facts["counter"], facts["previous_counter"]) == (8, 2)
    assert datetime.fromisoformat(facts["previous_issued_at"]) == now
    assert facts["wrong_pin_times"] == [int(now.timestamp())]
    assert (facts["town"], facts["time_zone"], facts["is_training"]) == ("CH Zürich", "Europe/Zurich", False)
    assert judged(first).facts["previous_counter"] == 1


@pytest.mark.parametrize(
    ("measure", "bounds"),
    [
        ("counter_gap", {"at_least": 5}),
        ("clock_back_seconds", {"at_least": 9}),
        ("wrong_pins", {"window_minutes": 60, "at_least": 1}),
    ],
)
def test_what_a_phone_does_oddly_holds_its_payment(
    measure: str, bounds: dict[str, int], shop: Shop, phone: Phone, now: datetime
) -> None:
    live({"measure": measure, **bounds})
    assert shop.sell(phone, 100, now=now).status == Status.AUTHORISED
    shop.sell(phone, 100, now=now, code=phone.make_code(now=now, pin=WRONG_PIN))
    phone.counter += 5

    odd = shop.sell(phone, 200, now=now, code=phone.make_code(now=now, issued_at=int(now.timestamp()) - 9))

    assert odd.status == Status.IN_REVIEW


def test_nobody_pays_in_two_towns_within_minutes(shop: Shop, phone: Phone, now: datetime) -> None:
    live({"measure": "towns_of_device", "window_minutes": 30, "at_least": 2}, reason="impossible_travel")
    store = create_store(merchant_id=shop.merchant.id, name="Gare", town="Genève", by=STAFF, now=now)
    till = create_till(store_id=store.id, name="Caisse 1", by=STAFF, now=now)
    elsewhere = Shop(shop.merchant, store, till, shop.bank)
    assert shop.sell(phone, 100, now=now).status == Status.AUTHORISED

    assert elsewhere.sell(phone, 200, now=now + timedelta(minutes=10)).status == Status.IN_REVIEW
    assert elsewhere.sell(make_payer(shop, now=now), 100, now=now).status == Status.AUTHORISED


def test_a_sale_in_training_is_no_velocity(shop: Shop, phone: Phone, now: datetime) -> None:
    make_bank(now=now, code="sandbox")
    live({"measure": "payments_of_customer", "window_minutes": 60, "at_least": 2})
    shop.sell(phone, 100, now=now, code=phone.make_code(now=now, is_training=True), is_training=True)

    assert shop.sell(phone, 200, now=now).status == Status.AUTHORISED
    assert shop.sell(phone, 300, now=now).status == Status.IN_REVIEW


def statements(shop: Shop, phone: Phone, amount: int, now: datetime) -> int:
    code, point, key = phone.make_code(now=now), shop.point, shop.key()
    sale = Sale(amount=Money(amount, "CHF"), reference=f"counted-{amount}")
    with CaptureQueriesContext(connection) as queries:
        start_payment(code=code, sale=sale, point=point, key=key, by=shop.actor, now=now)
    return len(queries)


def test_the_statements_of_an_authorisation_are_counted_with_rules(shop: Shop, phone: Phone, now: datetime) -> None:
    shop.sell(phone, 100, now=now)
    without = statements(shop, phone, 101, now)
    live(BIG)
    shop.sell(phone, 102, now=now)
    of_facts = statements(shop, phone, 103, now)
    live({"measure": "payments_of_customer", "window_minutes": 60, "at_least": 100})
    shadow({"measure": "towns_of_device", "window_minutes": 30, "at_least": 2})
    shop.sell(phone, 104, now=now)
    of_history = statements(shop, phone, 105, now)

    assert without == of_facts == of_history
    assert of_history <= MOST_STATEMENTS
