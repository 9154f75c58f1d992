"""Starting a payment: the code, the payer, the instrument and the limits are judged in one transaction.

It is committed also when the answer is no: a spent code and a PIN try outlive the payment that failed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from psycopg.errors import UniqueViolation

from apps.audit.operations import record
from apps.codes.operations import GenuineCode, Payer, open_code, record_refusal, spend_code
from apps.codes.refusals import Refusal
from apps.devices.locks import ask_locked_device
from apps.devices.models import Device
from apps.fraud.facts import Facts
from apps.fraud.models import Assessment
from apps.fraud.operations import assess
from apps.idempotency.operations import Known, Subject
from apps.instruments.models import Instrument
from apps.instruments.queries import ask_both_payable
from apps.kernel.actors import Actor
from apps.kernel.ids import public_id, uuid7
from apps.limits.models import Scope
from apps.limits.operations import give_back
from apps.merchants.models import TillKind
from apps.merchants.queries import business_date
from apps.outbox.operations import leave_messages
from apps.paycode.claims import Purpose
from apps.paycode.errors import CodeError
from apps.paycode.text import SealedCode, read_text
from apps.providers.models import ProviderAccount
from apps.rows import insert_row, pipelined
from apps.transactions.errors import CodeUnreadable, CurrencyNotSupported, ReferenceInUse
from apps.transactions.models import Attempt, Payment
from apps.transactions.operations.asking import note_for
from apps.transactions.operations.claiming import claim
from apps.transactions.operations.decide import Next, decide_next, suspicions_of
from apps.transactions.operations.history import notes_for_listeners, record_event
from apps.transactions.operations.limiting import reserve_for, subjects_of
from apps.transactions.operations.proceed import queue_authorisation
from apps.transactions.operations.stopping import CODE as STOPPED
from apps.transactions.operations.stopping import stopped_by
from apps.transactions.queries import RecentSale, ask_live_sale, ask_recent_sales
from apps.transactions.requests import Point, RequestKey, Sale
from apps.transactions.states import Action, Status
from apps.transactions.timing import ANSWER_WITHIN

SUBJECT_KIND: Final = "payment"
_KINDS: Final = {
    (Status.AUTHORISING, None): "payment.started",
    (Status.IN_REVIEW, None): "payment.held",
    (Status.ACTION_REQUIRED, Action.CUSTOMER_CONSENT): "consent.requested",
    (Status.ACTION_REQUIRED, Action.CASHIER_CONFIRM): "payment.confirmation_requested",
}
_REFERENCE_INDEX: Final = "payment_reference_is_one_live_sale"
_ADVICE: Final = {
    "scanner_layout": "the scanner types with another keyboard layout; set it to US, or to raw bytes",
    "unknown_scheme": "this is a code of another payment scheme",
    "unsupported_version": "this code is newer than this server",
}


@dataclass(frozen=True, slots=True)
class Started:
    """The payment that the request made, or made when it came the first time."""

    payment_id: UUID
    is_replay: bool
    # The message to the provider that waits to be sent, and the instrument that it is about; None when there is none.
    operation_id: UUID | None = None
    instrument: Instrument | None = None


@dataclass(frozen=True, slots=True)
class _Asked:
    """Asked for under one lock, and not waited for yet."""

    device: Callable[[], Device]
    instruments: Callable[[], tuple[Instrument | None, Instrument | None]]
    recent: Callable[[], list[RecentSale]]


@dataclass(frozen=True, slots=True)
class _Entitled:
    """Who pays with what, through whom, and what happens next."""

    payer: Payer
    instrument: Instrument
    fallback: Instrument | None
    account: ProviderAccount
    assessment: Assessment
    next: Next


def start_payment(
    *,
    code: str,
    sale: Sale,
    point: Point,
    key: RequestKey,
    payment_id: UUID | None = None,
    ring: bool = True,
    by: Actor,
    now: datetime,
) -> Started:
    """Judge a scanned code and begin its payment, once per key; no provider is called here.

    Raises CodeUnreadable and CurrencyNotSupported before anything is stored, ReferenceInUse and the errors of the
    key with everything rolled back. Any other no is a declined payment. With `ring` False the caller carries the
    operation out himself, and its note waits a moment.
    """
    sealed = read_code(code)
    if sale.amount.currency != point.till.store.merchant.currency:
        raise CurrencyNotSupported(f"this merchant sells in {point.till.store.merchant.currency}")
    opened = open_code(sealed=sealed, till=point.till, is_training=sale.is_training, purpose=Purpose.PAY, now=now)
    start = _Start(payment_id or uuid7(), sale, point, by, now)
    try:
        with transaction.atomic(durable=True), pipelined():
            return start.run(opened, key, ring)
    except IntegrityError as error:
        # Two sales under one receipt number at once: the index lets one of them live.
        if _is_reference_taken(error) and (taken := start.ask_live_sale()()):
            raise _reference_in_use(taken) from None
        raise


def read_code(code: str) -> SealedCode:
    """Return what the scanner read, unopened; CodeUnreadable for what cannot be a payment code of ours."""
    try:
        return read_text(code)
    except CodeError as error:
        raise CodeUnreadable(error.code, _ADVICE.get(error.code, "this is not a payment code; scan again")) from None


def _reference_in_use(payment_id: UUID) -> ReferenceInUse:
    return ReferenceInUse(payment=public_id("pay", payment_id))


def _is_reference_taken(error: IntegrityError) -> bool:
    cause = error.__cause__
    return isinstance(cause, UniqueViolation) and cause.diag.constraint_name == _REFERENCE_INDEX


class _Start:
    """One start, from the first row to the last; lives as long as its transaction."""

    def __init__(self, payment_id: UUID, sale: Sale, point: Point, by: Actor, now: datetime) -> None:
        self.payment_id, self.sale, self.point, self.by, self.now = payment_id, sale, point, by, now
        self.merchant = point.till.store.merchant
        self.day = business_date(self.merchant, now=now)
        # Training moves no money, and so uses up no limit.
        self.limits_day = None if sale.is_training else self.day
        # The payer's phone as it was when the code was opened, before this code was spent.
        self.before: Device | None = None

    def ask_live_sale(self) -> Callable[[], UUID | None]:
        """Ask for the live sale under this receipt number."""
        till, reference = self.point.till, self.sale.reference
        return ask_live_sale(till_id=till.id, mode=self.point.mode, day=self.day, reference=reference)

    def run(self, opened: GenuineCode | Refusal, key: RequestKey, ring: bool) -> Started:
        """Write everything that belongs to the start; the order of the rows is the order of the locks."""
        claimed = claim(self.point, key, Subject(SUBJECT_KIND, str(self.payment_id)), now=self.now)
        if isinstance(claimed, Known):
            # Answered from the record, whatever the code says by now.
            return Started(UUID(claimed.subject.id), is_replay=True)
        sale = self.ask_live_sale()
        if isinstance(opened, Refusal):
            if taken := sale():
                raise _reference_in_use(taken)
            return self._decline(opened, None, None)
        asked = self._ask(opened)
        if taken := sale():
            raise _reference_in_use(taken)
        payer = spend_code(
            genuine=opened,
            locked=asked.device,
            till=self.point.till,
            subject_kind=SUBJECT_KIND,
            subject_id=self.payment_id,
            by=self.by,
            now=self.now,
        )
        if isinstance(payer, Refusal):
            return self._decline(payer, opened.device, None)
        self.before = opened.device
        entitled = self._entitle(payer, asked)
        if isinstance(entitled, Refusal):
            return self._decline(entitled, payer.device, None)
        return self._begin(entitled, ring)

    def _ask(self, opened: GenuineCode) -> _Asked:
        """Lock the payer's phone, and ask behind the lock for what is judged next: one wait for all of it."""
        claims, customer_id = opened.claims, opened.device.customer_id
        return _Asked(
            device=ask_locked_device(opened.device.id),
            instruments=ask_both_payable(customer_id, claims.instrument, claims.fallback, now=self.now),
            recent=ask_recent_sales(customer_id=customer_id, merchant_id=self.merchant.id, now=self.now),
        )

    def _entitle(self, payer: Payer, asked: _Asked) -> _Entitled | Refusal:
        """Step 11: may this instrument pay that much here?"""
        claims, amount = payer.claims, self.sale.amount
        customer_id = payer.device.customer_id
        instrument, fallback = asked.instruments()
        if instrument is None:
            return Refusal("instrument_unusable")
        if stop := self._stopped(instrument):
            return Refusal(STOPPED, facts={"switch": stop})
        if claims.cap_minor is not None and amount.amount > claims.cap_minor:
            return Refusal("over_cap")
        crossed = reserve_for(
            merchant=self.merchant,
            device=payer.device,
            instrument=instrument,
            amount=amount,
            day=self.limits_day,
            now=self.now,
        )
        if crossed is not None:
            return Refusal("over_limit", facts={"limit_of": str(crossed.scope), "limit": crossed.limit.amount})
        judged = self._judge(payer, instrument, fallback, asked.recent())
        if isinstance(judged, Refusal) and self.limits_day is not None:
            # What is refused after all was counted a moment ago, and this transaction commits.
            payers = subjects_of(device_id=payer.device.id, instrument_id=instrument.id, customer_id=customer_id)
            everybody = {**payers, Scope.MERCHANT: self.merchant.id}
            give_back(amount=amount, day=self.day, subjects=everybody, reserved_at=self.now)
        return judged

    def _stopped(self, instrument: Instrument) -> str | None:
        return stopped_by(
            merchant_id=self.merchant.id,
            mode=self.point.mode,
            is_training=self.sale.is_training,
            instrument=instrument,
            account_id=instrument.provider_account_id,
        )

    def _judge(
        self, payer: Payer, instrument: Instrument, fallback: Instrument | None, recent: list[RecentSale]
    ) -> _Entitled | Refusal:
        """The rest of step 11, and whether it looks right; the limits are reserved."""
        if instrument.currency != self.sale.amount.currency:
            return Refusal("currency_not_supported")
        account = training_account() if self.sale.is_training else instrument.provider_account
        if account is None:
            return Refusal("provider_unavailable")
        suspicions = suspicions_of(recent, payer)
        assessment = assess(facts=self._facts(payer, instrument, suspicions), now=self.now)
        decided = decide_next(
            assessment=assessment,
            payer=payer,
            recent=recent,
            suspicions=suspicions,
            till=self.point.till,
            amount=self.sale.amount,
            is_training=self.sale.is_training,
            now=self.now,
        )
        if isinstance(decided, Refusal):
            return decided
        return _Entitled(payer, instrument, fallback, account, assessment, decided)

    def _facts(self, payer: Payer, instrument: Instrument, suspicions: tuple[str, ...]) -> Facts:
        till, before = self.point.till, self.before
        return Facts(
            payment=self.payment_id,
            customer=payer.device.customer_id,
            device=payer.device.id,
            instrument=instrument.id,
            merchant=self.merchant.id,
            store=till.store_id,
            till=till.id,
            cashier=self.sale.cashier,
            amount=self.sale.amount,
            code_issued_at=payer.code_issued_at,
            scanned_at=self.now,
            device_enrolled_at=payer.device.enrolled_at,
            is_attended=till.kind == TillKind.ATTENDED,
            made_online=payer.claims.made_online,
            suspicions=suspicions,
            town=f"{till.store.country} {till.store.town}",
            time_zone=self.merchant.time_zone,
            is_training=self.sale.is_training,
            counter=payer.claims.counter,
            previous_counter=None if before is None else before.counter,
            previous_issued_at=_last_issued_at(before),
            wrong_pin_times=tuple(payer.device.pin_wrong_times),
        )

    def _begin(self, entitled: _Entitled, ring: bool) -> Started:
        following = entitled.next
        payment = self._row(following.status, entitled.payer.device, entitled.instrument)
        payment.fallback = entitled.fallback
        payment.code_issued_at = entitled.payer.code_issued_at
        payment.deadline_at, payment.action = following.deadline_at, following.action or ""
        payment.limits_reserved_minor = 0 if self.limits_day is None else payment.amount_minor
        insert_row(payment)
        attempt = Attempt(
            payment=payment,
            instrument=entitled.instrument,
            provider_account=entitled.account,
            assessment=entitled.assessment,
            created_at=self.now,
        )
        insert_row(attempt)
        operation = None
        if following.status == Status.AUTHORISING:
            operation = queue_authorisation(payment, attempt, now=self.now)
            # Before everything else that is rung for after the commit: this is what the till waits for.
            note = note_for(operation, due_at=None if ring else operation.next_check_at)
            leave_messages(notes=[note], now=self.now)
        event = record_event(payment, kind=_KINDS[following.status, following.action], by=self.by, now=self.now)
        record(actor=self.by, action="payment.started", subject=payment.public_id, now=self.now)
        if notes := notes_for_listeners(payment, event):
            leave_messages(notes=notes, now=self.now)
        if operation is None:
            return Started(payment.id, is_replay=False)
        return Started(payment.id, is_replay=False, operation_id=operation.id, instrument=entitled.instrument)

    def _decline(self, refusal: Refusal, device: Device | None, instrument: Instrument | None) -> Started:
        payment = self._row(Status.DECLINED, device, instrument)
        payment.decline_code, payment.decline_detail = shown_code(refusal), refusal.reason
        payment.tries_left, payment.ended_at = refusal.tries_left, self.now
        insert_row(payment)
        facts = {"code": payment.decline_code}
        event = record_event(payment, kind="payment.declined", by=self.by, facts=facts, now=self.now)
        record_refusal(refusal=refusal, subject=payment.public_id, by=self.by, now=self.now)
        if notes := notes_for_listeners(payment, event):
            leave_messages(notes=notes, now=self.now)
        return Started(payment.id, is_replay=False)

    def _row(self, status: Status, device: Device | None, instrument: Instrument | None) -> Payment:
        sale, till = self.sale, self.point.till
        return Payment(
            id=self.payment_id,
            merchant=self.merchant,
            till=till,
            mode=self.point.mode,
            is_training=sale.is_training,
            status=status,
            customer_id=None if device is None else device.customer_id,
            device=device,
            instrument=instrument,
            currency=sale.amount.currency,
            amount_minor=sale.amount.amount,
            tip_minor=sale.tip_minor,
            reference=sale.reference,
            business_date=self.day,
            cashier=sale.cashier,
            language=sale.language or till.language,
            lines=sale.lines,
            pos_time=sale.pos_time,
            capture_mode=sale.capture_mode,
            confirm_within_seconds=sale.confirm_within_seconds,
            answer_until=self.now + ANSWER_WITHIN,
            created_at=self.now,
        )


def _last_issued_at(device: Device | None) -> datetime | None:
    """Return when the phone said that it made its last code that was accepted; None before the first one."""
    return datetime.fromtimestamp(device.last_issued_at, UTC) if device and device.last_issued_at else None


def shown_code(refusal: Refusal) -> str:
    """Return what the till may learn; that fraud is suspected is not among it."""
    return "rejected" if refusal.reason == "fraud_blocked" else refusal.shown_reason


def training_account() -> ProviderAccount | None:
    """Return the provider that only plays; None when there is none to play with."""
    return ProviderAccount.objects.filter(code=settings.TRAINING_PROVIDER, is_enabled=True).first()
