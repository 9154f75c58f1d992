import itertools
import json
from datetime import timedelta

import pytest
from django.db import connection

from apps.audit.models import Record
from apps.cases.errors import AlreadyTaken, InvalidResolution, UnknownCase
from apps.cases.models import Case
from apps.cases.operations import release_case, resolve_case, take_case
from apps.cases.states import MOVES, CaseStatus
from apps.kernel.actors import Actor
from apps.kernel.ids import uuid7
from apps.kernel.transitions import WrongState
from tests.cases.queue import ANNA, BEAT, NOW, open_one
from tests.devices.crowd import at_once, codes

pytestmark = pytest.mark.django_db(transaction=True)

LATER = NOW + timedelta(minutes=5)


def take(case: Case, by: Actor = ANNA) -> Case:
    return take_case(case_id=case.id, by=by, now=LATER)


def release(case: Case, by: Actor = ANNA) -> Case:
    return release_case(case_id=case.id, by=by, now=LATER)


def resolve(case: Case, by: Actor = ANNA, resolution: str = "Refunded.") -> Case:
    return resolve_case(case_id=case.id, resolution=resolution, by=by, now=LATER)


def traces() -> list[str]:
    return list(Record.objects.order_by("id").values_list("action", flat=True))


def put(status: CaseStatus, subject: str) -> Case:
    case = open_one(subject=subject)
    if status == CaseStatus.TAKEN:
        return take(case)
    return resolve(case) if status == CaseStatus.RESOLVED else case


def test_the_database_has_the_same_table() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'case_stays'")
        source: str = cursor.fetchone()[0]
    in_database = json.loads(source.partition("'")[2].partition("'")[0])

    assert {state: frozenset(targets) for state, targets in in_database.items()} == MOVES
    assert set(MOVES) == set(CaseStatus)


@pytest.mark.parametrize(("current", "target"), list(itertools.permutations(CaseStatus, 2)))
def test_every_move_follows_the_table(current: CaseStatus, target: CaseStatus) -> None:
    case = put(current, "pay_1")
    act = {CaseStatus.OPEN: release, CaseStatus.TAKEN: take, CaseStatus.RESOLVED: resolve}[target]

    if target in MOVES[current]:
        assert act(case).status == target
    else:
        with pytest.raises(WrongState):
            act(case)


def test_a_case_is_taken_given_back_and_resolved_by_somebody_else() -> None:
    case = open_one()

    taken = take(case)
    assert (taken.owner, taken.taken_at) == ("operator:anna", LATER)
    released = release(case, BEAT)
    assert (released.owner, released.taken_at) == ("", None)
    resolved = resolve(case, BEAT, "  The bank paid.\n")

    assert (resolved.resolved_by, resolved.resolved_at) == ("operator:beat", LATER)
    assert resolved.resolution == "The bank paid."
    assert traces() == ["case.opened", "case.taken", "case.released", "case.resolved"]
    assert Record.objects.get(action="case.released").facts == {"owner": "operator:anna"}
    assert Record.objects.get(action="case.resolved").reason == "The bank paid."


def test_who_looked_after_it_stays_written_on_a_resolved_case() -> None:
    case = open_one()
    take(case)

    assert resolve(case, BEAT).owner == "operator:anna"


def test_repeating_changes_nothing_and_leaves_no_second_trace() -> None:
    case = open_one()

    for act in (take, take, release, release, resolve, resolve):
        act(case)

    assert traces() == ["case.opened", "case.taken", "case.released", "case.resolved"]


def test_what_another_has_is_not_taken_away() -> None:
    case = open_one()
    take(case)

    with pytest.raises(AlreadyTaken) as refusal:
        take(case, BEAT)

    assert (refusal.value.code, refusal.value.facts) == ("case_taken", {"owner": "operator:anna"})
    assert Case.objects.get().owner == "operator:anna"


def test_of_ten_who_want_it_at_once_one_gets_it() -> None:
    case = open_one()

    outcomes = at_once(10, lambda number: take(case, Actor("operator", f"person-{number}")))

    [winner] = [outcome for outcome in outcomes if isinstance(outcome, Case)]
    assert codes(outcomes) == ["case_taken"] * 9
    assert Case.objects.get().owner == winner.owner
    assert traces().count("case.taken") == 1


def test_of_ten_who_resolve_it_at_once_one_has_the_last_word() -> None:
    case = open_one()

    outcomes = at_once(10, lambda number: resolve(case, resolution=f"Way {number}."))

    [winner] = [outcome for outcome in outcomes if isinstance(outcome, Case)]
    assert codes(outcomes) == ["wrong_state"] * 9
    assert Case.objects.get().resolution == winner.resolution
    assert traces().count("case.resolved") == 1


def test_another_end_of_a_resolved_case_is_refused() -> None:
    case = open_one()
    resolve(case)

    with pytest.raises(WrongState):
        resolve(case, resolution="Written off.")
    with pytest.raises(WrongState):
        resolve(case, BEAT)


@pytest.mark.parametrize("words", ["", "  \n", "x" * 2001])
def test_nobody_resolves_without_saying_how(words: str) -> None:
    case = open_one()

    with pytest.raises(InvalidResolution):
        resolve(case, resolution=words)

    assert Case.objects.get().status == CaseStatus.OPEN


def test_nothing_is_nothing() -> None:
    for act in (take, release, resolve):
        with pytest.raises(UnknownCase):
            act(Case(id=uuid7()))
