"""Writing a rule without code: a form with a row for each condition, kept as it was typed until it is right."""

import dataclasses
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from apps.fraud.errors import UnknownRule
from apps.fraud.models import Rule, Verdict
from apps.fraud.operations import RuleText, draft_rule
from apps.fraud.queries import find_rule, rule_with
from apps.fraud.verdicts import thresholds_now
from apps.merchants.models import Merchant, Store
from apps.operators.roles import Permission
from apps.staff_portal.frame import language_of, show
from apps.staff_portal.gate import NotUnderstood, Visitor, go_to, page
from apps.staff_portal.rule_composer import (
    Errors,
    RuleForm,
    blank_form,
    form_from,
    form_of,
    measure_choices,
    read_form,
    shown_rows,
)
from apps.staff_portal.rule_said import said_condition
from apps.staff_portal.words.rules import RULES, RuleWords


@page(see=Permission.WRITE_RULES, change=Permission.WRITE_RULES)
def new_rule(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Show the form of a new rule, or of the next version `of` one; keep what was typed until it is right."""
    if request.method == "POST":
        return _compose(request, visitor)
    base = _base(request.GET.get("of", ""))
    return _form(request, blank_form() if base is None else form_of(base), base)


def _compose(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    decision, base = request.POST.get("decision", ""), _base(request.POST.get("of", ""))
    if not decision:
        raise NotUnderstood
    fixed = None if base is None else form_of(base).kept
    form = form_from(request.POST.dict(), kept=fixed)
    if base is not None:
        form = dataclasses.replace(form, head={**form.head, "name": base.name})
    action, _, number = decision.partition("_")
    match action:
        case "add":
            return _form(request, form.with_row(request.POST.get("new_measure", "")), base, is_longer=True)
        case "remove":
            return _form(request, form.without_row(number), base)
        case "look" | "draft":
            words = RULES[language_of(request)]
            text, errors = read_form(form, words)
            errors |= _unknown_places(form, text, words)
            if action == "draft":
                errors |= _taken(request, form, base, words)
            if text is None or errors or action == "look":
                return _form(request, form, base, errors=errors, text=None if errors else text)
            rule = draft_rule(text=text, by=visitor.actor, now=visitor.now)
            return go_to(reverse("staff-rule", args=[rule.id]), done="done_saved")
        case _:
            raise NotUnderstood


def _base(text: str) -> Rule | None:
    """Return the version that the next one begins from."""
    if not text:
        return None
    try:
        return rule_with(UUID(text))
    except ValueError:
        raise NotUnderstood from None


def _taken(request: HttpRequest, form: RuleForm, base: Rule | None, words: RuleWords) -> Errors:
    """Say what somebody else wrote under this name meanwhile, so that a second click writes no second version."""
    try:
        newest = find_rule(form.head["name"])
    except UnknownRule:
        return {}
    if base is None:
        return {"name": words.name_taken}
    if request.POST.get("newest") != str(newest.version):
        return {"newest": words.newer_version.format(newest.version)}
    return {}


def _unknown_places(form: RuleForm, text: RuleText | None, words: RuleWords) -> Errors:
    """Say which merchant or store of the rule there is not."""
    errors: Errors = {}
    if text is None:
        return errors
    if text.merchant_id is not None and not Merchant.objects.filter(id=text.merchant_id).exists():
        errors["merchant"] = words.wrong_merchant
    for number, row in enumerate(form.rows):
        if row.measure == "store":
            part = text.condition[form.head["joiner"]][number]
            wanted = {UUID(word) for word in part.get("not", part)["one_of"]}
            if Store.objects.filter(id__in=wanted).count() != len(wanted):
                errors[f"words_{number}"] = words.wrong_store
    return errors


def _form(
    request: HttpRequest,
    form: RuleForm,
    base: Rule | None,
    *,
    errors: Errors | None = None,
    text: RuleText | None = None,
    is_longer: bool = False,
) -> HttpResponse:
    language = language_of(request)
    words, wrong = RULES[language], errors or {}
    shown: dict[str, object] = {
        "form": form,
        "base": base,
        "newest": find_rule(base.name).version if base else "",
        "rows": shown_rows(form, wrong, words, language),
        "last": len(form.rows) - 1 if is_longer else -1,
        "errors": wrong,
        "error": next(iter(wrong.values()), ""),
        "first_wrong": next(iter(wrong), ""),
        "score_help": words.score_help.format(**thresholds_now().as_document()),
        "verdicts": [(verdict.value, words.verdicts[verdict]) for verdict in Verdict],
        "measures": measure_choices(language),
        "kept": said_condition(form.kept, language) if form.kept is not None else None,
        "preview": said_condition(text.condition, language) if text else None,
    }
    return show(request, "rule_new", shown, words_of=RULES, status=422 if wrong else 200)
