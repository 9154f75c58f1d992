"""A rule on its way: written, seen by a second person, tried in shadow, live, and over."""

import json
import re
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.utils import timezone

from apps.approvals.errors import SamePerson
from apps.approvals.operations import expire_approvals
from apps.approvals.queries import find_approval
from apps.audit.models import Record
from apps.fraud.errors import NotBackTested, NotTheMaker, TooManyRules
from apps.fraud.facts import Facts
from apps.fraud.models import Assessment, Rule, Verdict
from apps.fraud.operations import (
    ask_live,
    assess,
    carry_out_decision,
    carry_out_live_decision,
    draft_rule,
    read_rule,
    retire_rule,
    submit_rule,
)
from apps.fraud.operations import rules as rules_module
from apps.fraud.rulebook import known_rules, reload_rules
from apps.fraud.states import MOVES, RuleStatus
from apps.kernel.transitions import WrongState
from apps.outbox.models import Message
from apps.outbox.operations import Run, run_message
from tests.devices.crowd import at_once, codes
from tests.fraud.bench import ANNA, BEAT, NOW, decide, draft, judge, live, other, pay, shadow, try_out

pytestmark = pytest.mark.django_db(transaction=True)

BIG = {"measure": "amount_minor", "at_least": 20_000}
OFTEN = {"measure": "payments_of_customer", "window_minutes": 60, "at_least": 3}


def status(rule: Rule) -> str:
    return Rule.objects.get(id=rule.id).status


# Four eyes


def test_a_rule_goes_from_draft_over_shadow_to_live_with_a_second_person_twice() -> None:
    rule = live(BIG)

    assert (rule.status, rule.version, rule.maker, rule.checker) == (RuleStatus.LIVE, 1, str(ANNA), str(BEAT))
    assert rule.approval_id != rule.live_approval_id
    asked = find_approval(rule.approval_id).asked
    assert (asked["condition"], asked["score"], asked["verdict"]) == (BIG, 0, "review")
    records = Record.objects.filter(subject=rule.subject).order_by("id").values_list("action", "actor_id")
    assert [row for row in records if row[0].startswith("fraud_rule")] == [
        ("fraud_rule.drafted", "anna"),
        ("fraud_rule.submitted", "anna"),
        ("fraud_rule.in_shadow", "beat"),
        ("fraud_rule.back_test_asked", "anna"),
        ("fraud_rule.live", "beat"),
    ]


def test_whoever_wrote_it_does_not_approve_it_nor_have_it_submitted_by_another() -> None:
    rule = draft(BIG)
    with pytest.raises(NotTheMaker):
        submit_rule(rule_id=rule.id, by=BEAT, now=NOW)
    approval = submit_rule(rule_id=rule.id, by=ANNA, now=NOW)

    with pytest.raises(SamePerson):
        decide(approval, by=ANNA)

    assert status(rule) == RuleStatus.AWAITING_APPROVAL


@pytest.mark.parametrize("how", ["refused", "expired"])
def test_what_the_second_person_does_not_allow_is_over(how: str) -> None:
    rule = draft(BIG)
    approval = submit_rule(rule_id=rule.id, by=ANNA, now=NOW)
    if how == "refused":
        decide(approval, is_yes=False)
    else:
        expire_approvals(now=approval.expires_at)

    carry_out_decision(approval_id=approval.id, now=NOW)

    assert status(rule) == RuleStatus.RETIRED
    assert Record.objects.get(action="fraud_rule.retired").reason == f"approval_{how}"


def test_nothing_happens_before_the_second_person_has_spoken() -> None:
    rule = draft(BIG)
    submit_rule(rule_id=rule.id, by=ANNA, now=NOW)

    assert judge(pay(20_000)).hits == []
    assert status(rule) == RuleStatus.AWAITING_APPROVAL


