"""The demo's operators sign in with what the card says, again and again, until the card is lost."""

import base64
from datetime import datetime

import pytest
from django.utils import timezone

from apps.demo.staff import OPERATORS, DemoLogin, seed_operators
from apps.kernel.masking import Secret
from apps.operators.credentials import totp_code
from apps.operators.models import Operator
from apps.operators.operations import sign_in, verify_second_factor
from apps.operators.roles import Role

pytestmark = pytest.mark.django_db(transaction=True)


def gets_in(login: DemoLogin, now: datetime) -> bool:
    begun = sign_in(email=login.email, password=login.password, address="127.0.0.1", browser="", now=now)
    if begun is None or not begun.session.operator.has_second_factor:
        return False
    key = Secret(base64.b32decode(login.totp_secret.reveal()))
    return verify_second_factor(session=begun.session, code=totp_code(key, at=now), now=now) is not None


def test_there_is_one_for_each_role_who_gets_in_at_once() -> None:
    now = timezone.now()
    logins = seed_operators(known={}, now=now)

    assert [login.role for login in logins] == list(Role)
    assert gets_in(logins[0], now)
    assert Operator.objects.count() == len(OPERATORS)


def test_what_still_works_is_kept_and_what_does_not_is_replaced() -> None:
    now = timezone.now()
    logins = seed_operators(known={}, now=now)
    known = {login.email: login for login in logins}
    lost = logins[0]
    known[lost.email] = DemoLogin(lost.role, lost.email, Secret("not the password"), lost.totp_secret)

    again = seed_operators(known=known, now=now)

    assert again[1:] == logins[1:]
    assert again[0] != lost
    assert gets_in(again[0], now)
    assert not gets_in(lost, now)
