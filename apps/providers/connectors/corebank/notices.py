"""The bank core's notices, pure: the bytes of one whose signature holds, into what it hints at."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from apps.kernel.money import Money
from apps.providers.connectors.corebank.messages import NotTheAnswer, text_in
from apps.providers.contract import InvalidNotice, Notice, NoticeKind
from apps.providers.strict_json import NotStrictJson, read_object

_OPERATIONS: Final = frozenset({"hold.approved", "capture.booked", "refund.booked"})
# Whether the account can pay, as the bank says.
_CONSENTS: Final[Mapping[str, bool]] = MappingProxyType(
    {"account.active": True, "account.blocked": False, "account.expired": False, "consent.ended": False}
)
_NAME: Final = re.compile(r"[A-Za-z0-9_.:-]{1,64}", re.ASCII)
_CURRENCY: Final = re.compile(r"[A-Z]{3}", re.ASCII)
_LARGEST: Final = 10**15


def notice_from(body: bytes, *, nonce: str) -> Notice:
    """Return what the notice says; InvalidNotice for one that says nothing, though somebody signed it."""
    try:
        told = read_object(body)
        notice_id, raw_kind = _name(told, "notice_id"), _name(told, "type")
        if raw_kind in _OPERATIONS:
            return Notice(
                notice_id=notice_id,
                nonce=nonce,
                kind=NoticeKind.OPERATION,
                raw_kind=raw_kind,
                reference=_name(told, "ref"),
                amount=_amount(told),
            )
        if raw_kind in _CONSENTS:
            return Notice(
                notice_id=notice_id,
                nonce=nonce,
                kind=NoticeKind.CONSENT,
                raw_kind=raw_kind,
                consent=_name(told, "consent_id"),
                is_usable=_CONSENTS[raw_kind],
            )
        return Notice(notice_id=notice_id, nonce=nonce, kind=NoticeKind.OTHER, raw_kind=raw_kind)
    except (NotStrictJson, NotTheAnswer) as error:
        raise InvalidNotice(str(error)) from None


def _name(told: dict[str, object], name: str) -> str:
    value = text_in(told, name)
    if not _NAME.fullmatch(value):
        raise NotTheAnswer(f"{name} is no name")
    return value


def _amount(told: dict[str, object]) -> Money:
    amount, currency = told.get("amount"), text_in(told, "currency")
    if type(amount) is not int or not 0 < amount < _LARGEST or not _CURRENCY.fullmatch(currency):
        raise NotTheAnswer("no amount")
    return Money(amount, currency)