def test_the_notes_carry_the_decisions_out_and_may_run_twice() -> None:
    now = timezone.now()
    rule = draft(BIG)
    decide(submit_rule(rule_id=rule.id, by=ANNA, now=NOW))
    note = Message.objects.get(topic="fraud.decide_rule")

    assert run_message(message_id=note.id, now=now) == Run.DONE
    try_out(rule)
    decide(ask_live(rule_id=rule.id, by=ANNA, now=NOW))
    note = Message.objects.get(topic="fraud.decide_live")
    assert run_message(message_id=note.id, now=now) == Run.DONE

    gone = Rule.objects.get(id=rule.id)
    carry_out_decision(approval_id=gone.approval_id, now=NOW)
    carry_out_live_decision(approval_id=gone.live_approval_id, now=NOW)
    assert Rule.objects.get(id=rule.id) == gone
    assert status(rule) == RuleStatus.LIVE


def test_a_rule_goes_live_only_after_a_back_test_of_this_very_version() -> None:
    try_out(shadow(BIG, name="big"))
    second = shadow(BIG, name="big")

    with pytest.raises(NotBackTested):
        ask_live(rule_id=second.id, by=ANNA, now=NOW)


def test_one_that_may_not_go_live_stays_in_shadow() -> None:
    rule = shadow(BIG)
    try_out(rule)
    approval = ask_live(rule_id=rule.id, by=ANNA, now=NOW)
    decide(approval, is_yes=False)

    carry_out_live_decision(approval_id=approval.id, now=NOW)

    assert status(rule) == RuleStatus.SHADOW
    ask_live(rule_id=rule.id, by=ANNA, now=NOW)


def test_what_was_retired_meanwhile_does_not_come_back() -> None:
    rule = shadow(BIG)
    try_out(rule)
    approval = ask_live(rule_id=rule.id, by=ANNA, now=NOW)
    decide(approval)
    retire_rule(rule_id=rule.id, reason="second thoughts", by=BEAT, now=NOW)

    carry_out_live_decision(approval_id=approval.id, now=NOW)

    assert status(rule) == RuleStatus.RETIRED


def test_of_many_who_submit_at_once_one_does() -> None:
    rule = draft(BIG)

    answers = at_once(6, lambda _: submit_rule(rule_id=rule.id, by=ANNA, now=NOW))

    assert codes(answers) == ["wrong_state"] * 5


@pytest.mark.parametrize("move", [submit_rule, ask_live], ids=["submit", "live"])
def test_moves_that_the_table_does_not_know_are_refused(move: object) -> None:
    rule = draft(BIG)
    retire_rule(rule_id=rule.id, reason="no", by=ANNA, now=NOW)

    with pytest.raises(WrongState):
        move(rule_id=rule.id, by=ANNA, now=NOW)  # type: ignore[operator]
    with pytest.raises(WrongState):
        retire_rule(rule_id=rule.id, reason="again", by=ANNA, now=NOW)


def test_the_trigger_has_the_same_moves() -> None:
    source = Path("apps/fraud/migrations/0004_rules_stay.py").read_text(encoding="utf-8")
    written = re.search(r"moves CONSTANT jsonb := '(.*)';", source)

    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'fraud_rule_stays'")
        assert written is not None
        assert written[1] in cursor.fetchone()[0]
        cursor.execute("SELECT key, value FROM jsonb_each(%s::jsonb)", [written[1]])
        in_sql = {key: set(json.loads(value)) for key, value in cursor.fetchall()}
    assert in_sql == {str(state): {str(to) for to in targets} for state, targets in MOVES.items()}


# Versions


def test_a_change_is_a_new_version_and_takes_the_place_of_the_old_one_only_when_it_is_live() -> None:
    first = live(BIG, name="big")
    second = shadow({"measure": "amount_minor", "at_least": 10_000}, name="big")
    assert (second.version, status(first)) == (2, RuleStatus.LIVE)
    assert [(hit["version"], hit["is_shadow"]) for hit in judge(pay(20_000)).hits] == [(1, False), (2, True)]

    try_out(second)
    approval = ask_live(rule_id=second.id, by=ANNA, now=NOW)
    decide(approval)
    carry_out_live_decision(approval_id=approval.id, now=NOW)

    assert (status(first), status(second)) == (RuleStatus.RETIRED, RuleStatus.LIVE)
    assert judge(pay(10_000)).verdict == Verdict.REVIEW


