"""Activation codes: 16 characters that let one phone enrol for a customer."""

import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Sum
from django.utils.crypto import salted_hmac

from apps.audit.operations import record
from apps.customers.errors import UnknownCustomer
from apps.customers.locks import lock_customer
from apps.customers.models import Customer
from apps.customers.states import CustomerStatus
from apps.devices.locks import lock_activation_code
from apps.devices.models import ActivationCode, ActivationSource
from apps.kernel.actors import Actor
from apps.kernel.ids import uuid7
from apps.kernel.masking import Secret

LIFETIMES: Final = {
    ActivationSource.MAIL: timedelta(minutes=15),
    ActivationSource.HANDOVER: timedelta(minutes=10),
    ActivationSource.LETTER: timedelta(days=14),
    ActivationSource.COUNTER: timedelta(days=14),
}
LENGTH: Final = 16
LOOKUP_LENGTH: Final = 6
FAILURES_PER_CODE: Final = 5
# Whoever guesses at a customer's codes from many addresses, and has them replaced, still ends here.
FAILURES_PER_CUSTOMER: Final = 20
FAILURES_WITHIN: Final = timedelta(days=1)

_DIGITS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS: Final = str.maketrans("OIL", "011")
_NORMAL: Final = re.compile(f"[{_DIGITS}]{{{LENGTH}}}")
_LONGEST_TYPED: Final = 64


@dataclass(frozen=True, slots=True)
class IssuedCode:
    """An activation code at the only moment at which its text is known."""

    code: Secret[str]
    expires_at: datetime


def normal_form(text: str) -> str | None:
    """Return the form that is compared and signed; None for a text that cannot be an activation code.

    Upper case, no blanks or hyphens, O read as 0, I and L as 1.
    """
    if len(text) > _LONGEST_TYPED:
        return None
    bare = re.sub(r"[\s-]", "", text)
    if not bare.isascii():
        return None
    normal = bare.upper().translate(_READ_AS)
    return normal if _NORMAL.fullmatch(normal) else None


def grouped_in_fours(code: str) -> str:
    """Return the code as people read it from paper."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


@transaction.atomic(durable=True)
def issue_activation_code(*, customer_id: UUID, source: ActivationSource, by: Actor, now: datetime) -> IssuedCode:
    """Issue a code by which one phone enrols; good for as long as it takes to arrive by this source.

    The text is in the answer and nowhere else. Raises UnknownCustomer, also for a closed one.
    """
    customer = Customer.objects.exclude(status=CustomerStatus.CLOSED).filter(id=customer_id).first()
    if customer is None:
        raise UnknownCustomer
    return write_activation_code(customer, source=ActivationSource(source), by=by, now=now)


def write_activation_code(customer: Customer, *, source: ActivationSource, by: Actor, now: datetime) -> IssuedCode:
    """Do the same for an open customer, in the caller's transaction."""
    expires_at = now + LIFETIMES[source]
    code = _insert_unique(customer=customer, source=source, expires_at=expires_at, now=now)
    record(
        actor=by,
        action="activation.issued",
        subject=customer.public_id,
        facts={"source": str(source), "expires_at": expires_at.isoformat()},
        now=now,
    )
    return IssuedCode(code=Secret(code), expires_at=expires_at)


@transaction.atomic(durable=True)
def revoke_activation_codes(*, customer_id: UUID, by: Actor, now: datetime) -> int:
    """End every activation code of the customer that is still open, and return how many. Raises UnknownCustomer."""
    return end_activation_codes(lock_customer(customer_id), by=by, now=now)


def end_activation_codes(customer: Customer, *, by: Actor, now: datetime) -> int:
    """Do the same for the locked customer, in the caller's transaction."""
    still_open = ActivationCode.objects.filter(customer=customer, used_at=None, revoked_at=None, expires_at__gt=now)
    count = still_open.update(revoked_at=now)
    if count:
        record(actor=by, action="activation.revoked", subject=customer.public_id, facts={"codes": count}, now=now)
    return count


def redeem_activation_code(normal: str, *, now: datetime) -> tuple[ActivationCode, Customer] | None:
    """Mark the code as used and return it with its customer, both locked; None if it is not good, whatever the reason.

    Runs in the caller's transaction, which must be committed after a None: a wrong guess is counted there. The
    customer is locked first, so that his codes are counted one after another.
    """
    digest = _digest(normal)
    found = ActivationCode.objects.filter(lookup=normal[:LOOKUP_LENGTH]).values("id", "customer_id").first()
    if found is None:
        return None
    customer = lock_customer(found["customer_id"])
    activation = lock_activation_code(found["id"])
    if not hmac.compare_digest(bytes(activation.digest), digest):
        _count_failure(activation, customer, now)
        return None
    if not _is_usable(activation, customer, now):
        return None
    activation.used_at = now
    activation.save(update_fields=["used_at"])
    return activation, customer


def _is_usable(activation: ActivationCode, customer: Customer, now: datetime) -> bool:
    if activation.used_at is not None or activation.revoked_at is not None or now >= activation.expires_at:
        return False
    if activation.failures >= FAILURES_PER_CODE or customer.status == CustomerStatus.CLOSED:
        return False
    recent = ActivationCode.objects.filter(customer=customer, failed_at__gt=now - FAILURES_WITHIN)
    failures: int = recent.aggregate(total=Sum("failures"))["total"] or 0
    return failures < FAILURES_PER_CUSTOMER


def _count_failure(activation: ActivationCode, customer: Customer, now: datetime) -> None:
    if activation.failures >= FAILURES_PER_CODE:
        return
    activation.failures += 1
    activation.failed_at = now
    activation.save(update_fields=["failures", "failed_at"])
    record(
        actor=Actor("system", "enrolment"),
        action="activation.refused",
        subject=customer.public_id,
        facts={"failures": activation.failures},
        now=now,
    )


def _insert_unique(*, customer: Customer, source: ActivationSource, expires_at: datetime, now: datetime) -> str:
    while True:
        code = "".join(secrets.choice(_DIGITS) for _ in range(LENGTH))
        activation = ActivationCode(
            id=uuid7(),
            customer=customer,
            source=source,
            lookup=code[:LOOKUP_LENGTH],
            digest=_digest(code),
            created_at=now,
            expires_at=expires_at,
        )
        # Thirty bits find the row, so two codes may begin alike: the later one is drawn again.
        ActivationCode.objects.bulk_create([activation], ignore_conflicts=True)
        if ActivationCode.objects.filter(id=activation.id).exists():
            return code


def _digest(normal: str) -> bytes:
    return salted_hmac("apps.devices.activation", normal, algorithm="sha256").digest()
