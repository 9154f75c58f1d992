"""Every fault of the bank, met in the middle of a purchase, ends in a true state, with equal books on both sides.

The bank is a process of its own on the secured line; it is killed, stopped and made to lie. Our side is this process,
and its clock is ours: whatever waits for its next try gets it at once, at the hour at which it would have been due.
"""

import os
import signal
import socket
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from pytest_django import Settings

from apps.cases.models import Case
from apps.kernel.money import Money
from apps.ledger.queries import balance, broken_journals
from apps.providers.models import ProviderCall
from apps.providers.registry import forget_connectors
from apps.transactions.models import Operation, Payment
from apps.transactions.operations import carry_out_operation, watch_payments
from apps.transactions.operations.refund import RefundWish, refund_payment
from apps.transactions.queries import whole_payment
from tests.cast import Phone
from tests.providers.counter import RETURN, Counter, open_account_at
from tests.providers.lines import secured_bank
from tests.shop import Shop, make_shop, moment, open_operations
from tests.simulators.bank_process import BankProcess

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(120)]

AMOUNT, BACK, BALANCE = 1295, 500, 100_000
# Short, so that a bank that stands still costs the test no six seconds; the slow faults take longer than this.
DEADLINE_SECONDS = 1.5
SLOW_MILLISECONDS = 2500
STEPS = [timedelta(seconds=second) for second in range(1, 60)] + [timedelta(minutes=minute) for minute in range(1, 60)]
KINDS = [
    "drop_before",
    "drop_after",
    "delay",
    "duplicate",
    "error_500",
    "garbage",
    "half_body",
    "slow_drip",
    "late_yes",
    "die_before",
    "die_after",
    "stall",
    "lie_amount",
    "lie_id",
    "lie_signature",
]


@dataclass
class Purchase:
    """One customer's purchase at one bank, on our own clock."""

    counter: Counter
    phone: Phone
    token: str
    now: datetime
    received_before: int

    @property
    def shop(self) -> Shop:
        return self.counter.shop

    def order(self, on: str, kind: str) -> None:
        milliseconds = 300 if kind == "late_yes" else SLOW_MILLISECONDS
        self.counter.bank.order(on=on, kind=kind, milliseconds=milliseconds)

    def settle(self, payment: Payment) -> Payment:
        """Let time go by until nothing is open any more, mending the bank whenever it broke."""
        began = self.now
        for step in STEPS:
            mend(self.counter.bank)
            for operation in open_operations(payment.id):
                carry_out_operation(operation_id=operation.id, now=self.now)
                mend(self.counter.bank)
            payment = whole_payment(payment.id)
            if not open_operations(payment.id) and payment.status not in ("authorising", "unknown", "reversing"):
                return payment
            self.now = began + step
            watch_payments(now=self.now)
        raise AssertionError(f"still {payment.status}: {open_operations(payment.id)}")

    def sell(self, amount: int = AMOUNT) -> Payment:
        started = self.shop.start(self.phone.make_code(now=self.now), amount, now=self.now)
        return whole_payment(started.payment_id)


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BankProcess]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    # The same port whenever it is started again: it is the one that we know.
    more = ("--page-port", "0", "--port", str(port), "--seed", "3")
    with secured_bank(tmp_path_factory.mktemp("bank"), *more) as bank:
        yield bank


@pytest.fixture
def purchase(bank: BankProcess, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Purchase]:
    settings.LINK_RETURN_URL = RETURN
    settings.OUTBOX_DOORBELL = ""
    settings.SOFTWARE_DEVICE_LIMIT = settings.HARDWARE_DEVICE_LIMIT
    monkeypatch.setattr("apps.transactions.operations.carry_out.PROVIDER_DEADLINE_SECONDS", DEADLINE_SECONDS)
    forget_connectors()
    mend(bank)
    now = moment()
    counter = Counter(bank, open_account_at(bank, now=now), make_shop(now=now))
    phone, token = counter.customer(now=now, balance=BALANCE)
    yield Purchase(counter, phone, token, now, received(bank))
    mend(bank)
    bank.call("DELETE", "/v1/admin/faults")
    forget_connectors()


def mend(bank: BankProcess) -> None:
    """Start a bank again that has died, and let one go on that stands still."""
    with suppress(ProcessLookupError):
        os.kill(bank.process.pid, signal.SIGCONT)
    # A process that was killed is gone a moment after its connections are.
    with suppress(Exception):
        bank.process.wait(timeout=0.05)
    if bank.process.poll() is not None:
        bank.process.communicate()
        bank.start()


def received(bank: BankProcess) -> int:
    """Return what the retailer has at the bank, summed from the bank's postings."""
    return sum(each["balance"] for each in bank.get("/v1/admin/books")["accounts"] if each["kind"] == "settlement")


