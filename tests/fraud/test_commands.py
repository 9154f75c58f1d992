"""What operators type: a rule from its file to its first hold, a back-test, the lists."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from apps.fraud.models import Listing, Rule
from apps.fraud.operations import carry_out_decision, carry_out_live_decision
from apps.kernel.ids import public_id
from tests.fraud.bench import CUSTOMER, judge, other, pay

pytestmark = pytest.mark.django_db(transaction=True)

RULE = {
    "name": "big",
    "condition": {"measure": "amount_minor", "at_least": 20_000},
    "verdict": "review",
    "reason": "large_amount",
}


# Any: the command's arguments, and JSON values.
def call(*arguments: str, **options: Any) -> Any:
    out = StringIO()
    call_command(*arguments, "--json", stdout=out, **options)
    return json.loads(out.getvalue())


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "rule.json"
    path.write_text(json.dumps(RULE), encoding="utf-8")
    return str(path)


def approve(approval: str) -> None:
    call("decide_approval", approval, "--yes", "--reason", "seen", "--by", "beat")


def test_a_rule_goes_from_its_file_to_its_first_hold(file: str) -> None:
    now = timezone.now()
    judge(pay(20_000, at=now))
    drafted = call("draft_fraud_rule", file, "--submit", "--by", "anna")
    assert (drafted["rule"], drafted["version"]) == ("big", 1)
    approve(drafted["approval"])
    carry_out_decision(approval_id=drafted["approval"], now=now)

    tried = call("back_test_rule", "big", "--by", "anna")
    assert (tried["tried"], tried["hits"], tried["review"], tried["open"]) == (1, 1, 1, 1)

    asked = call("move_fraud_rule", "big", "--live", "--by", "anna")
    approve(asked["approval"])
    carry_out_live_decision(approval_id=asked["approval"], now=now)
    assert judge(pay(20_000, at=now)).verdict == "review"

    (shown,) = call("list_fraud_rules")["rules"]
    assert (shown["status"], shown["condition"]) == ("live", RULE["condition"])
    assert shown["records"] == [
        {"is_shadow": False, "hits": 1, "bad": 0, "good": 0, "open": 1, "precision_basis_points": None}
    ]
    call("move_fraud_rule", "big", "--retire", "holds everybody", "--by", "anna")
    assert call("list_fraud_rules")["rules"] == []
    assert [rule["status"] for rule in call("list_fraud_rules", "--all")["rules"]] == ["retired"]


def test_what_a_rule_cannot_say_is_told_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "rule.json"
    path.write_text(json.dumps(RULE | {"condition": {"measure": "shoe_size"}}), encoding="utf-8")
    with pytest.raises(CommandError, match=r"rule_malformed: condition\.measure: one of"):
        call("draft_fraud_rule", str(path), "--by", "anna")

    path.write_text("{", encoding="utf-8")
    with pytest.raises(CommandError, match=r"rule\.json"):
        call("draft_fraud_rule", str(path), "--by", "anna")
    assert not Rule.objects.exists()


def test_a_draft_is_not_back_tested_away_nor_moved_by_another(file: str) -> None:
    call("draft_fraud_rule", file, "--by", "anna")

    with pytest.raises(CommandError, match="not_the_maker"):
        call("move_fraud_rule", "big", "--submit", "--by", "beat")
    with pytest.raises(CommandError, match="wrong_state"):
        call("move_fraud_rule", "big", "--live", "--by", "anna")
    with pytest.raises(CommandError, match="rule_not_found"):
        call("back_test_rule", "big", "--rule-version", "2", "--by", "anna")
    with pytest.raises(CommandError, match="period_malformed"):
        call("back_test_rule", "big", "--since", "2020-01-01", "--by", "anna")


def test_a_customer_is_listed_and_taken_off() -> None:
    subject = public_id("cus", CUSTOMER)
    listed = call("list_fraud_subject", subject, "--block", "--reason", "police", "--by", "anna")
    assert judge(pay()).verdict == "block"

    ended = call("list_fraud_subject", listed["listing"], "--end", "--reason", "found", "--by", "beat")
    assert ended == listed | {"is_ended": True}
    assert judge(pay()).verdict == "pass"
    call("list_fraud_subject", subject, "--allow", "--days", "30", "--reason", "known", "--by", "anna")
    assert judge(pay()).reasons == ["listed_as_allowed"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("pay_1", "--block"), "cus_"),
        (("cus_1", "--block"), "not an id"),
        ((public_id("cus", CUSTOMER), "--allow"), "listing_malformed"),
        (("x", "--end"), "not a UUID"),
        ((str(CUSTOMER), "--end"), "listing_not_found"),
    ],
    ids=["payment", "short", "for ever", "no entry", "unknown"],
)
def test_a_list_names_somebody(arguments: tuple[str, ...], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        call("list_fraud_subject", *arguments, "--reason", "x", "--by", "anna")

    assert not Listing.objects.exists()
    assert judge(pay(customer=other())).verdict == "pass"
