"""A rule is written without code, tried, and goes its way past a second person; lists are kept beside it."""

from datetime import datetime, timedelta
from html.parser import HTMLParser

import pytest
from django.utils.html import escape

from apps.approvals.models import Approval
from apps.audit.models import Record
from apps.customers.models import Customer
from apps.fraud.conditions import read_condition
from apps.fraud.models import BackTest, Listing, OutcomeKind, Rule, Verdict
from apps.fraud.operations import (
    carry_out_decision,
    carry_out_live_decision,
    note_outcome,
    run_back_test,
)
from apps.fraud.states import RuleStatus
from apps.fraud.vocabulary import MEASURES, Shape
from apps.kernel.ids import public_id, uuid7
from apps.operators.roles import Role
from apps.staff_portal.rule_form import Row, read_row, rows_of
from apps.staff_portal.rule_sentences import say_condition
from apps.staff_portal.words.frame import FRAME
from apps.staff_portal.words.listings import LISTS
from apps.staff_portal.words.menu import LANGUAGES
from apps.staff_portal.words.rules import RULES
from tests.cast import Phone
from tests.fraud.bench import BEAT, draft, judge, live, pay, shadow
from tests.shop import Shop
from tests.staff_portal.desk import Desk, sit_down

NEW = "/staff/rules/new"
BIG = {"measure": "amount_minor", "currency": "CHF", "at_least": 20_000}
NESTED = {"all": [BIG, {"any": [{"measure": "wrong_pins", "window_minutes": 60, "at_least": 1}, {"not": BIG}]}]}


