"""The other side of the counter for the tests: a shop with a till, a bank in memory, and sales.

    shop = make_shop(now=now)                        # a merchant, a store, an attended till, the bank
    phone = make_payer(shop, now=now)                # a phone whose holder has a bank account linked
    payment = shop.sell(phone, 4250, now=now)        # scanned and carried out; AUTHORISED unless the amount is magic
    shop.capture(payment, now=now)

The bank is the sandbox connector: amounts that end in 99xx make it decline, go silent, or answer late.
"""

import hashlib
import itertools
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from apps.instruments.models import Instrument, Kind
from apps.instruments.operations import complete_link, start_link
from apps.kernel.actors import Actor
from apps.kernel.masking import Secret
from apps.kernel.money import Money
from apps.merchants.models import Merchant, Mode, Store, Till, TillKind
from apps.merchants.operations import create_merchant, create_store, create_till
from apps.providers.models import ProviderAccount
from apps.providers.operations import create_provider_account
from apps.transactions.models import Operation, Payment
from apps.transactions.operations import (
    cancel_payment,
    capture_payment,
    carry_out_operation,
    start_payment,
)
from apps.transactions.operations.start import Started
from apps.transactions.queries import whole_payment
from apps.transactions.requests import Answered, Point, RequestKey, Sale
from apps.transactions.states import OperationStatus
from tests.cast import Phone, make_phone

STAFF = Actor("operator", "tests")
PLENTY = Money(100_000_000, "CHF")
_numbers = itertools.count(1)


@dataclass
class Shop:
    """A merchant with one till; `point` is where its requests come from."""

    merchant: Merchant
    store: Store
    till: Till
    bank: ProviderAccount
    mode: Mode = Mode.LIVE
    keys: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    @property
    def point(self) -> Point:
        return Point(Till.objects.select_related("store__merchant").get(id=self.till.id), self.mode)

    @property
    def actor(self) -> Actor:
        return Actor("till", self.till.public_id)

    def key(self, text: str = "", body: bytes = b"") -> RequestKey:
        """Return an idempotency key, a fresh one unless its text is given."""
        return RequestKey(text or f"key-{next(self.keys)}", "POST", "/payments", hashlib.sha256(body).digest())

    def start(
        self, code: str, amount: int = 4250, *, now: datetime, key: RequestKey | None = None, **sale: Any
    ) -> Started:
        """Start a payment as a till does; nothing is sent to the bank yet."""
        wanted = {"amount": Money(amount, "CHF"), "reference": f"R-{next(_numbers)}"} | sale
        return self.start_sale(code, Sale(**wanted), now=now, key=key)

    def start_sale(self, code: str, sale: Sale, *, now: datetime, key: RequestKey | None = None) -> Started:
        """Start exactly this sale."""
        return start_payment(
            code=code,
            sale=sale,
            point=self.point,
            key=key or self.key(),
            ring=False,
            by=self.actor,
            now=now,
        )

    # Any: whatever fields a Sale has.
    def sell(self, phone: Phone, amount: int = 4250, *, now: datetime, code: str = "", **sale: Any) -> Payment:
        """Start a payment, carry its first message out, and return it as it is then."""
        started = self.start(code or phone.make_code(now=now), amount, now=now, **sale)
        if started.operation_id is not None:
            carry_out_operation(operation_id=started.operation_id, now=now)
        return whole_payment(started.payment_id)

    def capture(
        self,
        payment: Payment,
        amount: int | None = None,
        *,
        now: datetime,
        is_final: bool = True,
        key: RequestKey | None = None,
    ) -> Answered:
        return capture_payment(
            payment_id=payment.id,
            amount=None if amount is None else Money(amount, "CHF"),
            is_final=is_final,
            point=self.point,
            key=key or self.key(),
            by=self.actor,
            now=now,
        )

    def cancel(self, payment: Payment, *, now: datetime, key: RequestKey | None = None) -> Answered:
        return cancel_payment(payment_id=payment.id, point=self.point, key=key or self.key(), by=self.actor, now=now)


def make_bank(*, now: datetime, code: str = "bank") -> ProviderAccount:
    """Return a bank in memory, the same for the same code."""
    known = ProviderAccount.objects.filter(code=code).first()
    return known or create_provider_account(
        code=code, name="Test bank", connector="sandbox", settings={}, credential=Secret("open"), by=STAFF, now=now
    )


def make_shop(*, now: datetime, kind: TillKind = TillKind.ATTENDED, limit: Money = PLENTY) -> Shop:
    """Return a shop with one till of this kind."""
    number = next(_numbers)
    merchant = create_merchant(legal_name=f"Dorfladen {number} AG", per_payment_limit=limit, by=STAFF, now=now)
    store = create_store(merchant_id=merchant.id, name="Bahnhof", town="Zürich", by=STAFF, now=now)
    till = create_till(store_id=store.id, name="Kasse 1", kind=kind, by=STAFF, now=now)
    return Shop(merchant, store, till, make_bank(now=now))


def link_account(phone: Phone, bank: ProviderAccount, *, now: datetime, token: str = "") -> Instrument:
    """Link an account at the bank for the phone's holder."""
    link = start_link(customer_id=phone.customer.id, kind=Kind.BANK_ACCOUNT, provider_code=bank.code, by=STAFF, now=now)
    parameters = {"account_token": token or f"act_test_{next(_numbers):04d}"}
    return complete_link(link_id=link.id, customer_id=phone.customer.id, parameters=parameters, by=STAFF, now=now)


def make_payer(shop: Shop, *, now: datetime) -> Phone:
    """Return an enrolled phone with a PIN, whose holder has one account at the shop's bank."""
    phone = make_phone(now=now)
    link_account(phone, shop.bank, now=now)
    return phone


def open_operations(payment_id: UUID) -> list[Operation]:
    """Return what is queued or not known, oldest first."""
    still = [OperationStatus.QUEUED, OperationStatus.SENT, OperationStatus.UNKNOWN]
    return list(Operation.objects.filter(payment_id=payment_id, status__in=still).order_by("id"))


def carry_out_all(payment_id: UUID, *, now: datetime) -> Payment:
    """Carry out everything of the payment that is queued, as the workers would."""
    for operation in open_operations(payment_id):
        carry_out_operation(operation_id=operation.id, now=now)
    return whole_payment(payment_id)


def moment() -> datetime:
    """Return now in whole seconds, as phones count."""
    return timezone.now().replace(microsecond=0)