def test_a_newer_version_in_shadow_takes_the_place_of_an_older_one_in_shadow() -> None:
    first, second = shadow(BIG, name="big"), shadow(BIG, name="big")

    assert (status(first), status(second)) == (RuleStatus.RETIRED, RuleStatus.SHADOW)


def test_versions_count_on_when_many_write_at_once() -> None:
    text = read_rule({"name": "big", "condition": BIG, "score": 10, "reason": "amount"})

    rules = at_once(6, lambda _: draft_rule(text=text, by=ANNA, now=NOW))

    assert sorted(rule.version for rule in rules if isinstance(rule, Rule)) == [1, 2, 3, 4, 5, 6]


def test_there_are_at_most_so_many_rules_that_judge(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules_module, "MOST_RULES", 2)
    shadow(BIG)
    shadow(BIG, name="big")
    shadow(BIG, name="big")  # in the place of its older version

    with pytest.raises(TooManyRules):
        shadow(BIG)


# What a rule does to a payment


@pytest.mark.parametrize("verdict", ["consent", "review", "block"])
def test_a_live_rule_says_its_own_verdict_and_why(verdict: str) -> None:
    rule = live(BIG, verdict=verdict, score=5, reason="large_amount")

    held = judge(pay(20_000))

    assert (held.verdict, held.score, held.reasons) == (verdict, 5, ["large_amount"])
    assert held.hits == [{"rule": rule.name, "version": 1, "score": 5, "verdict": verdict, "is_shadow": False}]
    passed = judge(pay(19_999))
    assert (passed.verdict, passed.score, passed.reasons, passed.hits) == ("pass", 0, [], [])


@pytest.mark.parametrize(
    ("scores", "verdict"),
    [([39], "pass"), ([40], "consent"), ([39, 30], "consent"), ([40, 30], "review"), ([50, 50], "block")],
    ids=str,
)
def test_scores_add_up_to_a_verdict(scores: list[int], verdict: str) -> None:
    for number, score in enumerate(scores):
        live(BIG, score=score, verdict="pass", reason=f"reason_{number}")

    assessment = judge(pay(20_000))

    assert (assessment.verdict, assessment.score) == (verdict, sum(scores))
    assert len(assessment.reasons) == len(scores)


def test_the_sternest_word_counts() -> None:
    live(BIG, verdict="consent")
    live(BIG, verdict="pass", score=70)

    assert judge(pay(20_000)).verdict == Verdict.REVIEW


def test_a_rule_in_shadow_is_kept_and_changes_nothing() -> None:
    rule = shadow(BIG, verdict="block", score=1000)

    passed = judge(pay(20_000))

    assert (passed.verdict, passed.score, passed.reasons) == (Verdict.PASS, 0, [])
    assert passed.hits == [{"rule": rule.name, "version": 1, "score": 1000, "verdict": "block", "is_shadow": True}]


def test_a_rule_of_one_merchant_is_about_nobody_elses_payments() -> None:
    live(BIG, merchant=str(pay().merchant))

    assert judge(pay(20_000)).verdict == Verdict.REVIEW
    assert judge(pay(20_000, merchant=other())).verdict == Verdict.PASS


def test_the_third_payment_within_the_hour_is_held() -> None:
    live(OFTEN)

    assert [judge(pay()).verdict for _ in range(3)] == ["pass", "pass", "review"]
    assert judge(pay(customer=other())).verdict == Verdict.PASS


