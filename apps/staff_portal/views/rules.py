"""Fraud rules: all of them, and each on its way from draft to live."""

import dataclasses
from typing import Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from apps.approvals.models import Approval
from apps.approvals.states import ApprovalStatus
from apps.fraud.models import Rule
from apps.fraud.operations import ask_live, retire_rule, submit_rule
from apps.fraud.operations.rules import content_of
from apps.fraud.queries import back_tests_of, judging_rules, newest_rules, rule_with, versions_of
from apps.fraud.states import RuleStatus
from apps.operators.queries import names_of
from apps.operators.roles import Permission
from apps.staff_portal.frame import language_of, show
from apps.staff_portal.gate import EditConflict, NotUnderstood, Visitor, go_to, page, reason_from
from apps.staff_portal.rule_results import Record, records_by_version, result_of
from apps.staff_portal.rule_said import said_rule
from apps.staff_portal.timelines import Entry, newest_records, record_entries
from apps.staff_portal.views.back_tests import period_choices
from apps.staff_portal.words.rule_facts import EVENT_WORDS, word_of
from apps.staff_portal.words.rules import RETIRE_REASONS, RULES, RuleWords

PAGE: Final = 50
MOST_VERSIONS: Final = 50
# How the states look; their words are those of the page.
LOOKS: Final = {
    RuleStatus.DRAFT: ("neutral", "dot"),
    RuleStatus.AWAITING_APPROVAL: ("wait", "clock"),
    RuleStatus.SHADOW: ("wait", "eye"),
    RuleStatus.LIVE: ("good", "tick"),
    RuleStatus.RETIRED: ("neutral", "cross"),
}


@dataclasses.dataclass(frozen=True, slots=True)
class Version:
    """One version with its state as a badge."""

    rule: Rule
    tone: str
    icon: str
    word: str


@page(see=Permission.SEE_RULES)
def rules(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Show each rule with its newest version, what judges now, and how right it was; `after` goes on behind a name."""
    words, after = RULES[language_of(request)], request.GET.get("after", "")[:40]
    found = list(newest_rules(after=after)[: PAGE + 1])
    more, found = len(found) > PAGE, found[:PAGE]
    names, records = names_of({rule.maker for rule in found}), records_by_version(visitor.now)
    judging: dict[str, list[Rule]] = {}
    for each in judging_rules():
        judging.setdefault(each.name, []).append(each)
    shown: dict[str, object] = {
        "rows": [
            {
                "version": _version(rule, words),
                "others": [_version(each, words) for each in judging.get(rule.name, []) if each.id != rule.id],
                "maker": names.get(rule.maker, rule.maker),
                "verdict": words.verdicts[rule.verdict],
                "records": _records(records, [rule, *judging.get(rule.name, [])]),
            }
            for rule in found
        ],
        "after": found[-1].name if more else "",
        "may_write": visitor.may(Permission.WRITE_RULES),
    }
    return show(request, "rules", shown, words_of=RULES)


@page(see=Permission.SEE_RULES, change=Permission.WRITE_RULES, needs_fresh=True)
def rule(request: HttpRequest, visitor: Visitor, rule_id: UUID) -> HttpResponse:
    """Show one version: what it says, where it stands and how it came there; submit it, ask it to go live, end it."""
    found = rule_with(rule_id)
    if request.method == "POST":
        return _move(request, visitor, found)
    language = language_of(request)
    words, test = RULES[language], back_tests_of(found.id).first()
    shown: dict[str, object] = {
        "rule": found,
        "version": _version(found, words),
        "says": said_rule(content_of(found), language),
        "people": _people(found, words),
        "versions": [_version(each, words) for each in versions_of(found.name)[:MOST_VERSIONS]],
        "records": _records(records_by_version(visitor.now), [found]),
        "question": _open_question(found, visitor),
        "is_being_done": _is_being_done(found),
        "reasons": RETIRE_REASONS[language],
        "periods": period_choices(words),
        "result": None if test is None else result_of(test, words),
        "entries": _entries(found, language),
        "may_write": visitor.may(Permission.WRITE_RULES),
    }
    return show(request, "rule", shown | _ways(found, visitor), words_of=RULES)


def _move(request: HttpRequest, visitor: Visitor, found: Rule) -> HttpResponse:
    decision, by, now = request.POST.get("decision", ""), visitor.actor, visitor.now
    if decision not in ("submit", "live", "retire"):
        raise NotUnderstood
    reason = reason_from(request, RETIRE_REASONS[language_of(request)]) if decision == "retire" else ""
    if request.POST.get("status") != found.status:
        raise EditConflict
    match decision:
        case "submit":
            submit_rule(rule_id=found.id, by=by, now=now)
        case "live":
            ask_live(rule_id=found.id, by=by, now=now)
        case _:
            retire_rule(rule_id=found.id, reason=reason, by=by, now=now)
    return go_to(request.path, done="done_saved")


def _ways(found: Rule, visitor: Visitor) -> dict[str, object]:
    """Return what the visitor may do to the version now, and what is missing where he may not yet."""
    if not visitor.may(Permission.WRITE_RULES):
        return {}
    is_draft, is_own = found.status == RuleStatus.DRAFT, found.maker == str(visitor.actor)
    is_in_shadow = found.status == RuleStatus.SHADOW
    is_tried = is_in_shadow and back_tests_of(found.id).filter(ended_at__isnull=False).exists()
    return {
        "can_submit": is_draft and is_own,
        "is_foreign_draft": is_draft and not is_own,
        "can_ask_live": is_tried and _open_question(found, visitor) is None and not _is_being_done(found),
        "needs_test": is_in_shadow and not is_tried,
        "can_retire": found.status != RuleStatus.RETIRED,
    }


def _question(found: Rule) -> Approval | None:
    """Return what a second person was asked last about the state that the version is in."""
    match found.status:
        case RuleStatus.AWAITING_APPROVAL:
            return found.approval
        case RuleStatus.SHADOW:
            return found.live_approval
        case _:
            return None


def _open_question(found: Rule, visitor: Visitor) -> Approval | None:
    question = _question(found)
    is_open = question is not None and question.status == ApprovalStatus.AWAITING
    return question if question is not None and is_open and not question.is_overdue(visitor.now) else None


def _is_being_done(found: Rule) -> bool:
    """Say whether a second person said yes and the version has not moved yet."""
    question = _question(found)
    return question is not None and question.status == ApprovalStatus.APPROVED


def _version(rule: Rule, words: RuleWords) -> Version:
    return Version(rule, *LOOKS[RuleStatus(rule.status)], words.statuses[rule.status])


def _records(records: dict[tuple[str, int], list[Record]], versions: list[Rule]) -> list[Record]:
    wanted = dict.fromkeys((each.name, each.version) for each in versions)
    return [record for key in wanted for record in records.get(key, [])]


def _people(found: Rule, words: RuleWords) -> list[tuple[str, str]]:
    """Return who made the version, and who allowed what."""
    live = found.live_approval
    went_live = live.checker if live is not None and live.status == ApprovalStatus.APPROVED else ""
    actors = ((words.made_by, found.maker), (words.checker, found.checker), (words.live_checker, went_live))
    names = names_of({actor for _, actor in actors})
    return [(word, names.get(actor, actor)) for word, actor in actors if actor]


def _entries(found: Rule, language: str) -> list[Entry]:
    entries = record_entries(newest_records(found.subject))
    return [dataclasses.replace(entry, what=word_of(EVENT_WORDS, entry.what, language)) for entry in entries]
