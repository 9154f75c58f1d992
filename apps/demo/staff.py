"""The demo's operators, one per role, who can sign in at once: their passwords and keys are on the card alone."""

import base64
import binascii
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from apps.kernel.actors import Actor
from apps.kernel.masking import Secret
from apps.operators.credentials import is_password, open_totp_key, totp_code, totp_text
from apps.operators.errors import SessionOver
from apps.operators.models import Language, Operator
from apps.operators.operations import (
    accept_invitation,
    begin_totp,
    confirm_totp,
    create_operator,
    end_session,
    invite_operator,
    sign_in,
)
from apps.operators.queries import operator_with
from apps.operators.roles import Role

ACTOR: Final = Actor("system", "seed_demo")
_PASSWORD_BYTES: Final = 12


@dataclass(frozen=True, slots=True)
class OperatorPlan:
    """Somebody who works in the portal. The domain is reserved for examples."""

    email: str
    name: str
    role: Role
    language: Language = Language.GERMAN


OPERATORS: Final = (
    OperatorPlan("sara@bergfrisch.example", "Sara Support", Role.SUPPORT),
    OperatorPlan("flurin@bergfrisch.example", "Flurin Fraud", Role.FRAUD_ANALYST),
    OperatorPlan("fiona@bergfrisch.example", "Fiona Finance", Role.FINANCE, Language.ENGLISH),
    OperatorPlan("marco@bergfrisch.example", "Marco Merchant", Role.MERCHANT_SERVICES),
    OperatorPlan("aline@bergfrisch.example", "Aline Audit", Role.AUDITOR, Language.ENGLISH),
    OperatorPlan("adrian@bergfrisch.example", "Adrian Admin", Role.ADMINISTRATOR),
)


@dataclass(frozen=True, slots=True)
class DemoLogin:
    """What an operator types, and the key of his authenticator app."""

    role: str
    email: str
    password: Secret[str]
    totp_secret: Secret[str]


def seed_operators(*, known: Mapping[str, DemoLogin], now: datetime) -> list[DemoLogin]:
    """Return one login per role that works; one of an earlier run that still does is returned again.

    Anybody else begins anew, with another password and another key.
    """
    return [_seed(plan, known.get(plan.email), now) for plan in OPERATORS]


def _seed(plan: OperatorPlan, known: DemoLogin | None, now: datetime) -> DemoLogin:
    operator = operator_with(plan.email)
    if operator is not None and known is not None and _works(operator, known):
        return known
    if operator is None:
        invited = create_operator(
            email=plan.email, name=plan.name, role=plan.role, language=plan.language, by=ACTOR, now=now
        )
    else:
        invited = invite_operator(operator_id=operator.id, by=ACTOR, now=now)
    password = Secret(secrets.token_urlsafe(_PASSWORD_BYTES))
    accept_invitation(code=invited.code.reveal(), password=password, now=now)
    begun = sign_in(email=plan.email, password=password, address="127.0.0.1", browser="seed_demo", now=now)
    if begun is None:
        raise SessionOver
    key = begin_totp(session=begun.session, now=now)
    # The code of the half minute before, so that the present one is still good for whoever signs in at once.
    confirmed = confirm_totp(session=begun.session, code=totp_code(key, at=now - timedelta(seconds=30)), now=now)
    if confirmed is None:
        raise SessionOver
    end_session(confirmed.signed_in.session, now=now)
    return DemoLogin(plan.role, plan.email, password, totp_text(key))


def _works(operator: Operator, known: DemoLogin) -> bool:
    if not (operator.is_active and operator.has_second_factor and is_password(known.password, operator.password)):
        return False
    try:
        key = base64.b32decode(known.totp_secret.reveal())
    except (binascii.Error, ValueError):
        return False
    return secrets.compare_digest(open_totp_key(operator.wrapped, operator.id).reveal(), key)
