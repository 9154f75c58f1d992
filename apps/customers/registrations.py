"""Self-service: whoever can read an address's mail becomes its customer, or proves to be the one it has already.

The same way with a letter of its own, and a code that is good for nothing else, leads to stopping a lost phone.

Nobody learns from outside whether an address is known: no row of a customer is read before the code was right.
"""

import hmac
import secrets
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.crypto import salted_hmac

from apps.audit.operations import record
from apps.customers.errors import RegistrationInvalid
from apps.customers.letters import lost_phone_letter, registration_letter
from apps.customers.locks import lock_address, lock_newest_registration
from apps.customers.models import Customer, Purpose, Registration
from apps.customers.operations import find_or_create_customer, normal_email
from apps.customers.states import CustomerStatus
from apps.kernel.actors import Actor
from apps.kernel.ids import uuid7
from apps.kernel.masking import Secret
from apps.mail.operations import send_letter

ACTOR: Final = Actor("system", "registrations")
CODE_DIGITS: Final = 8
CODE_LIFETIME: Final = timedelta(minutes=15)
TRIES: Final = 5
# Together with the tries this leaves a guesser 25 in 10^8 per hour and address.
LETTERS_PER_HOUR: Final = 5
REMEMBERED_FOR: Final = timedelta(days=1)
# How long whoever proved the mailbox may take to choose the phones that stop.
CHOOSE_WITHIN: Final = timedelta(minutes=15)
_LETTERS: Final = {Purpose.ENROLMENT: registration_letter, Purpose.LOST_PHONE: lost_phone_letter}
_CAUSES: Final = {Purpose.ENROLMENT: "registration", Purpose.LOST_PHONE: "lost_phone"}


@transaction.atomic(durable=True)
def start_registration(*, email: str, language: str, now: datetime) -> None:
    """Mail a code to the address, unless it got its letters of this hour already; the caller cannot tell which.

    Raises InvalidEmail.
    """
    _mail_code(email, Purpose.ENROLMENT, language, now)


@transaction.atomic(durable=True)
def start_lost_phone(*, email: str, language: str, now: datetime) -> None:
    """Mail a code that stops phones, under the same rules; letters of the other kind do not use up these.

    Raises InvalidEmail.
    """
    _mail_code(email, Purpose.LOST_PHONE, language, now)


def _mail_code(email: str, purpose: Purpose, language: str, now: datetime) -> None:
    email = normal_email(email)
    lock_address(email)
    recent = Registration.objects.filter(email=email, purpose=purpose, created_at__gt=now - timedelta(hours=1))
    if recent.count() >= LETTERS_PER_HOUR:
        return
    code = Secret(f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}")
    registration_id = uuid7()
    registration = Registration.objects.create(
        id=registration_id,
        email=email,
        language=language,
        purpose=purpose,
        code_digest=_digest(registration_id, code),
        tries_left=TRIES,
        created_at=now,
        expires_at=now + CODE_LIFETIME,
    )
    subject, text = _LETTERS[purpose](code=code, language=language, minutes=int(CODE_LIFETIME.total_seconds()) // 60)
    send_letter(
        to=email, language=language, subject=subject, text=text, cause=f"{_CAUSES[purpose]}:{registration.id}", now=now
    )


def confirm_registration(*, email: str, code: Secret[str], now: datetime) -> Customer:
    """Return the customer of the address, met now if he is new, and spend the code.

    Raises RegistrationInvalid alike for a wrong, used, old or never mailed code, and InvalidEmail. A wrong one costs
    one of five tries; it stays spent, because the error is raised after the commit.
    """
    customer = _customer_for(normal_email(email), code, now)
    if customer is None:
        raise RegistrationInvalid
    return customer


@transaction.atomic(durable=True)
def _customer_for(email: str, code: Secret[str], now: datetime) -> Customer | None:
    registration = _spent_registration(email, Purpose.ENROLMENT, code, now)
    if registration is None:
        return None
    return find_or_create_customer(email=email, language=registration.language, by=ACTOR, now=now)


def confirm_lost_phone(*, email: str, code: Secret[str], now: datetime) -> UUID:
    """Return by which name this proof of the mailbox is known from here on, and spend the code.

    Nobody becomes a customer by it. Raises RegistrationInvalid and InvalidEmail like `confirm_registration`.
    """
    proof = _proof_for(normal_email(email), code, now)
    if proof is None:
        raise RegistrationInvalid
    return proof


@transaction.atomic(durable=True)
def _proof_for(email: str, code: Secret[str], now: datetime) -> UUID | None:
    registration = _spent_registration(email, Purpose.LOST_PHONE, code, now)
    return None if registration is None else registration.id


def customer_who_proved(proof: UUID, *, now: datetime) -> Customer | None:
    """Return the open customer whose mailbox was proved for a lost phone a moment ago; None if there is none."""
    since = now - CHOOSE_WITHIN
    proved = Registration.objects.filter(id=proof, purpose=Purpose.LOST_PHONE, used_at__gt=since).first()
    if proved is None:
        return None
    return Customer.objects.exclude(status=CustomerStatus.CLOSED).filter(email=proved.email).first()


def _spent_registration(email: str, purpose: Purpose, code: Secret[str], now: datetime) -> Registration | None:
    registration = lock_newest_registration(email, purpose)
    # Without a registration the same is computed, and compared with what no code gives.
    known = bytes(registration.code_digest) if registration else b""
    is_right = hmac.compare_digest(_digest(registration.id if registration else uuid7(), code), known)
    if registration is None or not registration.is_open(now):
        return None
    if not is_right:
        registration.tries_left -= 1
        registration.save(update_fields=["tries_left"])
        if registration.tries_left == 0:
            record(actor=ACTOR, action="registration.exhausted", subject=str(registration.id), now=now)
        return None
    registration.used_at = now
    registration.save(update_fields=["used_at"])
    return registration


@transaction.atomic(durable=True)
def forget_registrations(*, now: datetime) -> int:
    """Forget addresses that were typed in more than a day ago, and return how many; safe at any time."""
    forgotten, _ = Registration.objects.filter(created_at__lte=now - REMEMBERED_FOR).delete()
    return forgotten


def _digest(registration_id: UUID, code: Secret[str]) -> bytes:
    # Bound to its row: a digest that is copied to another row opens nothing.
    return salted_hmac("mpayment.registration", f"{registration_id}:{code.reveal()}", algorithm="sha256").digest()
