"""Who works in the portal in the tests: an operator with a password and an authenticator app.

anna = make_operator(now=now, role=Role.SUPPORT)     # invited, enrolled, the app set up
signed_in = anna.signs_in(now=now)                   # through password and code
"""

import itertools
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from apps.kernel.actors import Actor
from apps.kernel.masking import Secret
from apps.operators.credentials import totp_code
from apps.operators.models import Operator, Session
from apps.operators.operations import (
    SignedIn,
    accept_invitation,
    begin_totp,
    confirm_totp,
    create_operator,
    sign_in,
    verify_second_factor,
)
from apps.operators.roles import Role

ADMINISTRATOR = Actor("system", "tests")
PASSWORD = "correct horse battery"
ADDRESS = "192.0.2.7"
_numbers = itertools.count(1)


@dataclass
class Person:
    """One operator, with what only he knows."""

    operator: Operator
    key: Secret[bytes]
    backup_codes: tuple[str, ...] = ()
    steps: "itertools.count[int]" = field(default_factory=lambda: itertools.count(0))

    def row(self) -> Operator:
        return Operator.objects.get(id=self.operator.id)

    def code(self, *, now: datetime) -> str:
        """Return what the app shows."""
        return totp_code(self.key, at=now)

    def types_password(self, password: str = PASSWORD, *, now: datetime) -> SignedIn | None:
        return sign_in(
            email=self.operator.email, password=Secret(password), address=ADDRESS, browser="Firefox", now=now
        )

    def signs_in(self, *, now: datetime) -> SignedIn:
        """Sign in with both factors."""
        begun = self.types_password(now=now)
        assert begun is not None
        done = verify_second_factor(session=begun.session, code=self.code(now=now), now=now)
        assert done is not None
        return done


def make_operator(*, now: datetime, role: Role = Role.SUPPORT, language: str = "en", name: str = "") -> Person:
    """Return an operator who is ready to sign in; the app's code of this half minute is not used yet."""
    number = next(_numbers)
    invited = create_operator(
        email=f"{role}{number}@shop.example",
        name=name or f"{role.label} {number}",
        role=role,
        language=language,
        by=ADMINISTRATOR,
        now=now,
    )
    operator = accept_invitation(code=invited.code.reveal(), password=Secret(PASSWORD), now=now)
    before = now - timedelta(seconds=30)
    begun = sign_in(email=operator.email, password=Secret(PASSWORD), address=ADDRESS, browser="", now=now)
    assert begun is not None
    key = begin_totp(session=begun.session, now=now)
    confirmed = confirm_totp(session=begun.session, code=totp_code(key, at=before), now=now)
    assert confirmed is not None
    Session.objects.filter(operator=operator).update(ended_at=now)
    return Person(operator, key, tuple(code.reveal() for code in confirmed.backup_codes))