class Filled(HTMLParser):
    """What a browser would send of the form that has this field: each of its fields as the page filled it."""

    def __init__(self, text: str, having: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.having, self.forms = having, list[dict[str, str]]()
        self.select = self.area = ""
        self.feed(text)
        self.fields = next(form for form in self.forms if having in form)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        match tag:
            case "form":
                self.forms.append({})
            case "input" if (self.forms and has.get("type") != "checkbox") or "checked" in has:
                self.forms[-1][has.get("name", "")] = has.get("value", "")
            case "select":
                self.select = has["name"]
            case "option" if "selected" in has or self.select not in self.forms[-1]:
                self.forms[-1][self.select] = has["value"]
            case "textarea":
                self.area = has["name"]
                self.forms[-1][self.area] = ""

    def handle_data(self, text: str) -> None:
        if self.area:
            self.forms[-1][self.area] += text

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.area = ""


def filled(desk: Desk, having: str = "joiner") -> dict[str, str]:
    return Filled(desk.text, having).fields


def press(desk: Desk, decision: str, **typed: str) -> Desk:
    """Press a button of the composer, with what was typed since."""
    return desk.send_fields(NEW, filled(desk) | {"decision": decision} | typed)


def analyst() -> Desk:
    return sit_down(Role.FRAUD_ANALYST)


def compose(desk: Desk, **head: str) -> Desk:
    """Write a rule about more than CHF 200 within an hour at night, row by row, and save it."""
    desk.open(NEW)
    press(desk, "add", new_measure="amount_minor", name="night_spending", reason="night", score="30", **head)
    press(desk, "add", new_measure="payments_of_customer", least_0="200.00")
    press(desk, "add", new_measure="local_hour", least_1="3", window_1="2", unit_1="hours")
    return press(desk, "draft", from_2="23", until_2="5")


def the_rule() -> Rule:
    return Rule.objects.get()


# Writing


def test_a_rule_is_written_row_by_row_without_code() -> None:
    desk = compose(analyst())

    rule = the_rule()
    assert desk.location == f"/staff/rules/{rule.id}?done=done_saved"
    assert rule.condition == {
        "all": [
            BIG,
            {"measure": "payments_of_customer", "window_minutes": 120, "at_least": 3},
            {"measure": "local_hour", "from": 23, "until": 5},
        ]
    }
    assert (rule.name, rule.reason, rule.score, rule.verdict) == ("night_spending", "night", 30, Verdict.REVIEW)
    assert (rule.status, rule.maker) == (RuleStatus.DRAFT, str(desk.who.actor))
    assert Record.objects.get(action="fraud_rule.drafted").actor_id == desk.who.public_id


def test_a_rule_is_read_in_plain_sentences() -> None:
    desk = compose(analyst(), joiner="any")

    text = desk.open(desk.location).text

    assert "At least one of these holds:" in text
    assert "Amount of the payment: at least CHF\u00a0200.00" in text
    assert "Payments of the customer (within 2\u00a0h): at least 3" in text
    assert "Local hour: from 23:00 to 5:00" in text
    assert "30 points are added to the risk score." in text


TYPED = {
    Shape.NUMBER: {"least": "2", "most": "7"},
    Shape.YES_OR_NO: {"is": "no"},
    Shape.HOUR: {"from": "22", "until": "4"},
}
WORDS = {
    "weekday": {"word_saturday": "on", "word_sunday": "on", "how": "none_of"},
    "suspicion": {"word_second_payment_within_300_seconds": "on"},
    "town": {"words": "CH Basel\n CH Bern "},
    "cashier": {"words": "0042"},
    "store": {"words": public_id("sto", uuid7())},
}


def test_everything_that_rules_may_look_at_can_be_typed_and_comes_back() -> None:
    usual = {"window": "7", "unit": "hours", "after_payments": "5", "currency": "EUR"}
    for name, measure in MEASURES.items():
        row = Row(name, usual | (WORDS.get(name) or TYPED[measure.shape]))

        part, errors = read_row(row, RULES["en"])

        assert errors == {}, name
        read_condition(part)
        said = rows_of({"any": [part]})
        assert said is not None, name
        assert (said[0], read_row(said[1][0], RULES["en"])) == ("any", (part, {})), name
        told = {say_condition(part, language, {}).text for language in LANGUAGES}
        assert len(told) == len(LANGUAGES), name


WRONG: list[tuple[str, dict[str, str], str]] = [
    ("amount_minor", {}, "least"),
    ("amount_minor", {"least": "two", "currency": "CHF"}, "least"),
    ("amount_minor", {"least": "1.234", "currency": "CHF"}, "least"),
    ("amount_minor", {"least": "1", "currency": "XXX"}, "currency"),
    ("amount_minor", {"least": "2", "most": "1"}, "most"),
    ("payments_of_store", {"least": "2", "window": "2", "unit": "days"}, "window"),
    ("payments_of_customer", {"least": "1001", "window": "2"}, "least"),
    ("percent_of_habit", {"least": "500", "window": "2", "after_payments": "0"}, "after_payments"),
    ("local_hour", {"from": "24", "until": "1"}, "from"),
    ("local_hour", {"from": "5", "until": "5"}, "until"),
    ("weekday", {}, "words"),
    ("town", {"words": "\n".join(map(str, range(21)))}, "words"),
    ("store", {"words": "Basel"}, "words"),
]


def test_what_is_wrong_is_said_beside_its_field() -> None:
    for name, typed, field in WRONG:
        assert list(read_row(Row(name, typed), RULES["en"])[1]) == [field], (name, typed)


def test_a_mistake_saves_nothing_and_loses_nothing() -> None:
    desk = analyst().open(NEW)
    press(desk, "add", new_measure="town", name="Many Towns", reason="towns", score="x", merchant="mer_1")
    press(desk, "add", new_measure="weekday", words_0="CH Basel\nCH <b>", how_0="none_of")
    press(desk, "draft", word_sunday_1="on", joiner="any")

    assert desk.status == 422
    assert not Rule.objects.exists()
    kept = filled(desk)
    assert (kept["name"], kept["score"], kept["merchant"], kept["joiner"]) == ("Many Towns", "x", "mer_1", "any")
    assert (kept["words_0"].split("\n"), kept["how_0"], kept["word_sunday_1"]) == (
        ["CH Basel", "CH <b>"],
        "none_of",
        "on",
    )
    assert "word_monday_1" not in kept
    for field in ("name", "score", "merchant"):
        assert f'id="{field}-wrong"' in desk.text
    assert '<a href="#name">' in desk.text


def test_a_row_is_taken_away_and_the_others_stay() -> None:
    desk = analyst().open(NEW)
    press(desk, "add", new_measure="town")
    press(desk, "add", new_measure="cashier", words_0="CH Basel")
    press(desk, "remove_0", words_1="0042")

    kept = filled(desk)
    assert (kept["measure_0"], kept["words_0"]) == ("cashier", "0042")
    assert "measure_1" not in kept


def test_the_preview_says_it_and_saves_nothing() -> None:
    desk = analyst().open(NEW)
    press(desk, "add", new_measure="is_attended", name="nobody_there", reason="self_service")

    press(desk, "look", is_0="no")

    assert (desk.status, Rule.objects.exists()) == (200, False)
    assert "Somebody is at the till: no" in desk.text


@pytest.mark.parametrize("wrong", [{"merchant": public_id("mer", uuid7())}, {"words_0": public_id("sto", uuid7())}])
def test_a_place_that_there_is_not_is_no_part_of_a_rule(shop: Shop, wrong: dict[str, str]) -> None:
    right = {"merchant": shop.merchant.public_id, "words_0": shop.store.public_id}
    desk = analyst().open(NEW)
    press(desk, "add", new_measure="store", name="one_store", reason="store")

    press(desk, "draft", **(right | wrong))
    assert (desk.status, Rule.objects.exists()) == (422, False)

    press(desk, "draft", **right)
    assert (the_rule().merchant_id, the_rule().condition["all"][0]["one_of"]) == (
        shop.merchant.id,
        [str(shop.store.id)],
    )
    assert shop.store.name in desk.open(desk.location).text
    assert shop.merchant.legal_name in desk.text


def test_a_second_click_writes_no_second_version() -> None:
    desk = analyst().open(NEW)
    press(desk, "add", new_measure="wrong_pins", name="pins", reason="pins")
    fields = filled(desk) | {"decision": "draft", "least_0": "3", "window_0": "1", "unit_0": "days"}

    statuses = [desk.send_fields(NEW, fields).status for _ in range(2)]

    assert statuses == [303, 422]
    assert "This rule exists" in desk.text
    assert Rule.objects.count() == 1


def test_the_next_version_begins_with_what_the_last_one_says() -> None:
    first = draft({"all": [BIG]}, name="big", score=10)
    desk = analyst().open(f"{NEW}?of={first.id}")
    assert filled(desk)["least_0"] == "200.00"
    fields = filled(desk) | {"decision": "draft", "least_0": "1’250.50", "name": "another"}

    statuses = [desk.send_fields(NEW, fields).status for _ in range(2)]

    assert statuses == [303, 422]
    assert "Meanwhile somebody wrote version 2" in desk.text
    second = Rule.objects.get(version=2)
    assert (second.name, second.condition["all"][0]["at_least"]) == ("big", 125_050)
    # Whoever has seen the newer version may save his own.
    assert press(desk, "draft").status == 303


def test_what_rows_cannot_say_stays_as_it_is() -> None:
    first = draft(NESTED, name="nested")
    desk = analyst().open(f"{NEW}?of={first.id}")
    assert "This does not hold:" in desk.text
    assert "new_measure" not in desk.text

    press(desk, "draft", score="80")

    second = Rule.objects.get(version=2)
    assert (second.condition, second.score) == (NESTED, 80)


def test_a_rule_has_only_so_many_conditions() -> None:
    desk = analyst().open(NEW)
    rows = {f"measure_{number}": "weekday" for number in range(15)}
    rows |= {f"word_sunday_{number}": "on" for number in range(15)} | {"name": "full", "reason": "full"}

    press(desk, "look", **rows)
    assert (desk.status, "new_measure" in filled(desk)) == (200, False)
    # Each "none of" counts twice.
    press(desk, "draft", **{f"how_{number}": "none_of" for number in range(15)})

    assert (desk.status, Rule.objects.exists()) == (422, False)
    assert '<p class="wrong">A rule has no more conditions</p>' in desk.text


def test_what_another_release_wrote_is_shown_as_it_is_stored() -> None:
    stranger = {"measure": "shoe_size", "at_least": 44}

    assert rows_of({"all": [BIG, stranger]}) is None
    assert say_condition(stranger, "en", {}).text == '{"measure": "shoe_size", "at_least": 44}'


@pytest.mark.parametrize(
    "fields",
    [
        {"decision": "add", "new_measure": "password"},
        {"decision": "draft", "measure_0": "password"},
        {"decision": "delete"},
        {"joiner": "none"},
        {"of": "1"},
        {"measure_01": "town"},
        {f"measure_{'9' * 5000}": "town"},
    ],
    ids=range(7),
)
def test_what_the_form_never_sends_is_refused(fields: dict[str, str]) -> None:
    desk = analyst().open(NEW)

    assert desk.send_fields(NEW, filled(desk) | {"decision": "look"} | fields).status == 400


# From draft to live


def path_of(rule: Rule) -> str:
    return f"/staff/rules/{rule.id}"


def allow(approval: Approval) -> Desk:
    """Let an administrator say yes on the page of the question."""
    desk = sit_down(Role.ADMINISTRATOR).open(f"/staff/approvals/{approval.id}")
    return desk.send("decision", "allow", note="seen")


def test_a_rule_goes_its_way_by_its_page_and_acts(now: datetime) -> None:
    bad, good = (judge(pay(25_000, at=now - timedelta(days=days), customer=uuid7())) for days in (2, 40))
    judge(pay(1000, at=now - timedelta(days=1)))
    note_outcome(assessment_id=bad.id, kind=OutcomeKind.CONFIRMED_FRAUD, by=BEAT, now=now)
    desk = analyst().open(NEW)
    press(desk, "add", new_measure="amount_minor", name="big", reason="large_amount")
    press(desk, "draft", least_0="200")
    rule = the_rule()

    desk.open(path_of(rule)).send("decision", "submit")
    approval = Approval.objects.get()
    assert f"/staff/approvals/{approval.id}" in desk.open(path_of(rule)).text
    asked = sit_down(Role.ADMINISTRATOR).open(f"/staff/approvals/{approval.id}").text
    assert "May this rule be tried in shadow?" in asked
    assert "Amount of the payment: at least CHF\u00a0200.00" in asked
    allow(approval)
    assert "it is being carried out" in desk.open(path_of(rule)).text
    carry_out_decision(approval_id=approval.id, now=now)
    assert "a back-test of this version must have ended" in desk.open(path_of(rule)).text

    desk.send("decision", "test", days="90")
    tests = desk.open(desk.location.partition("?")[0])
    assert 'http-equiv="refresh"' in tests.text
    run_back_test(back_test_id=BackTest.objects.get().id, now=now)
    tests.open(tests.path)
    assert 'http-equiv="refresh"' not in tests.text
    for told in ("66.6\u00a0% of those tried", "100.0\u00a0% of the hits", "50.0\u00a0% of the hits that are known"):
        assert told in tests.text
    for assessment in (bad, good):
        assert f"/staff/payments/{public_id('pay', assessment.payment_id)}" in tests.text

    desk.open(path_of(rule)).send("decision", "live")
    question = Approval.objects.get(action="fraud_rule_live")
    asked = sit_down(Role.FRAUD_ANALYST).open(f"/staff/approvals/{question.id}").text
    assert "May this rule hold payments?" in asked
    assert "50.0\u00a0%" in asked
    checker = allow(question)
    carry_out_live_decision(approval_id=question.id, now=now)

    assert judge(pay(20_000, at=now)).verdict == Verdict.REVIEW
    text = desk.open(path_of(rule)).text
    for told in (">live<", checker.who.name, "Second person asked", "In shadow", "Back-test asked for"):
        assert told in text


def test_a_draft_is_submitted_once_and_by_whoever_wrote_it() -> None:
    desk = compose(analyst())
    rule = the_rule()
    action, hidden = desk.open(path_of(rule)).fields("decision", "submit")
    assert 'value="submit"' not in analyst().open(path_of(rule)).text

    other = analyst().open(path_of(rule))
    stranger = other.fields("decision", "retire")[1] | {"decision": "submit"}
    assert other.send_fields(path_of(rule), stranger).status == 403
    statuses = [desk.send_fields(action, hidden | {"decision": "submit"}).status for _ in range(2)]

    assert statuses == [303, 409]
    assert Approval.objects.count() == 1


def test_whoever_wrote_it_is_not_its_second_person() -> None:
    desk = compose(analyst())
    desk.open(desk.location).send("decision", "submit")

    assert 'name="decision"' not in desk.open(f"/staff/approvals/{Approval.objects.get().id}").text


def test_a_rule_without_a_back_test_does_not_go_live() -> None:
    rule = shadow(BIG)
    desk = analyst().open(path_of(rule))
    hidden = desk.fields("decision", "retire")[1]
    assert 'value="live"' not in desk.text

    desk.send_fields(path_of(rule), hidden | {"decision": "live"})

    assert (desk.status, "not_back_tested" in desk.text) == (409, True)


def test_a_rule_that_misfires_is_ended_by_one_person_with_a_reason(now: datetime) -> None:
    rule = live(BIG)
    desk = analyst().open(path_of(rule))
    action, hidden = desk.fields("decision", "retire")

    assert desk.send_fields(action, hidden | {"decision": "retire", "reason": "because", "note": ""}).status == 400
    statuses = [
        desk.send_fields(action, hidden | {"decision": "retire", "reason": "misfires", "note": "all of them"}).status
        for _ in range(2)
    ]

    assert statuses == [303, 409]
    assert Record.objects.get(action="fraud_rule.retired").reason == "misfires: all of them"
    assert judge(pay(20_000, at=now)).verdict == Verdict.PASS


def test_moving_a_rule_needs_a_fresh_second_factor() -> None:
    rule = shadow(BIG)
    desk = sit_down(Role.FRAUD_ANALYST, is_fresh=False).open(path_of(rule))

    desk.send("decision", "retire", reason="misfires")

    assert desk.location.startswith("/staff/confirm?next=")
    assert the_rule().status == RuleStatus.SHADOW


@pytest.mark.parametrize("days", ["1", "", "90 "])
def test_a_back_test_is_of_a_period_that_the_page_offers(days: str) -> None:
    desk = analyst().open(f"{path_of(draft(BIG))}/back-tests")

    assert desk.send("decision", "test", days=days).status == 400
    assert not BackTest.objects.exists()


def test_the_auditor_reads_everything_and_is_offered_nothing() -> None:
    rule = live(BIG)
    desk = sit_down(Role.AUDITOR)

    for path in ("/staff/rules", path_of(rule), f"{path_of(rule)}/back-tests", "/staff/lists"):
        assert desk.open(path).status == 200
        assert 'name="decision"' not in desk.text
        assert NEW not in desk.text


# All of them


def test_the_list_says_how_right_each_rule_was(now: datetime) -> None:
    rule = live(BIG, name="big")
    draft(BIG, name="big")
    draft({"measure": "town", "one_of": ["CH Bern"]}, name="another")
    payments = [judge(pay(30_000, at=now - timedelta(days=days), customer=uuid7())) for days in (40, 41, 42, 3)]
    note_outcome(assessment_id=payments[0].id, kind=OutcomeKind.DISPUTED, by=BEAT, now=now)

    text = analyst().open("/staff/rules").text

    assert text.index(">another<") < text.index(">big<")
    assert "Version 1, live: Hits 4, of these good 2, of these fraud 1, still open 1" in text
    assert "33.3\u00a0%" in text
    assert path_of(rule) in text


def test_many_rules_are_read_page_by_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.staff_portal.views.rules.PAGE", 2)
    for name in ("aa", "bb", "cc"):
        draft(BIG, name=name)

    desk = analyst().open("/staff/rules")
    assert (">bb<" in desk.text, ">cc<" in desk.text) == (True, False)

    assert ">cc<" in desk.open("/staff/rules?after=bb").text


def test_every_page_speaks_the_languages_of_the_portal(phone: Phone) -> None:
    rule = live(NESTED)
    put(analyst(), phone.customer.public_id)
    for language in FRAME:
        desk, words = sit_down(Role.FRAUD_ANALYST, language=language), RULES[language]
        for path, told in (
            ("/staff/rules", words.record_help),
            (f"{NEW}?of={rule.id}", words.kept_help),
            (path_of(rule), words.says_not),
            (f"{path_of(rule)}/back-tests", words.test_help),
            (f"/staff/approvals/{rule.live_approval_id}", words.asked_live),
            ("/staff/lists", LISTS[language].help),
        ):
            assert desk.open(path).status == 200, (language, path)
            assert escape(told) in desk.text, (language, path)


# Lists


def put(desk: Desk, subject: str, **fields: str) -> Desk:
    typed = {"subject": subject, "list": "block", "days": "0", "reason": "stolen", "note": ""} | fields
    return desk.open("/staff/lists").send("decision", "add", **typed)


def test_whoever_is_put_on_the_block_list_pays_nowhere_until_taken_off(shop: Shop, phone: Phone, now: datetime) -> None:
    desk = put(analyst(), phone.identity.public_id, note="says the police")
    assert desk.location == "/staff/lists?done=done_saved"
    blocked = judge(pay(at=now, device=phone.identity.id))
    assert blocked.verdict == Verdict.BLOCK

    text = desk.open("/staff/lists").text
    for told in (phone.identity.public_id, "Stolen or lost: says the police", desk.who.name, "for good"):
        assert told in text
    listing = Listing.objects.get()
    fields = {"listing": str(listing.id), "reason": "cleared", "note": ""}
    action, hidden = desk.fields("listing")
    statuses = [desk.send_fields(action, hidden | fields | {"decision": "end"}).status for _ in range(2)]

    assert statuses == [303, 404]
    assert judge(pay(at=now, device=phone.identity.id)).verdict == Verdict.PASS
    assert phone.identity.public_id not in desk.open("/staff/lists").text
    assert phone.identity.public_id in desk.open("/staff/lists?which=past").text
    records = Record.objects.filter(subject=phone.identity.public_id, action__startswith="fraud.").order_by("id")
    assert [(record.action, record.reason) for record in records] == [
        ("fraud.listed", "stolen: says the police"),
        ("fraud.unlisted", "cleared"),
    ]


def test_somebody_is_allowed_for_a_time_only(phone: Phone) -> None:
    desk = put(analyst(), phone.customer.public_id, list="allow", reason="known")
    assert (desk.status, "allowed for a time only" in desk.text) == (422, True)
    assert filled(desk, "subject")["subject"] == phone.customer.public_id

    put(desk, phone.customer.public_id, list="allow", days="7", reason="known")

    listing = Listing.objects.get()
    assert listing.until is not None
    assert (listing.is_block, listing.until - listing.at) == (False, timedelta(days=7))


@pytest.mark.parametrize("subject", ["", "pay_01m84j1fzxe4n81z9c3erjb02x", public_id("cus", uuid7())], ids=range(3))
def test_nobody_is_listed_who_is_not_there(subject: str) -> None:
    desk = put(analyst(), subject)

    assert (desk.status, "There is no such thing" in desk.text) == (422, True)
    assert not Listing.objects.exists()


def test_a_list_names_nobody_twice(phone: Phone) -> None:
    desk = put(analyst(), phone.customer.public_id)

    put(desk, phone.customer.public_id)

    assert (desk.status, "Is on this list already" in desk.text) == (422, True)
    assert Listing.objects.count() == 1
    assert Customer.objects.get(id=phone.customer.id).status == "active"


def test_the_lists_are_read_page_by_page(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.staff_portal.views.listings.PAGE", 1)
    desk = put(analyst(), phone.customer.public_id)
    put(desk, phone.identity.public_id)

    desk.open("/staff/lists")
    first = phone.identity.public_id in desk.text, phone.customer.public_id in desk.text
    older = desk.text.partition('href="?before=')[2].partition('"')[0]
    assert first == (True, False)
    assert phone.customer.public_id in desk.open(f"/staff/lists?before={older}").text
    assert desk.open("/staff/lists?before=1").status == 400
