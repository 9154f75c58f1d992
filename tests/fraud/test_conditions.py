"""What a condition may say, and when it holds; without a database."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.fraud.conditions import DEEPEST, MOST_NODES, Look, holds, looks_of, read_condition
from apps.fraud.errors import RuleMalformed
from apps.fraud.operations import read_rule
from apps.fraud.vocabulary import MEASURES, fact
from tests.fraud.bench import ago, pay

MINOR = {"measure": "amount_minor", "at_least": 20_000}
COUNT = {"measure": "payments_of_customer", "window_minutes": 60, "at_least": 5}


# Any: JSON values.
def says(condition: Any, facts: Any = None, seen: dict[Look, int | None] | None = None) -> bool:
    return holds(read_condition(condition), (facts or pay()).as_document(), seen or {})


@pytest.mark.parametrize(
    ("condition", "place"),
    [
        (None, "condition:"),
        ([], "condition:"),
        ({}, "condition:"),
        ({"all": []}, "condition.all:"),
        ({"all": MINOR}, "condition.all:"),
        ({"all": [MINOR], "any": [MINOR]}, "condition:"),
        ({"not": [MINOR]}, "condition.not:"),
        ({"all": [MINOR, {"measure": "shoe_size", "at_least": 1}]}, "condition.all[1].measure:"),
        ({"measure": ["amount_minor"], "at_least": 1}, "condition.measure:"),
        ({"measure": "amount_minor"}, "condition:"),
        ({"measure": "amount_minor", "at_least": "1"}, "condition.at_least:"),
        ({"measure": "amount_minor", "at_least": 1.5}, "condition.at_least:"),
        ({"measure": "amount_minor", "at_least": True}, "condition.at_least:"),
        ({"measure": "amount_minor", "at_least": -1}, "condition.at_least:"),
        ({"measure": "amount_minor", "at_least": 2, "at_most": 1}, "condition:"),
        ({"measure": "amount_minor", "at_least": 1, "currency": "XYZ"}, "condition.currency:"),
        ({"measure": "amount_minor", "at_least": 1, "window_minutes": 5}, "condition: amount_minor does not take"),
        ({"measure": "amount_minor", "at_least": 1, "sql": "DROP TABLE"}, "condition: amount_minor does not take sql"),
        ({"measure": "payments_of_customer", "at_least": 5}, "condition.window_minutes:"),
        (COUNT | {"window_minutes": 0}, "condition.window_minutes:"),
        (COUNT | {"window_minutes": 129_601}, "condition.window_minutes:"),
        (COUNT | {"at_least": 1001}, "condition.at_least:"),
        (COUNT | {"measure": "payments_of_store", "window_minutes": 1441}, "condition.window_minutes:"),
        ({"measure": "is_attended", "is": "yes"}, "condition.is:"),
        ({"measure": "is_attended", "at_least": 1}, "condition.is:"),
        ({"measure": "weekday", "one_of": "monday"}, "condition.one_of:"),
        ({"measure": "weekday", "one_of": []}, "condition.one_of:"),
        ({"measure": "weekday", "one_of": [""]}, "condition.one_of:"),
        ({"measure": "weekday", "one_of": [[]]}, "condition.one_of:"),
        ({"measure": "local_hour", "from": 22}, "condition.until:"),
        ({"measure": "local_hour", "from": 6, "until": 6}, "condition:"),
        ({"measure": "percent_of_habit", "window_minutes": 60, "at_least": 1}, "condition.after_payments:"),
    ],
)
def test_nonsense_is_refused_with_its_place(condition: object, place: str) -> None:
    with pytest.raises(RuleMalformed) as refused:
        read_condition(condition)

    assert refused.value.detail.startswith(place)


def test_a_condition_is_neither_too_deep_nor_too_long() -> None:
    deep: dict[str, Any] = MINOR
    for _ in range(DEEPEST - 1):
        deep = {"not": deep}
    read_condition(deep)
    read_condition({"all": [MINOR] * (MOST_NODES - 1)})

    for condition in ({"not": deep}, {"all": [MINOR] * MOST_NODES}):
        with pytest.raises(RuleMalformed, match="at most"):
            read_condition(condition)


def test_a_tree_that_never_ends_is_refused_early() -> None:
    endless: dict[str, Any] = {}
    endless["not"] = endless

    with pytest.raises(RuleMalformed, match="levels deep"):
        read_condition(endless)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"score": 1001}, "score"),
        ({"score": True}, "score"),
        ({"score": 0, "verdict": "pass"}, "score"),
        ({"verdict": "perhaps"}, "verdict"),
        ({"verdict": ["block"]}, "verdict"),
        ({"name": "Many payments"}, "name"),
        ({"name": "m" * 41}, "name"),
        ({"reason": ""}, "reason"),
        ({"merchant": "all"}, "merchant"),
        ({"merchant": 7}, "merchant"),
        ({"code": "import os"}, "rule"),
    ],
)
def test_a_rule_says_what_rules_can_say(change: dict[str, Any], place: str) -> None:
    document = {"name": "many_payments", "condition": COUNT, "score": 50, "reason": "velocity"}
    assert read_rule(document).score == 50

    with pytest.raises(RuleMalformed) as refused:
        read_rule(document | change)

    assert refused.value.detail.startswith(place)


@pytest.mark.parametrize(
    ("condition", "fitting", "others"),
    [
        (MINOR, [pay(20_000)], [pay(19_999)]),
        (MINOR | {"currency": "CHF"}, [pay(20_000)], [pay(20_000, "EUR")]),
        ({"not": MINOR | {"currency": "CHF"}}, [pay(19_999)], [pay(20_000), pay(20_000, "EUR")]),
        (
            {"measure": "device_age_minutes", "at_most": 60},
            [pay(device_enrolled_at=ago(minutes=60, seconds=59))],
            [pay(device_enrolled_at=ago(minutes=61))],
        ),
        (
            {"measure": "code_age_seconds", "at_least": 120},
            [pay(code_issued_at=ago(seconds=120))],
            [pay(code_issued_at=ago(seconds=119))],
        ),
        (
            {"measure": "counter_gap", "at_least": 10},
            [pay(counter=18, previous_counter=7)],
            [pay(counter=17, previous_counter=7), pay(counter=None)],
        ),
        (
            {"measure": "clock_back_seconds", "at_least": 1},
            [pay(previous_issued_at=ago(seconds=11))],
            [pay(previous_issued_at=ago(seconds=12)), pay(previous_issued_at=None)],
        ),
        (
            {"measure": "wrong_pins", "window_minutes": 60, "at_least": 2},
            [pay(wrong_pin_times=(int(ago(minutes=59).timestamp()), int(ago(minutes=1).timestamp())))],
            [pay(), pay(wrong_pin_times=(int(ago(minutes=60).timestamp()), int(ago(minutes=1).timestamp())))],
        ),
        (
            # 09:30 UTC is 10:30 in Zürich.
            {"measure": "local_hour", "from": 10, "until": 11},
            [pay()],
            [pay(time_zone="UTC"), pay(at=ago(minutes=31)), pay(at=ago(minutes=-30))],
        ),
        (
            {"measure": "local_hour", "from": 22, "until": 6},
            [pay(at=ago(hours=4.6)), pay(at=ago(hours=-11.5))],
            [pay(), pay(at=ago(hours=4.5))],
        ),
        ({"measure": "weekday", "one_of": ["tuesday"]}, [pay()], [pay(at=ago(days=1))]),
        ({"measure": "is_attended", "is": False}, [pay(is_attended=False)], [pay()]),
        ({"measure": "made_online", "is": True}, [pay(made_online=True)], [pay()]),
        ({"measure": "suspicion", "one_of": ["second"]}, [pay(suspicions=("first", "second"))], [pay()]),
        ({"measure": "town", "one_of": ["CH Zürich", "CH Bern"]}, [pay()], [pay(town="CH Chur"), pay(town="")]),
        ({"measure": "store", "one_of": [str(pay().store)]}, [pay()], [pay(store=pay().payment)]),
        ({"measure": "cashier", "one_of": ["0042"]}, [pay()], [pay(cashier="0043")]),
    ],
    ids=lambda value: value.get("measure", "not") if isinstance(value, dict) else "",
)
def test_facts_are_compared(condition: dict[str, Any], fitting: list[Any], others: list[Any]) -> None:
    assert all(says(condition, facts) for facts in fitting)
    assert not any(says(condition, facts) for facts in others)


def test_every_measure_of_the_facts_is_known_of_a_new_payment_and_none_of_an_empty_one() -> None:
    names = [name for name, measure in MEASURES.items() if not measure.is_history]

    assert [name for name in names if fact(name, pay().as_document(), window_minutes=60) is None] == []
    assert {fact(name, {}, window_minutes=60) for name in names} == {None}


# Trees of any shape against a model that knows no short cuts.

LEAVES = {
    f"payments_of_{subject}": Look(f"payments_of_{subject}", 60) for subject in ("customer", "device", "instrument")
}
LEAF = st.builds(
    lambda measure, bounds: {"measure": measure, "window_minutes": 60, "at_least": min(bounds), "at_most": max(bounds)},
    st.sampled_from(sorted(LEAVES)),
    st.tuples(st.integers(0, 5), st.integers(0, 5)),
)
TREES = st.recursive(
    LEAF,
    lambda parts: (
        st.builds(lambda some: {"all": some}, st.lists(parts, min_size=1, max_size=3))
        | st.builds(lambda some: {"any": some}, st.lists(parts, min_size=1, max_size=3))
        | st.builds(lambda part: {"not": part}, parts)
    ),
    max_leaves=6,
)
SEEN = st.fixed_dictionaries({look: st.none() | st.integers(0, 5) for look in LEAVES.values()})


def possible(tree: dict[str, Any], seen: dict[Look, int | None]) -> set[bool]:
    """Return the truths that the tree may have, whatever the unknown numbers are, part by part."""
    if "all" in tree:
        parts = [possible(part, seen) for part in tree["all"]]
        can_fail, can_hold = any(False in part for part in parts), all(True in part for part in parts)
        return {truth for truth, can in ((False, can_fail), (True, can_hold)) if can}
    if "any" in tree:
        parts = [possible(part, seen) for part in tree["any"]]
        can_fail, can_hold = all(False in part for part in parts), any(True in part for part in parts)
        return {truth for truth, can in ((False, can_fail), (True, can_hold)) if can}
    if "not" in tree:
        return {not truth for truth in possible(tree["not"], seen)}
    value = seen[LEAVES[tree["measure"]]]
    return {True, False} if value is None else {tree["at_least"] <= value <= tree["at_most"]}


def depth_of(tree: dict[str, Any]) -> int:
    parts = tree.get("all", tree.get("any", [tree["not"]] if "not" in tree else []))
    return 1 + max((depth_of(part) for part in parts), default=0)


@given(tree=TREES, seen=SEEN)
def test_a_tree_holds_only_where_nothing_unknown_could_make_it_false(
    tree: dict[str, Any], seen: dict[Look, int | None]
) -> None:
    try:
        condition = read_condition(tree)
    except RuleMalformed:
        assert depth_of(tree) > DEEPEST
        return

    assert holds(condition, pay().as_document(), seen) == (possible(tree, seen) == {True})
    assert looks_of(condition) <= set(LEAVES.values())
