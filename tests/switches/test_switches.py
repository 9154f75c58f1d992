"""What two people stop is stopped, and goes on only when two people say so."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection

from apps.approvals.errors import AlreadyAsked, SamePerson
from apps.approvals.operations import decide_approval
from apps.audit.models import Record
from apps.switches import queries
from apps.switches.errors import AlreadyStopped, EnrolmentStopped, InvalidStop, NotStopped
from apps.switches.models import Switch, SwitchKind
from apps.switches.operations import ask_resume, ask_stop, carry_out_resume, carry_out_stop
from apps.switches.queries import forget_switches, refuse_if_enrolment_is_stopped, stops_now
from tests.switches.desk import ANNA, BEAT, NOW, ask, decide, resume, stop

SHOP = "0193c1a2-0000-7000-8000-000000000001"
BANK = "0193c1a2-0000-7000-8000-000000000002"


def stopped(*, is_live: bool = True, merchant: str = SHOP, provider: str = BANK, kind: str = "card") -> str | None:
    return stops_now().of(is_live=is_live, merchant=merchant, provider=provider, instrument_kind=kind)


def test_asking_alone_stops_nothing() -> None:
    ask(SwitchKind.EVERYTHING)

    assert stopped() is None
    assert not Switch.objects.exists()


def test_what_a_second_person_confirms_is_stopped_at_once() -> None:
    approval = ask(SwitchKind.MERCHANT, SHOP)

    assert decide(approval) == ["switches.stop"]
    carry_out_stop(approval_id=approval.id, now=NOW)

    switch = Switch.objects.get()
    assert (switch.asked_by, switch.confirmed_by, switch.since) == (str(ANNA), str(BEAT), NOW)
    assert stopped() == f"merchant:{SHOP}"
    assert stopped(merchant=BANK) is None
    told = Record.objects.get(action="switch.stopped")
    assert (told.subject, told.reason, told.actor_id) == (f"switch:merchant:{SHOP}", "incident", "beat")


@pytest.mark.parametrize(
    ("kind", "target", "called"),
    [
        (SwitchKind.EVERYTHING, "", "everything"),
        (SwitchKind.PROVIDER, BANK, f"provider:{BANK}"),
        (SwitchKind.INSTRUMENT_KIND, "card", "instrument_kind:card"),
    ],
)
def test_each_kind_stops_what_it_names(kind: SwitchKind, target: str, called: str) -> None:
    stop(kind, target)

    assert stopped() == called
    assert (stopped(is_live=False) is None) == (kind == SwitchKind.EVERYTHING)


def test_nobody_confirms_what_he_asked_for() -> None:
    approval = ask(SwitchKind.EVERYTHING)

    with pytest.raises(SamePerson):
        decide_approval(approval_id=approval.id, is_yes=True, asked_hash=None, reason="x", by=ANNA, now=NOW)


def test_a_no_stops_nothing() -> None:
    approval = ask(SwitchKind.EVERYTHING)

    assert decide(approval, is_yes=False) == []
    carry_out_stop(approval_id=approval.id, now=NOW)

    assert stopped() is None


def test_it_goes_on_only_with_two_people() -> None:
    switch = stop(SwitchKind.EVERYTHING)
    approval = ask_resume(switch_id=switch.id, reason="over", by=BEAT, now=NOW)
    assert stopped() == "everything"

    decide_approval(approval_id=approval.id, is_yes=True, asked_hash=None, reason="seen", by=ANNA, now=NOW)
    carry_out_resume(approval_id=approval.id, now=NOW + timedelta(minutes=1))

    assert stopped() is None
    assert Switch.objects.get().until == NOW + timedelta(minutes=1)
    assert Record.objects.filter(action="switch.resumed", subject="switch:everything").count() == 1


def test_both_are_safe_twice_and_may_be_stopped_again() -> None:
    switch = stop(SwitchKind.EVERYTHING)
    carry_out_stop(approval_id=switch.approval_id, now=NOW)
    resume(switch)
    again = Switch.objects.get(id=switch.id)
    assert again.end_approval_id is not None
    carry_out_resume(approval_id=again.end_approval_id, now=NOW + timedelta(hours=1))
    # The first note comes once more, after everything went on: it stops nothing again.
    carry_out_stop(approval_id=switch.approval_id, now=NOW + timedelta(hours=1))
    assert Switch.objects.get().until == NOW

    stop(SwitchKind.EVERYTHING)

    assert (Switch.objects.count(), stopped()) == (2, "everything")


def test_of_two_workers_one_stops_it() -> None:
    approval = ask(SwitchKind.EVERYTHING)
    decide(approval)

    def carry_out(_: int) -> None:
        try:
            carry_out_stop(approval_id=approval.id, now=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(carry_out, range(2)))

    assert Switch.objects.count() == Record.objects.filter(action="switch.stopped").count() == 1


def test_what_is_stopped_or_asked_for_is_not_asked_for_again() -> None:
    ask(SwitchKind.EVERYTHING)
    with pytest.raises(AlreadyAsked):
        ask_stop(kind=SwitchKind.EVERYTHING, target="", name="all", reason="other", by=BEAT, now=NOW)
    switch = stop(SwitchKind.MERCHANT, SHOP)

    with pytest.raises(AlreadyStopped):
        ask(SwitchKind.MERCHANT, SHOP)
    resume(switch)
    with pytest.raises(NotStopped):
        ask_resume(switch_id=switch.id, reason="over", by=ANNA, now=NOW)


@pytest.mark.parametrize(
    ("kind", "target", "reason"),
    [(SwitchKind.EVERYTHING, "x", "r"), (SwitchKind.MERCHANT, "", "r"), (SwitchKind.EVERYTHING, "", " ")],
)
def test_a_stop_says_what_and_why(kind: SwitchKind, target: str, reason: str) -> None:
    with pytest.raises(InvalidStop):
        ask_stop(kind=kind, target=target, name="n", reason=reason, by=ANNA, now=NOW)


def test_no_phone_enrols_while_enrolment_is_stopped() -> None:
    refuse_if_enrolment_is_stopped()
    switch = stop(SwitchKind.ENROLMENT)

    with pytest.raises(EnrolmentStopped):
        refuse_if_enrolment_is_stopped()
    assert stopped() is None

    resume(switch)
    refuse_if_enrolment_is_stopped()


def test_a_process_looks_once_a_second(monkeypatch: pytest.MonkeyPatch, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    clock = [100.0]
    monkeypatch.setattr(queries.time, "monotonic", lambda: clock[0])
    forget_switches()
    with django_assert_num_queries(1):
        assert stopped() is None
        assert stopped() is None
    switch = stop(SwitchKind.EVERYTHING)
    assert stopped() == "everything"
    # As another process, which hears of nothing, sees it.
    approval = ask_resume(switch_id=switch.id, reason="over", by=ANNA, now=NOW)
    decide(approval)
    known = queries._known
    carry_out_resume(approval_id=approval.id, now=NOW)
    monkeypatch.setattr(queries, "_known", known)
    assert stopped() == "everything"

    clock[0] += queries.KNOWN_FOR_SECONDS

    assert stopped() is None


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM switches_switch",
        "TRUNCATE switches_switch",
        "UPDATE switches_switch SET until = now()",
        "UPDATE switches_switch SET until = now(), end_approval_id = approval_id",
        "UPDATE switches_switch SET reason = 'x'",
        "INSERT INTO switches_switch (id, kind, target, name, reason, asked_by, confirmed_by, approval_id, since)"
        " SELECT gen_random_uuid(), 'enrolment', '', 'n', 'r', asked_by, confirmed_by, approval_id, since"
        " FROM switches_switch",
    ],
)
def test_nobody_moves_a_switch_by_a_statement(statement: str) -> None:
    stop(SwitchKind.EVERYTHING)

    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute(statement)
