"""Somebody begins to work in the portal, loses his phone, or leaves."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from apps.audit.operations import record
from apps.kernel.actors import Actor
from apps.kernel.ids import uuid7
from apps.kernel.masking import Secret
from apps.operators.credentials import digest_of, hashed_password, new_code, typed_code
from apps.operators.errors import EmailTaken, InvalidOperator, InvitationInvalid, LastAdministrator, OwnAccount
from apps.operators.locks import lock_operator, lock_with_administrators
from apps.operators.models import BackupCode, Invitation, Language, Operator
from apps.operators.operations.sessions import end_all_sessions
from apps.operators.roles import Role

INVITATION_LIFETIME: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Invited:
    """An operator, and the code with which he chooses his password."""

    operator: Operator
    code: Secret[str]


@transaction.atomic(durable=True)
def create_operator(*, email: str, name: str, role: str, language: str, by: Actor, now: datetime) -> Invited:
    """Make an operator and invite him. Raises InvalidOperator, EmailTaken."""
    email, name = email.strip().lower(), name.strip()
    try:
        validate_email(email)
    except ValidationError:
        raise InvalidOperator from None
    is_known = role in Role.values and language in Language.values
    if not (is_known and email.isascii() and len(email) <= 254 and 1 <= len(name) <= 100 and name.isprintable()):
        raise InvalidOperator
    candidate = Operator(id=uuid7(), email=email, name=name, role=role, language=language, created_at=now)
    Operator.objects.bulk_create([candidate], ignore_conflicts=True)
    operator = Operator.objects.get(email=email)
    if operator.id != candidate.id:
        raise EmailTaken
    record(actor=by, action="operator.created", subject=operator.public_id, facts={"role": role}, now=now)
    return _invite(operator, by, now)


@transaction.atomic(durable=True)
def invite_operator(*, operator_id: UUID, by: Actor, now: datetime) -> Invited:
    """Let an operator begin anew: with the code he chooses a password and sets up an app. Raises UnknownOperator.

    Until he uses it, what he has goes on working; older invitations end.
    """
    return _invite(lock_operator(operator_id), by, now)


def _invite(operator: Operator, by: Actor, now: datetime) -> Invited:
    Invitation.objects.filter(operator=operator, used_at=None).update(used_at=now)
    code = new_code()
    Invitation.objects.create(
        operator=operator, digest=digest_of(code.reveal()), created_at=now, expires_at=now + INVITATION_LIFETIME
    )
    record(actor=by, action="operator.invited", subject=operator.public_id, now=now)
    return Invited(operator, code)


@transaction.atomic(durable=True)
def accept_invitation(*, code: str, password: Secret[str], now: datetime) -> Operator:
    """Choose the password, once; the second factor is set up anew, every session ends, and a lock is lifted.

    Raises InvitationInvalid, alike for a code that never was; PasswordTooWeak, which leaves the invitation unused.
    """
    digest = digest_of(typed_code(code))
    invitation = Invitation.objects.select_related("operator").filter(digest=digest).first()
    if invitation is None:
        raise InvitationInvalid
    operator = lock_operator(invitation.operator_id)
    kept = hashed_password(password, email=operator.email)
    open_ones = Invitation.objects.filter(id=invitation.id, used_at=None, expires_at__gt=now)
    if not operator.is_active or open_ones.update(used_at=now) != 1:
        raise InvitationInvalid
    operator.password, operator.failures, operator.locked_until = kept, 0, None
    operator.totp_kek_id, operator.totp_nonce, operator.totp_wrapped = "", b"", b""
    operator.totp_confirmed_at, operator.totp_last_step = None, 0
    operator.save(
        update_fields=[
            *("password", "failures", "locked_until"),
            *("totp_kek_id", "totp_nonce", "totp_wrapped", "totp_confirmed_at", "totp_last_step"),
        ]
    )
    BackupCode.objects.filter(operator=operator, used_at=None).update(used_at=now)
    end_all_sessions(operator, now=now)
    record(actor=operator.actor, action="operator.enrolled", subject=operator.public_id, now=now)
    return operator


@transaction.atomic(durable=True)
def switch_operator(*, operator_id: UUID, is_active: bool, by: Actor, now: datetime, reason: str = "") -> Operator:
    """Let an operator in no more, from his next request on, or again; repeating is harmless.

    Raises UnknownOperator; OwnAccount, and LastAdministrator where nobody would remain to let others in.
    """
    operator, administrators = lock_with_administrators(operator_id)
    if operator.is_active == is_active:
        return operator
    if not is_active:
        if by == operator.actor:
            raise OwnAccount
        if operator.role == Role.ADMINISTRATOR and not administrators:
            raise LastAdministrator
    operator.is_active = is_active
    operator.save(update_fields=["is_active"])
    if not is_active:
        end_all_sessions(operator, now=now)
    verb = "enabled" if is_active else "disabled"
    record(actor=by, action=f"operator.{verb}", subject=operator.public_id, reason=reason, now=now)
    return operator


def choose_language(*, operator_id: UUID, language: str) -> None:
    """Let the portal speak another language to the operator; ValueError for one that it does not speak."""
    Operator.objects.filter(id=operator_id).update(language=Language(language))