def test_a_retired_rule_is_silent_at_once() -> None:
    rule = live(BIG)
    assert judge(pay(20_000)).verdict == Verdict.REVIEW

    retire_rule(rule_id=rule.id, reason="holds everybody", by=BEAT, now=NOW)

    assert judge(pay(20_000)).verdict == Verdict.PASS


def test_a_rule_that_this_release_cannot_read_stops_nobody(caplog: pytest.LogCaptureFixture) -> None:
    Rule.objects.create(
        name="older", version=1, condition={"measure": "moon"}, score=9, reason="moon", maker=str(ANNA), made_at=NOW
    )
    rule = live(BIG)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE fraud_rule DISABLE TRIGGER fraud_rule_stays")
        cursor.execute('UPDATE fraud_rule SET condition = \'{"measure": "moon"}\' WHERE id = %s', [rule.id])
        cursor.execute("ALTER TABLE fraud_rule ENABLE ALWAYS TRIGGER fraud_rule_stays")

    assert judge(pay(20_000)).verdict == Verdict.PASS
    assert [getattr(entry, "rule", "") for entry in caplog.records if entry.msg == "fraud rule left out"] == [
        rule.subject
    ]


# What everybody keeps in memory


def test_without_rules_one_statement_is_all(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    reload_rules()

    with django_assert_num_queries(1):
        assess(facts=pay(), now=NOW)


def test_no_rule_costs_a_statement_more(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    live(BIG)
    judge(pay())
    with django_assert_num_queries(1):
        assess(facts=pay(), now=NOW)

    live(OFTEN)
    shadow({"measure": "towns_of_device", "window_minutes": 30, "at_least": 2})
    judge(pay())
    with django_assert_num_queries(1):
        assess(facts=pay(), now=NOW)


@pytest.mark.parametrize("condition", [BIG, OFTEN | {"at_least": 1}], ids=["facts", "history"])
def test_a_change_is_noticed_by_the_very_next_payment_of_whoever_remembers_the_old_rules(
    condition: dict[str, object],
) -> None:
    old = reload_rules()
    assert old.rules == ()

    live(condition)

    assert known_rules().rules == ()
    assert judge(pay(20_000)).verdict == Verdict.REVIEW
    assert len(known_rules().rules) == 1


def test_payments_at_once_with_a_change_are_each_judged_by_the_rules_of_a_moment() -> None:
    rule = live(BIG)
    second = live(OFTEN | {"at_least": 1}, verdict="block")

    def act(number: int) -> str:
        if number == 10:
            retire_rule(rule_id=second.id, reason="test", by=BEAT, now=NOW)
            return "retired"
        with transaction.atomic():
            assessment = assess(facts=fresh(20_000), now=NOW)
        return f"{assessment.verdict} {len(assessment.hits)}"

    answers = at_once(24, act)

    assert set(answers) <= {"retired", "review 1", "block 2"}
    assert judge(pay(20_000)).hits[0]["rule"] == rule.name
    assert judge(pay(20_000)).verdict == Verdict.REVIEW


def fresh(amount: int) -> Facts:
    return pay(amount, customer=other(), device=other())


def test_an_assessment_joins_its_transaction_with_rules_too() -> None:
    live(OFTEN)
    with pytest.raises(RuntimeError), transaction.atomic():  # noqa: PT012
        assess(facts=pay(), now=NOW)
        raise RuntimeError("the server failed")

    assert [judge(pay()).verdict for _ in range(2)] == ["pass", "pass"]


@pytest.mark.parametrize("rule", [None, BIG, OFTEN], ids=["none", "facts", "history"])
def test_the_statement_and_the_model_keep_the_same(rule: dict[str, object] | None) -> None:
    if rule is not None:
        live(rule, score=7, verdict="pass")
    with transaction.atomic():
        assessment = assess(facts=pay(20_000, suspicions=("a", "b")), now=NOW)

    kept = Assessment.objects.values().get(id=assessment.id)

    assert kept == {field.attname: getattr(assessment, field.attname) for field in assessment._meta.concrete_fields}
