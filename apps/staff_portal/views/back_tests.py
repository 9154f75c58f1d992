"""Trying a version of a rule on what is stored: asking for it, and what came of it."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from apps.fraud.operations import back_test
from apps.fraud.queries import back_tests_of, rule_with
from apps.operators.roles import Permission
from apps.staff_portal.frame import language_of, show
from apps.staff_portal.gate import NotUnderstood, Visitor, chosen, go_to, page
from apps.staff_portal.rule_results import period_text, result_of, share_text
from apps.staff_portal.words.rules import RULES, RuleWords

# Days up to now.
PERIODS: Final = (90, 30, 7, 365)
MOST_SHOWN: Final = 10
# So long the page looks again by itself, unless the test has ended before.
LOOKS_FOR: Final = timedelta(minutes=10)


def period_choices(words: RuleWords) -> tuple[tuple[str, str], ...]:
    """Return what the form offers."""
    return tuple((str(days), words.last_days.format(days)) for days in PERIODS)


@page(see=Permission.SEE_RULES, change=Permission.WRITE_RULES)
def back_tests(request: HttpRequest, visitor: Visitor, rule_id: UUID) -> HttpResponse:
    """Show the newest back-test of a version in full, also while it runs, and the ones before it; ask for another."""
    found, words = rule_with(rule_id), RULES[language_of(request)]
    if request.method == "POST":
        if request.POST.get("decision") != "test":
            raise NotUnderstood
        since = visitor.now - timedelta(days=int(chosen(request, "days", period_choices(words))))
        back_test(rule_version=found.id, since=since, until=visitor.now, by=visitor.actor, now=visitor.now)
        return go_to(request.path, done="done_saved")
    tests = list(back_tests_of(found.id)[:MOST_SHOWN])
    newest = result_of(tests[0], words) if tests else None
    shown: dict[str, object] = {
        "rule": found,
        "result": newest,
        "looks_again": newest is not None and newest.is_running and visitor.now - newest.test.at < LOOKS_FOR,
        "earlier": [
            {
                "test": test,
                "period": period_text(test),
                "share": share_text(test.result["bad"], test.result["bad"] + test.result["good"]),
            }
            for test in tests[1:]
        ],
        "periods": period_choices(words),
        "may_write": visitor.may(Permission.WRITE_RULES),
    }
    return show(request, "rule_tests", shown, words_of=RULES)