def assert_books_agree(purchase: Purchase, kept: int) -> None:
    """Nothing is under way or held, and the customer, the bank and our ledger agree on what the retailer got."""
    bank, account = purchase.counter.bank, purchase.counter.bank.account(purchase.token)
    books = bank.get("/v1/admin/books")
    references = set(Operation.objects.values_list("reference", flat=True))

    assert (account["balance"], account["available"]) == (BALANCE - kept, BALANCE - kept)
    assert received(bank) - purchase.received_before == kept
    assert [hold for hold in books["open_holds"] if hold["ref"] in references] == []
    assert (set(books["trial_balance"].values()), books["unbalanced_journals"]) == ({0}, 0)
    assert balance(account="provider_receivable:bank", currency="CHF") == Money(kept, "CHF")
    assert balance(account="holds:bank", currency="CHF") == Money(0, "CHF")
    assert broken_journals() == []
    assert Operation.objects.filter(status__in=["queued", "sent", "unknown"]).count() == 0


def struck(bank: BankProcess) -> bool:
    return bank.get("/v1/admin/faults")["faults"] == []


@pytest.mark.parametrize("kind", KINDS)
def test_at_the_authorisation(purchase: Purchase, kind: str) -> None:
    purchase.order("hold", kind)

    payment = purchase.settle(purchase.sell())
    assert struck(purchase.counter.bank)
    kept = 0
    if payment.status == "authorised":
        purchase.shop.capture(payment, now=purchase.now)
        payment = purchase.settle(payment)
        kept = AMOUNT

    assert payment.status == ("captured" if kept else "cancelled")
    assert payment.captured_minor == kept
    assert_books_agree(purchase, kept)
    # What is told to nobody costs nobody an alarm.
    assert not Case.objects.filter(kind__in=["late_approval", "capture_refused"]).exists()


@pytest.mark.parametrize("kind", KINDS)
def test_at_the_capture(purchase: Purchase, kind: str) -> None:
    payment = purchase.settle(purchase.sell())
    assert payment.status == "authorised"
    purchase.order("capture", kind)

    purchase.shop.capture(payment, now=purchase.now)
    payment = purchase.settle(payment)

    assert struck(purchase.counter.bank)
    assert (payment.status, payment.capture_status) == ("captured", "succeeded")
    assert_books_agree(purchase, AMOUNT)
    assert not Case.objects.exists()


@pytest.mark.parametrize("kind", KINDS)
def test_at_a_refund(purchase: Purchase, kind: str) -> None:
    payment = purchase.settle(purchase.sell())
    purchase.shop.capture(payment, now=purchase.now)
    payment = purchase.settle(payment)
    purchase.order("refund", kind)

    refund_payment(
        payment_id=payment.id,
        wish=RefundWish(amount=Money(BACK, "CHF")),
        point=purchase.shop.point,
        key=purchase.shop.key(),
        by=purchase.shop.actor,
        now=purchase.now,
    )
    payment = purchase.settle(payment)

    assert struck(purchase.counter.bank)
    assert (payment.status, payment.refund_status, payment.refunded_minor) == ("captured", "partial", BACK)
    assert_books_agree(purchase, AMOUNT - BACK)
    assert not Case.objects.exists()


@pytest.mark.parametrize("kind", KINDS)
def test_at_the_release_of_a_hold(purchase: Purchase, kind: str) -> None:
    payment = purchase.settle(purchase.sell())
    purchase.order("release", kind)

    purchase.shop.cancel(payment, now=purchase.now)
    payment = purchase.settle(payment)

    assert struck(purchase.counter.bank)
    assert payment.status == "cancelled"
    assert_books_agree(purchase, 0)
    assert not Case.objects.exists()


@pytest.mark.parametrize(("lost", "kind"), [*(("drop_after", kind) for kind in KINDS), ("drop_before", "drop_after")])
def test_at_the_reversal_of_what_is_unknown(purchase: Purchase, lost: str, kind: str) -> None:
    purchase.order("hold", lost)
    payment = purchase.sell()
    carry_out_only(payment.id, purchase.now)
    assert whole_payment(payment.id).status == "unknown"
    purchase.order("reversal", kind)

    purchase.shop.cancel(payment, now=purchase.now)
    payment = purchase.settle(payment)

    assert struck(purchase.counter.bank)
    assert payment.status == "cancelled"
    assert_books_agree(purchase, 0)
    assert not Case.objects.exists()


def carry_out_only(payment_id: UUID, now: datetime) -> None:
    """Send what is queued, and let nobody look at what came of it."""
    for operation in open_operations(payment_id):
        carry_out_operation(operation_id=operation.id, now=now)


def test_a_lie_is_never_believed(purchase: Purchase) -> None:
    for number, kind in enumerate(("lie_amount", "lie_id", "lie_signature")):
        purchase.order("hold", kind)
        # Another amount: the same again would look like one sale rung up twice.
        payment = purchase.sell(AMOUNT + number)
        carry_out_only(payment.id, purchase.now)
        assert whole_payment(payment.id).status == "unknown"
        purchase.settle(payment)

    details = ProviderCall.objects.filter(verb="authorise").order_by("at").values_list("outcome", "detail")
    assert [outcome for outcome, _ in details] == ["unknown"] * 3
    assert [detail for _, detail in details] == [
        "HTTP 201: another amount",
        "HTTP 201: another ref",
        "the answer's signature does not hold",
    ]
