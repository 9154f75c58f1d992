import smtplib
from datetime import timedelta

import pytest
from django.core import mail
from django.db import transaction
from django.utils import timezone
from pytest_django import Settings

from apps.mail.errors import InvalidLetter
from apps.mail.models import Letter
from apps.mail.operations import deliver_letter, send_letter
from apps.outbox.models import Message
from apps.outbox.operations import Run, run_message, sweep

pytestmark = pytest.mark.django_db(transaction=True)
NOW = timezone.now()


TEXT = "1234 5678\nDo not pass it on."


def write(to: str = "alice@example.com", subject: str = "Your code", text: str = TEXT) -> Letter:
    return send_letter(to=to, language="en", subject=subject, text=text, cause="registration", now=NOW)


def refuse_everybody(code: int) -> object:
    def send_mail(subject: str, text: str, sender: None, to: list[str]) -> int:
        raise smtplib.SMTPRecipientsRefused({to[0]: (code, b"no")})

    return send_mail


def test_a_letter_is_sent_after_the_commit_and_its_text_forgotten() -> None:
    letter = write()
    assert mail.outbox == []

    assert sweep(now=timezone.now(), limit=10) == 1

    [sent] = mail.outbox
    assert (sent.to, sent.subject, sent.body) == (["alice@example.com"], "Your code", TEXT)
    letter.refresh_from_db()
    assert letter.sent_at is not None
    assert letter.text == ""


def test_a_demo_keeps_the_text_for_its_mailbox(settings: Settings) -> None:
    settings.DEMO = True
    letter = write()

    sweep(now=timezone.now(), limit=10)

    letter.refresh_from_db()
    assert letter.sent_at is not None
    assert letter.text.startswith("1234 5678")


def test_a_letter_that_is_rolled_back_is_never_sent() -> None:
    with transaction.atomic():
        write()
        transaction.set_rollback(True)

    assert sweep(now=timezone.now(), limit=10) == 0
    assert not Letter.objects.exists()


def test_a_note_that_runs_twice_sends_once() -> None:
    letter = write()

    assert deliver_letter(letter_id=letter.id, keep_text=False, now=NOW) is True
    assert deliver_letter(letter_id=letter.id, keep_text=False, now=NOW) is False
    assert len(mail.outbox) == 1


def test_the_code_is_not_in_the_note() -> None:
    letter = write()

    assert Message.objects.get().arguments == {"letter_id": str(letter.id)}


def test_a_mail_server_that_is_away_is_tried_again(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    letter = write()
    note = Message.objects.get()

    assert run_message(message_id=note.id, now=NOW) == Run.FAILED

    letter.refresh_from_db()
    assert letter.sent_at is None
    assert letter.text != ""
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert run_message(message_id=note.id, now=NOW + timedelta(seconds=5)) == Run.DONE
    assert len(mail.outbox) == 1


def test_an_address_that_the_server_refuses_for_good_is_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.mail.operations.send_mail", refuse_everybody(550))
    letter = write()

    assert run_message(message_id=Message.objects.get().id, now=NOW) == Run.DONE

    letter.refresh_from_db()
    assert letter.failed_at is not None
    assert (letter.sent_at, letter.text) == (None, "")


def test_an_address_that_is_refused_for_now_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.mail.operations.send_mail", refuse_everybody(451))
    write()

    assert run_message(message_id=Message.objects.get().id, now=NOW) == Run.FAILED


def test_a_letter_that_nobody_took_for_three_days_is_given_up() -> None:
    letter = write()

    assert deliver_letter(letter_id=letter.id, keep_text=False, now=NOW + timedelta(days=3, seconds=1)) is False

    letter.refresh_from_db()
    assert letter.failed_at is not None
    assert letter.text == ""
    assert mail.outbox == []


@pytest.mark.parametrize(
    "fields",
    [
        {"to": "alice@example.com\nBcc: eve@example.com"},
        {"to": "alice@example.com\r\n"},
        {"to": "alice@example.com, eve@example.com"},
        {"to": "alice"},
        {"to": ""},
        {"to": f"{'a' * 64}@{'b' * 63}.{'c' * 63}.{'d' * 63}.example"},
        {"subject": "Your code\r\nBcc: eve@example.com"},
        {"subject": "Your code\nX: y"},
        {"subject": "Your\u2028code"},
        {"subject": "   "},
        {"subject": "x" * 201},
        {"text": ""},
        {"text": "a\0b"},
        {"text": "a\rb"},
        {"text": "x" * 20_001},
    ],
)
def test_what_could_add_a_header_is_refused(fields: dict[str, str]) -> None:
    with pytest.raises(InvalidLetter) as refusal:
        write(**fields)

    assert "eve" not in str(refusal.value)
    assert not Letter.objects.exists()


def test_a_letter_prints_without_its_text_and_without_the_address() -> None:
    assert str(write()) == "registration to a***@example.com"
