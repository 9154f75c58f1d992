"""Self-service: whoever can read an address's mail becomes its customer, or proves to be the one it has already.

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
from apps.customers.letters import registration_letter
from apps.customers.locks import lock_address, lock_newest_registration
from apps.customers.models import Customer, Registration
from apps.customers.operations import find_or_create_customer, normal_email
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


@transaction.atomic(durable=True)
def start_registration(*, email: str, language: str, now: datetime) -> None:
    """Mail a code to the address, unless it got its letters of this hour already; the caller cannot tell which.

    Raises InvalidEmail.
    """
    email = normal_email(email)
    lock_address(email)
    if Registration.objects.filter(email=email, created_at__gt=now - timedelta(hours=1)).count() >= LETTERS_PER_HOUR:
        return
    code = Secret(f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}")
    registration_id = uuid7()
    registration = Registration.objects.create(
        id=registration_id,
        email=email,
        language=language,
        code_digest=_digest(registration_id, code),
        tries_left=TRIES,
        created_at=now,
        expires_at=now + CODE_LIFETIME,
    )
    subject, text = registration_letter(code=code, language=language, minutes=int(CODE_LIFETIME.total_seconds()) // 60)
    send_letter(
        to=email, language=language, subject=subject, text=text, cause=f"registration:{registration.id}", now=now
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
    registration = lock_newest_registration(email)
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
    return find_or_create_customer(email=email, language=registration.language, by=ACTOR, now=now)


@transaction.atomic(durable=True)
def forget_registrations(*, now: datetime) -> int:
    """Forget addresses that were typed in more than a day ago, and return how many; safe at any time."""
    forgotten, _ = Registration.objects.filter(created_at__lte=now - REMEMBERED_FOR).delete()
    return forgotten


def _digest(registration_id: UUID, code: Secret[str]) -> bytes:
    # Bound to its row: a digest that is copied to another row opens nothing.
    return salted_hmac("mpayment.registration", f"{registration_id}:{code.reveal()}", algorithm="sha256").digest()
