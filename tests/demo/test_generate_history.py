import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from apps.fraud.models import Assessment, AssessmentOutcome
from apps.fraud.operations import back_test, draft_rule, read_rule, run_back_test
from apps.kernel.actors import Actor
from apps.outbox.models import Message
from apps.transactions.models import Operation, Payment
from tests.shop import make_shop

pytestmark = pytest.mark.django_db(transaction=True)
ANNA = Actor("operator", "anna")


@pytest.fixture(autouse=True)
def demo(settings: Settings) -> None:
    settings.DEMO = True
    settings.OUTBOX_DOORBELL = ""
    make_shop(now=timezone.now())


def generate(*options: str) -> dict[str, Any]:
    out = StringIO()
    call_command("generate_history", "--json", *options, stdout=out, stderr=StringIO())
    printed: dict[str, Any] = json.loads(out.getvalue())
    return printed


def test_what_is_made_up_passes_every_guard_and_leaves_nothing_waiting() -> None:
    assert generate("--payments", "300")["payments"] == 300

    assert Payment.objects.count() == Assessment.objects.count() == 300
    statuses = set(Payment.objects.values_list("status", flat=True))
    assert statuses == {"captured", "declined", "cancelled", "expired"}
    assert not Operation.objects.filter(status__in=["queued", "sent", "unknown"]).exists()
    assert not Payment.objects.filter(deadline_at__isnull=False).exists()
    assert not Message.objects.filter(done_at=None, topic__startswith="transactions.").exists()
    call_command("verify_ledger", stdout=StringIO())
    call_command("verify_audit", stdout=StringIO())


def test_a_second_run_adds_its_own_payments() -> None:
    first, second = generate("--payments", "50"), generate("--payments", "50")

    assert first["run"] != second["run"]
    assert Payment.objects.count() == 100


def test_a_back_test_finds_something_in_it() -> None:
    generate("--payments", "400")
    now = timezone.now()
    document = {
        "name": "large",
        "condition": {"measure": "amount_minor", "at_least": 60000},
        "reason": "looks_wrong",
        "score": 0,
        "verdict": "review",
    }
    rule = draft_rule(text=read_rule(document), by=ANNA, now=now)
    asked = back_test(rule_version=rule.id, since=now - timedelta(days=100), until=now, by=ANNA, now=now)

    result = run_back_test(back_test_id=asked.id, now=now).result

    assert result["tried"] == 400
    assert 0 < result["hits"] < 100
    assert AssessmentOutcome.objects.count() > 0


def test_refuses_outside_a_demo(settings: Settings) -> None:
    settings.DEMO = False

    with pytest.raises(CommandError, match="DEMO=1"):
        generate("--payments", "1")

    assert not Payment.objects.exists()
