"""A note whose handler claims its work by itself is run as the doorbell tells it."""

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from apps.outbox.models import Message
from apps.outbox.operations import Run, leave_message, run_message, run_rung
from tests.outbox import handlers

pytestmark = pytest.mark.django_db(transaction=True)
NOW = timezone.now()


@pytest.fixture(autouse=True)
def _topics(settings: Settings) -> None:
    settings.OUTBOX_SELF_CLAIMING = {"claiming", "failing"}
    settings.OUTBOX_HANDLERS = {
        "note": "tests.outbox.handlers.note_down",
        "claiming": "tests.outbox.handlers.claim_and_note_down",
        "failing": "tests.outbox.handlers.fail",
    }


def leave(topic: str) -> Message:
    return leave_message(topic=topic, arguments={"payment_id": "pay_1"}, now=NOW)


def rung(message: Message) -> Run:
    return run_rung(message_id=message.id, topic=message.topic, arguments=message.arguments, now=NOW)


def test_it_is_done_without_a_claim_of_the_note() -> None:
    message = leave("claiming")

    assert rung(message) is Run.DONE

    message.refresh_from_db()
    assert handlers.ran == ["pay_1"]
    assert message.done_at is not None
    assert message.claimed_until is None
    assert message.tries == 1


def test_twice_does_the_work_once() -> None:
    message = leave("claiming")

    assert [rung(message), rung(message)] == [Run.DONE, Run.NOT_OURS]

    assert handlers.ran == ["pay_1"]


def test_what_somebody_else_has_in_hand_is_left_to_the_sweeper() -> None:
    message = leave("claiming")
    handlers.ran.append("pay_1")

    assert rung(message) is Run.NOT_OURS

    assert Message.objects.get(id=message.id).done_at is None
    assert run_message(message_id=message.id, now=NOW) is Run.DONE


def test_what_fails_is_left_to_the_sweeper() -> None:
    message = leave("failing")

    assert rung(message) is Run.FAILED

    message.refresh_from_db()
    assert message.done_at is None
    assert message.claimed_until is None


def test_any_other_note_is_claimed_whatever_the_doorbell_says() -> None:
    message = leave("note")

    outcome = run_rung(message_id=message.id, topic="note", arguments={"payment_id": "another"}, now=NOW)

    assert outcome is Run.DONE
    # What the note says counts, not what came through the broker.
    assert handlers.ran == ["pay_1"]
    assert Message.objects.get(id=message.id).tries == 1
