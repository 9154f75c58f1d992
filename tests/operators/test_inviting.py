"""An invitation is good once, for a day, for one operator; with it everything begins anew."""

import json
from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from apps.kernel.masking import Secret
from apps.operators.errors import EmailTaken, InvalidOperator, InvitationInvalid, PasswordTooWeak, SessionOver
from apps.operators.models import Operator
from apps.operators.operations import (
    Invited,
    accept_invitation,
    begin_totp,
    confirm_totp,
    create_operator,
    invite_operator,
    verify_second_factor,
)
from apps.operators.queries import session_for
from tests.operators.staff import ADMINISTRATOR, PASSWORD, Person

pytestmark = pytest.mark.django_db(transaction=True)


def invite(now: datetime, **fields: str) -> Invited:
    wanted = {"email": "Ben@shop.example", "name": "Ben", "role": "finance", "language": "de"} | fields
    return create_operator(**wanted, by=ADMINISTRATOR, now=now)


def test_an_invitation_is_good_once(now: datetime) -> None:
    invited = invite(now)
    assert invited.operator.email == "ben@shop.example"

    accept_invitation(code=invited.code.reveal().upper(), password=Secret(PASSWORD), now=now)

    with pytest.raises(InvitationInvalid):
        accept_invitation(code=invited.code.reveal(), password=Secret(PASSWORD), now=now)


def test_an_invitation_ends_after_a_day(now: datetime) -> None:
    code = invite(now).code.reveal()

    with pytest.raises(InvitationInvalid):
        accept_invitation(code=code, password=Secret(PASSWORD), now=now + timedelta(hours=24))


def test_only_the_newest_invitation_counts(now: datetime) -> None:
    first = invite(now)
    second = invite_operator(operator_id=first.operator.id, by=ADMINISTRATOR, now=now)

    with pytest.raises(InvitationInvalid):
        accept_invitation(code=first.code.reveal(), password=Secret(PASSWORD), now=now)
    accept_invitation(code=second.code.reveal(), password=Secret(PASSWORD), now=now)


@pytest.mark.parametrize("password", ["short", "x" * 12, "x" * 201, "ben@shop.example"])
def test_a_weak_password_leaves_the_invitation_unused(now: datetime, password: str) -> None:
    code = invite(now).code.reveal()

    with pytest.raises(PasswordTooWeak):
        accept_invitation(code=code, password=Secret(password), now=now)
    accept_invitation(code=code, password=Secret(PASSWORD), now=now)


@pytest.mark.parametrize(
    "fields",
    [{"email": "nobody"}, {"email": "zoë@shop.example"}, {"name": " "}, {"name": "a\nb"}, {"role": "root"}],
)
def test_an_operator_needs_an_address_a_name_and_a_role(now: datetime, fields: dict[str, str]) -> None:
    with pytest.raises(InvalidOperator):
        invite(now, **fields)


def test_an_address_is_one_operators(now: datetime) -> None:
    invite(now)

    with pytest.raises(EmailTaken):
        invite(now, email="BEN@shop.example")


def test_beginning_anew_ends_what_was(anna: Person, now: datetime) -> None:
    token = anna.signs_in(now=now).token.reveal()
    invited = invite_operator(operator_id=anna.operator.id, by=ADMINISTRATOR, now=now)
    assert session_for(token, now=now) is not None

    accept_invitation(code=invited.code.reveal(), password=Secret("another long one"), now=now)

    assert session_for(token, now=now) is None
    assert anna.types_password(now=now) is None
    begun = anna.types_password("another long one", now=now)
    assert begun is not None
    assert verify_second_factor(session=begun.session, code=anna.backup_codes[0], now=now) is None
    assert begin_totp(session=begun.session, now=now).reveal() != anna.key.reveal()


def test_a_second_factor_is_not_set_up_over_another(anna: Person, now: datetime) -> None:
    begun = anna.types_password(now=now)
    assert begun is not None

    with pytest.raises(SessionOver):
        begin_totp(session=begun.session, now=now)
    with pytest.raises(SessionOver):
        confirm_totp(session=begun.session, code=anna.code(now=now), now=now)


def test_the_page_may_be_loaded_twice_before_the_first_code(now: datetime) -> None:
    invited = invite(now)
    accept_invitation(code=invited.code.reveal(), password=Secret(PASSWORD), now=now)
    ben = Person(invited.operator, Secret(b""))
    begun = ben.types_password(now=now)
    assert begun is not None

    first, second = (begin_totp(session=begun.session, now=now).reveal() for _ in range(2))

    assert first == second
    assert confirm_totp(session=begun.session, code="nonsense", now=now) is None


def test_the_command_prints_a_code_that_works(now: datetime) -> None:
    out = StringIO()
    call_command("create_operator", "--email=eva@shop.example", "--name=Eva", "--role=auditor", "--json", stdout=out)
    printed = json.loads(out.getvalue())

    operator = accept_invitation(code=printed["code"], password=Secret(PASSWORD), now=now)

    assert operator.public_id == printed["operator"]
    call_command("disable_operator", "eva@shop.example", stdout=out)
    assert not Operator.objects.get(id=operator.id).is_active
    with pytest.raises(CommandError, match="email_taken"):
        call_command("create_operator", "--email=eva@shop.example", "--name=Eva", "--role=auditor")
