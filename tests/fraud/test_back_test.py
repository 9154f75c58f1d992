"""What a rule would have stopped, what became of it, and how often each rule was right."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.audit.models import Record
from apps.fraud.errors import PeriodMalformed, UnknownAssessment, UnknownBackTest, UnknownRule
from apps.fraud.models import Assessment, AssessmentOutcome, BackTest, OutcomeKind, Rule
from apps.fraud.operations import assess_with, back_test, note_outcome, run_back_test
from apps.fraud.operations import back_testing as back_testing_module
from apps.fraud.queries import RulePrecision, rule_precision
from apps.outbox.models import Message
from apps.outbox.operations import Run, run_message
from tests.devices.crowd import at_once
from tests.fraud.bench import ANNA, BEAT, NOW, ago, draft, judge, live, other, pay, shadow, try_out

pytestmark = pytest.mark.django_db(transaction=True)

BIG = {"measure": "amount_minor", "at_least": 20_000}
OFTEN = {"measure": "payments_of_customer", "window_minutes": 60, "at_least": 3}
MONTH = timedelta(days=30)


def big(**fields: Any) -> Assessment:
    return judge(pay(20_000, **{"customer": other()} | fields))


def became(assessment: Assessment, kind: OutcomeKind) -> AssessmentOutcome:
    return note_outcome(assessment_id=assessment.id, kind=kind, by=BEAT, now=NOW)


# Outcomes


def test_the_newest_word_counts_and_the_same_word_is_noted_once() -> None:
    payment = big()

    first = became(payment, OutcomeKind.DISPUTED)
    assert became(payment, OutcomeKind.DISPUTED).id == first.id
    became(payment, OutcomeKind.GOOD)
    became(payment, OutcomeKind.DISPUTED)

    kinds = AssessmentOutcome.objects.order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["disputed", "good", "disputed"]
    assert Record.objects.filter(action="fraud.outcome", actor_id="beat").count() == 3


def test_what_was_never_judged_has_no_outcome() -> None:
    with pytest.raises(UnknownAssessment):
        note_outcome(assessment_id=other(), kind=OutcomeKind.GOOD, by=BEAT, now=NOW)


# Back-tests


def test_a_draft_is_tried_on_what_is_stored() -> None:
    bad, disputed, cleared = big(at=ago(days=3)), big(at=ago(days=2)), big(at=ago(days=1))
    silent, recent = big(at=ago(days=30)), big(at=ago(days=29))
    judge(pay(19_999, at=ago(days=1)))
    became(bad, OutcomeKind.CONFIRMED_FRAUD)
    became(disputed, OutcomeKind.DISPUTED)
    became(cleared, OutcomeKind.CONFIRMED_FRAUD)
    became(cleared, OutcomeKind.GOOD)

    result = try_out(draft(BIG, verdict="review"))

    assert result == {
        "tried": 6,
        "hits": 5,
        "passed": 0,
        "consent": 0,
        "review": 5,
        "block": 0,
        "bad": 2,
        "good": 2,
        "open": 1,
        "samples_bad": [str(bad.id), str(disputed.id)],
        "samples_good": [str(silent.id), str(cleared.id)],
        "is_cut": False,
        "precision_basis_points": 5000,
    }
    assert recent.verdict == "pass"


def test_without_anything_known_there_is_no_precision() -> None:
    assert try_out(draft(BIG))["precision_basis_points"] is None


def test_it_sees_of_the_past_what_a_live_rule_would_have_seen() -> None:
    times = [ago(hours=5, minutes=minute) for minute in (0, 10, 20, 30, 80)]
    for at in sorted(times):
        judge(pay(at=at))
        judge(pay(at=at, is_training=True))
    # In the same second, as two tills may: the second one only is the third within the hour.
    late = ago(minutes=30)
    twins = [judge(pay(at=at, customer=other())) for at in (late, late)]
    customer = other()
    for _ in range(3):
        last = judge(pay(at=late, customer=customer))

    result = try_out(draft(OFTEN), settled_days=0)

    assert (result["tried"], result["hits"]) == (10, 3)
    assert result["samples_good"][-1] == str(last.id)
    assert str(twins[1].id) not in result["samples_good"]


def test_a_rule_that_is_tried_says_the_same_as_the_rule_in_shadow_said() -> None:
    rule = shadow({"any": [OFTEN, BIG | {"at_least": 3000}]})
    for number in range(12):
        judge(pay(500 * number, at=ago(minutes=12 * (12 - number))))

    said = Assessment.objects.exclude(hits=[]).order_by("at").values_list("id", flat=True)
    result = try_out(rule, settled_days=0)

    assert result["samples_good"] == [str(assessment_id) for assessment_id in said]
    assert 0 < result["hits"] < 12


def test_it_stands_in_the_place_of_the_live_version_and_beside_the_other_rules() -> None:
    live(BIG, name="big", score=60, verdict="pass")
    live(BIG, name="other", score=30, verdict="consent")
    big(at=ago(minutes=1))

    # 30 of the other one and 30 of its own; 60 of the older version are gone.
    milder = try_out(draft(BIG, name="big", score=30, verdict="pass"))
    harsher = try_out(draft(BIG, name="big", score=70, verdict="pass"))
    third = try_out(draft(BIG, name="third", score=1, verdict="pass"))

    assert [trial["consent"] for trial in (milder, harsher, third)] == [1, 0, 0]
    assert (harsher["block"], third["review"]) == (1, 1)


def test_a_hit_that_changes_nothing_is_counted_as_passed() -> None:
    big(at=ago(minutes=1))

    assert try_out(draft(BIG, score=10, verdict="pass"))["passed"] == 1


def test_the_period_begins_with_its_first_moment_and_ends_before_its_last() -> None:
    for minutes in (10, 5):
        big(at=ago(minutes=minutes))

    result = try_out(draft(BIG), since=ago(minutes=10), until=ago(minutes=5))

    assert result["tried"] == 1


def test_only_the_rules_own_merchant_is_tried_and_a_second_choice_is_no_second_payment() -> None:
    mine = big(at=ago(minutes=2))
    assess_with(earlier=mine, instrument=other(), now=ago(minutes=1))
    big(at=ago(minutes=1), merchant=other())

    assert try_out(draft(BIG))["tried"] == 2
    assert try_out(draft(BIG, merchant=str(mine.merchant_id)))["tried"] == 1


def test_a_word_about_the_second_choice_is_a_word_about_the_payment() -> None:
    mine = big(at=ago(minutes=2))
    became(assess_with(earlier=mine, instrument=other(), now=ago(minutes=1)), OutcomeKind.CONFIRMED_FRAUD)

    assert try_out(draft(BIG))["samples_bad"] == [str(mine.id)]


def test_what_was_blocked_says_nothing_of_itself() -> None:
    live(BIG, verdict="block")
    big(at=ago(days=60))

    assert try_out(draft(BIG))["open"] == 1


def test_what_is_learnt_later_changes_no_result() -> None:
    payment = big(at=ago(days=1))
    asked = back_test(rule_version=draft(BIG).id, since=ago(days=2), until=NOW, by=ANNA, now=NOW)
    note_outcome(assessment_id=payment.id, kind=OutcomeKind.CONFIRMED_FRAUD, by=BEAT, now=NOW + timedelta(seconds=1))

    assert run_back_test(back_test_id=asked.id, now=NOW + MONTH).result["open"] == 1


def test_after_a_crash_it_goes_on_where_it_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(back_testing_module, "BATCH", 2)
    for minutes in range(7):
        big(at=ago(minutes=minutes + 1))
    rule = draft(BIG)
    whole = try_out(rule)
    asked = back_test(rule_version=rule.id, since=ago(days=90), until=NOW, by=ANNA, now=NOW)
    tried = back_testing_module._try_batch
    batches = []

    def crash(*arguments: Any) -> BackTest:
        batches.append(arguments)
        if len(batches) == 3:
            raise RuntimeError("the worker died")
        return tried(*arguments)

    monkeypatch.setattr(back_testing_module, "_try_batch", crash)
    with pytest.raises(RuntimeError):
        run_back_test(back_test_id=asked.id, now=NOW)
    assert BackTest.objects.get(id=asked.id).result["tried"] == 4

    assert run_back_test(back_test_id=asked.id, now=NOW).result == whole
    assert whole["tried"] == 7


def test_several_who_run_it_at_once_count_everything_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(back_testing_module, "BATCH", 2)
    for minutes in range(9):
        big(at=ago(minutes=minutes + 1))
    asked = back_test(rule_version=draft(BIG).id, since=ago(days=1), until=NOW, by=ANNA, now=NOW)

    results = at_once(4, lambda _: run_back_test(back_test_id=asked.id, now=NOW).result)

    assert all(result == results[0] for result in results)
    assert BackTest.objects.get(id=asked.id).result["tried"] == 9


def test_it_is_bounded_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(back_testing_module, "BATCH", 2)
    monkeypatch.setattr(back_testing_module, "MOST_TRIED", 4)
    monkeypatch.setattr(back_testing_module, "MOST_SAMPLES", 3)
    for minutes in range(9):
        big(at=ago(minutes=minutes + 1))

    result = try_out(draft(BIG), settled_days=0)

    assert (result["tried"], result["is_cut"], len(result["samples_good"])) == (4, True, 3)


def test_a_note_runs_it_and_the_result_stays() -> None:
    now = timezone.now()
    rule = draft(BIG)
    asked = back_test(rule_version=rule.id, since=now - MONTH, until=now, by=ANNA, now=now)
    note = Message.objects.get(topic="fraud.back_test")

    assert run_message(message_id=note.id, now=now) == Run.DONE

    ended = BackTest.objects.get(id=asked.id)
    assert (ended.result["tried"], ended.ended_at is not None) == (0, True)
    assert Rule.objects.get(id=rule.id).status == "draft"


@pytest.mark.parametrize(
    ("since", "until", "settled"),
    [(0, 0, 30), (1, 2, 30), (1, -1, 30), (401, 0, 30), (1, 0, -1)],
    ids=["empty", "backwards", "future", "long", "settled before"],
)
def test_a_period_that_makes_no_sense_is_refused(since: int, until: int, settled: int) -> None:
    with pytest.raises(PeriodMalformed):
        back_test(
            rule_version=draft(BIG).id,
            since=ago(days=since),
            until=ago(days=until),
            settled_days=settled,
            by=ANNA,
            now=NOW,
        )


def test_nothing_unknown_is_tried() -> None:
    with pytest.raises(UnknownRule):
        back_test(rule_version=other(), since=ago(days=1), until=NOW, by=ANNA, now=NOW)
    with pytest.raises(UnknownBackTest):
        run_back_test(back_test_id=other(), now=NOW)


# Precision


def test_each_version_has_a_record_in_shadow_and_live_apart() -> None:
    live(BIG, name="big", verdict="pass", score=1)
    shadow({"measure": "amount_minor", "at_least": 30_000}, name="big", verdict="block")
    shadow(BIG, name="large", verdict="pass", score=1)
    bad, cleared, silent = big(at=ago(days=2)), big(at=ago(days=2)), big(at=ago(days=31))
    big(at=ago(days=2))
    judge(pay(30_000, at=ago(days=1)))
    judge(pay(30_000, at=ago(days=1), is_training=True))
    judge(pay(30_000, at=ago(days=91)))
    became(bad, OutcomeKind.CONFIRMED_FRAUD)
    became(cleared, OutcomeKind.GOOD)

    records = rule_precision(since=ago(days=90), until=NOW, settled=MONTH, now=NOW)

    assert records == [
        RulePrecision("big", 1, False, hits=5, bad=1, good=2),
        RulePrecision("big", 2, True, hits=1, bad=0, good=0),
        RulePrecision("large", 1, True, hits=5, bad=1, good=2),
    ]
    assert [record.open for record in records] == [2, 1, 2]
    assert [record.precision_basis_points for record in records] == [3333, None, 3333]
    assert silent.hits[0]["rule"] == "big"


def test_a_blocked_payment_stays_open_until_somebody_speaks() -> None:
    live(BIG, name="big", verdict="block")
    first, _ = big(at=ago(days=40)), big(at=ago(days=40))
    became(first, OutcomeKind.CONFIRMED_FRAUD)

    (record,) = rule_precision(since=ago(days=90), until=NOW, settled=MONTH, now=NOW)

    assert (record.hits, record.bad, record.good, record.open) == (2, 1, 0, 1)
