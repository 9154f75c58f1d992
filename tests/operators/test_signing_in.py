"""Both factors open the door, nothing else does, and whoever guesses is stopped."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import connection

from apps.audit.models import Record
from apps.kernel.masking import Secret
from apps.operators.models import BackupCode, Operator, Session
from apps.operators.operations import (
    end_session,
    end_session_of,
    sign_in,
    step_up,
    switch_operator,
    touch_session,
    verify_second_factor,
)
from apps.operators.operations import signing_in as signing_in_module
from apps.operators.queries import open_sessions_of, session_for
from tests.operators.staff import ADDRESS, ADMINISTRATOR, PASSWORD, Person, make_operator

WRONG = "wrong horse battery"


def test_password_and_code_open_a_session(anna: Person, now: datetime) -> None:
    signed_in = anna.signs_in(now=now)

    session = session_for(signed_in.token.reveal(), now=now)
    assert session is not None
    assert session.operator == anna.operator
    assert session.verified_at == now
    assert Record.objects.filter(action="operator.signed_in", actor_id=anna.operator.public_id).exists()


def test_the_password_alone_opens_a_session_that_is_not_verified(anna: Person, now: datetime) -> None:
    begun = anna.types_password(now=now)

    assert begun is not None
    session = session_for(begun.token.reveal(), now=now)
    assert session is not None
    assert session.verified_at is None
    assert session_for(begun.token.reveal(), now=now + timedelta(minutes=10)) is None


def test_the_token_from_before_the_second_factor_is_worth_nothing(anna: Person, now: datetime) -> None:
    begun = anna.types_password(now=now)
    assert begun is not None
    done = verify_second_factor(session=begun.session, code=anna.code(now=now), now=now)

    assert done is not None
    assert done.token.reveal() != begun.token.reveal()
    assert session_for(begun.token.reveal(), now=now) is None


def test_no_token_and_no_key_is_kept_in_the_clear(anna: Person, now: datetime) -> None:
    token = anna.signs_in(now=now).token.reveal()

    with connection.cursor() as cursor:
        cursor.execute("SELECT operators_session::text FROM operators_session")
        sessions = str(cursor.fetchall())
        cursor.execute("SELECT encode(totp_wrapped, 'hex'), password FROM operators_operator")
        operators = str(cursor.fetchall())
    assert token not in sessions
    assert anna.key.reveal().hex() not in operators
    assert PASSWORD not in operators


def test_a_code_is_taken_once(anna: Person, now: datetime) -> None:
    anna.signs_in(now=now)

    again = anna.types_password(now=now)
    assert again is not None
    assert verify_second_factor(session=again.session, code=anna.code(now=now), now=now) is None
    later = now + timedelta(seconds=30)
    assert verify_second_factor(session=again.session, code=anna.code(now=later), now=later) is not None


def test_of_two_who_type_the_same_code_at_once_one_gets_in(anna: Person, now: datetime) -> None:
    begun = [anna.types_password(now=now) for _ in range(4)]
    code = anna.code(now=now)

    def prove(index: int) -> bool:
        one = begun[index]
        assert one is not None
        try:
            return verify_second_factor(session=one.session, code=code, now=now) is not None
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(prove, range(4))) == 1


def test_a_backup_code_stands_in_once_however_it_is_typed(anna: Person, now: datetime) -> None:
    code = anna.backup_codes[0].upper().replace("-", " ")
    first, second = anna.types_password(now=now), anna.types_password(now=now)
    assert first is not None
    assert second is not None

    assert verify_second_factor(session=first.session, code=code, now=now) is not None
    assert verify_second_factor(session=second.session, code=code, now=now) is None
    assert BackupCode.objects.filter(operator=anna.operator, used_at=None).count() == 9


def test_five_wrong_passwords_lock_for_a_quarter_of_an_hour(anna: Person, now: datetime) -> None:
    for _ in range(5):
        assert anna.types_password(WRONG, now=now) is None

    assert anna.types_password(now=now) is None
    assert anna.types_password(now=now + timedelta(minutes=14, seconds=59)) is None
    assert anna.types_password(now=now + timedelta(minutes=15)) is not None


def test_a_right_password_does_not_give_more_guesses_at_the_code(anna: Person, now: datetime) -> None:
    wrong = "000000" if anna.code(now=now) != "000000" else "000001"
    for _ in range(4):
        begun = anna.types_password(now=now)
        assert begun is not None
        assert verify_second_factor(session=begun.session, code=wrong, now=now) is None
    begun = anna.types_password(now=now)
    assert begun is not None

    assert verify_second_factor(session=begun.session, code=wrong, now=now) is None

    assert anna.row().is_locked(now)
    assert session_for(begun.token.reveal(), now=now) is None


def test_parallel_guesses_are_all_counted(anna: Person, now: datetime) -> None:
    def guess(_: int) -> None:
        anna.types_password(WRONG, now=now)
        connection.close()

    with ThreadPoolExecutor(5) as pool:
        list(pool.map(guess, range(5)))

    assert anna.row().is_locked(now)


def test_a_lock_keeps_nobody_else_out(anna: Person, now: datetime) -> None:
    other = make_operator(now=now)
    for _ in range(5):
        anna.types_password(WRONG, now=now)

    assert other.types_password(now=now) is not None


def test_a_lock_leaves_the_sessions_that_are_open(anna: Person, now: datetime) -> None:
    token = anna.signs_in(now=now).token.reveal()
    for _ in range(5):
        anna.types_password(WRONG, now=now)

    assert session_for(token, now=now) is not None


def test_the_same_work_is_done_for_an_unknown_address(
    anna: Person, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    worked: list[bool] = []
    really = signing_in_module.is_password
    monkeypatch.setattr(
        signing_in_module, "is_password", lambda password, kept: worked.append(bool(kept)) or really(password, kept)
    )

    for email in (anna.operator.email, "nobody@shop.example"):
        assert sign_in(email=email, password=Secret(WRONG), address=ADDRESS, browser="", now=now) is None

    assert worked == [True, False]
    assert Record.objects.filter(action="operator.refused").count() == 2


def test_a_disabled_operator_is_out_at_once_and_cannot_come_back(anna: Person, now: datetime) -> None:
    token = anna.signs_in(now=now).token.reveal()

    switch_operator(operator_id=anna.operator.id, is_active=False, by=ADMINISTRATOR, now=now)

    assert session_for(token, now=now) is None
    assert anna.types_password(now=now) is None
    switch_operator(operator_id=anna.operator.id, is_active=True, by=ADMINISTRATOR, now=now)
    assert session_for(token, now=now) is None
    assert anna.types_password(now=now) is not None


def test_a_session_ends_after_fifteen_idle_minutes(anna: Person, now: datetime) -> None:
    signed_in = anna.signs_in(now=now)
    later = now + timedelta(minutes=14)
    touch_session(signed_in.session, now=later)

    assert session_for(signed_in.token.reveal(), now=later + timedelta(minutes=14, seconds=59)) is not None
    assert session_for(signed_in.token.reveal(), now=later + timedelta(minutes=15)) is None


def test_a_session_ends_after_twelve_hours_however_busy(anna: Person, now: datetime) -> None:
    signed_in = anna.signs_in(now=now)
    end = now + timedelta(hours=12)
    Session.objects.filter(id=signed_in.session.id).update(used_at=end - timedelta(seconds=1))

    assert session_for(signed_in.token.reveal(), now=end - timedelta(seconds=1)) is not None
    assert session_for(signed_in.token.reveal(), now=end) is None


def test_a_token_is_worth_nothing_after_signing_out(anna: Person, now: datetime) -> None:
    signed_in = anna.signs_in(now=now)

    end_session(signed_in.session, now=now)
    end_session(signed_in.session, now=now)

    assert session_for(signed_in.token.reveal(), now=now) is None
    assert Record.objects.filter(action="operator.signed_out").count() == 1


def test_a_session_elsewhere_is_ended_and_a_strangers_is_not(anna: Person, now: datetime) -> None:
    other = make_operator(now=now)
    mine, theirs = anna.signs_in(now=now), other.signs_in(now=now)

    assert end_session_of(anna.row(), session_id=mine.session.id, now=now)
    assert not end_session_of(anna.row(), session_id=theirs.session.id, now=now)
    assert list(open_sessions_of(anna.operator.id, now=now)) == []
    assert [session.id for session in open_sessions_of(other.operator.id, now=now)] == [theirs.session.id]


def test_what_is_dangerous_is_allowed_for_five_minutes(anna: Person, now: datetime) -> None:
    session = anna.signs_in(now=now).session
    later = now + timedelta(minutes=5)
    assert session.is_fresh(later - timedelta(seconds=1))
    assert not session.is_fresh(later)

    assert not step_up(session=session, code="000000x", now=later)
    assert step_up(session=session, code=anna.code(now=later), now=later)

    session.refresh_from_db()
    assert session.is_fresh(later + timedelta(minutes=4))


def test_the_database_keeps_addresses_apart(anna: Person) -> None:
    assert Operator.objects.filter(email=anna.operator.email).count() == 1
