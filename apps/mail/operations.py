"""Write a letter; send it after the commit."""

import logging
import smtplib
import unicodedata
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.core.validators import validate_email

from apps.mail.errors import InvalidLetter
from apps.mail.models import Letter
from apps.mail.topics import SEND
from apps.outbox.operations import leave_message

logger = logging.getLogger(__name__)

LONGEST_ADDRESS: Final = 254
LONGEST_SUBJECT: Final = 200
LONGEST_TEXT: Final = 20_000
# As long as mail servers try among themselves.
GIVE_UP_AFTER: Final = timedelta(days=3)
# SMTP: from here on the answer is a no for good.
_PERMANENT: Final = 500


def send_letter(*, to: str, language: str, subject: str, text: str, cause: str, now: datetime) -> Letter:
    """Write a letter in the caller's transaction; it is sent at least once after the commit.

    `cause` is a short word such as "registration", and holds no secret. InvalidLetter, without quoting anything, for
    an address that is none, and for control characters that could add a header.
    """
    _refuse_invalid(to, subject, text)
    letter = Letter.objects.create(to=to, language=language, subject=subject, text=text, cause=cause, created_at=now)
    leave_message(topic=SEND, arguments={"letter_id": str(letter.id)}, now=now)
    return letter


def deliver_letter(*, letter_id: UUID, keep_text: bool, now: datetime) -> bool:
    """Hand the letter to the mail server unless that is done, and empty its text; say whether this call did it.

    Must not be called inside a transaction. A failure is raised, to be tried again later; an address that the server
    refuses for good, or three days without success, end the trying. Two at the same time may send it twice.
    """
    letter = Letter.objects.filter(id=letter_id, sent_at__isnull=True, failed_at__isnull=True).first()
    if letter is None:
        return False
    if now - letter.created_at > GIVE_UP_AFTER:
        _give_up(letter, now, "too late")
        return False
    try:
        send_mail(letter.subject, letter.text, None, [letter.to])
    except smtplib.SMTPRecipientsRefused as refusal:
        if not all(code >= _PERMANENT for code, _ in refusal.recipients.values()):
            raise
        _give_up(letter, now, "address refused")
        return False
    text = letter.text if keep_text else ""
    won = Letter.objects.filter(id=letter.id, sent_at__isnull=True).update(sent_at=now, failed_at=None, text=text) == 1
    if won:
        logger.info("letter sent", extra={"letter": str(letter.id), "cause": letter.cause})
    return won


def _give_up(letter: Letter, now: datetime, reason: str) -> None:
    Letter.objects.filter(id=letter.id, sent_at__isnull=True).update(failed_at=now, text="")
    logger.warning("letter given up", extra={"letter": str(letter.id), "cause": letter.cause, "reason": reason})


def _refuse_invalid(to: str, subject: str, text: str) -> None:
    try:
        validate_email(to)
    except ValidationError:
        raise InvalidLetter("the address is none") from None
    if len(to) > LONGEST_ADDRESS or _has_controls(to):
        raise InvalidLetter("the address is none")
    if not subject.strip() or len(subject) > LONGEST_SUBJECT or _has_controls(subject):
        raise InvalidLetter("the subject is one line of 1 to 200 characters")
    if not text.strip() or len(text) > LONGEST_TEXT or _has_controls(text.replace("\n", "").replace("\t", "")):
        raise InvalidLetter("the text is plain text of 1 to 20000 characters")


def _has_controls(text: str) -> bool:
    # Cc holds CR, LF and NUL; Zl and Zp are what some programs break a line at; a surrogate cannot be written.
    return any(unicodedata.category(character) in {"Cc", "Zl", "Zp", "Cs"} for character in text)
