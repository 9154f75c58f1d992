"""Open an account at a provider, change how it is reached, and switch its route on and off."""

import hmac
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction

from apps.audit.operations import record
from apps.kernel.actors import Actor
from apps.kernel.ids import uuid7
from apps.kernel.masking import Secret
from apps.keys.errors import KeysUnavailable
from apps.keys.kek import WrappedKey, key_encryption_keys
from apps.providers.contexts import credential_aad
from apps.providers.errors import InvalidProviderAccount, ProviderCodeTaken, UnknownProviderAccount
from apps.providers.line import trust_from
from apps.providers.locks import lock_provider_account
from apps.providers.masking import masked_detail
from apps.providers.models import ProviderAccount
from apps.providers.registry import build_connector, credential_of

_CODE: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,30}", re.ASCII)


@transaction.atomic(durable=True)
def create_provider_account(
    *,
    code: str,
    name: str,
    connector: str,
    settings: Mapping[str, object],
    credential: Secret[str],
    by: Actor,
    now: datetime,
) -> ProviderAccount:
    """Open a route, switched on; nothing is sent yet. Raises InvalidProviderAccount, ProviderCodeTaken."""
    if _CODE.fullmatch(code) is None or not name.strip():
        raise InvalidProviderAccount
    _refuse_unusable(connector, settings, credential)
    account_id = uuid7()
    wrapped = _sealed(account_id, credential)
    try:
        with transaction.atomic():
            account = ProviderAccount.objects.create(
                id=account_id,
                code=code,
                name=name.strip()[:80],
                connector=connector,
                settings=dict(settings),
                kek_id=wrapped.kek_id,
                nonce=wrapped.nonce,
                wrapped_credential=wrapped.ciphertext,
                created_at=now,
            )
    except IntegrityError:
        raise ProviderCodeTaken(f"there is a provider account {code!r} already") from None
    record(actor=by, action="provider.created", subject=_subject(account), facts={"connector": connector}, now=now)
    return account


@transaction.atomic(durable=True)
def change_provider_account(
    *, account_id: UUID, settings: Mapping[str, object], credential: Secret[str], by: Actor, now: datetime
) -> ProviderAccount:
    """Replace settings and credential; every process opens the line anew at its next call.

    Asking for what is there already changes nothing. Raises UnknownProviderAccount, InvalidProviderAccount.
    """
    account = lock_provider_account(account_id)
    _refuse_unusable(account.connector, settings, credential)
    has_settings, has_credential = account.settings == dict(settings), _has_credential(account, credential)
    if has_settings and has_credential:
        return account
    wrapped = _sealed(account.id, credential)
    account.settings = dict(settings)
    account.version += 1
    account.kek_id, account.nonce, account.wrapped_credential = wrapped.kek_id, wrapped.nonce, wrapped.ciphertext
    account.save(update_fields=["settings", "version", "kek_id", "nonce", "wrapped_credential"])
    facts = {"settings": not has_settings, "credential": not has_credential}
    record(actor=by, action="provider.changed", subject=_subject(account), facts=facts, now=now)
    return account


@transaction.atomic(durable=True)
def trust_provider(*, account_id: UUID, line: Mapping[str, object], by: Actor, now: datetime) -> ProviderAccount:
    """Replace what makes the other side of the line the provider: see `trust_from`; for a rotation, name both.

    Every process opens the line anew at its next call. The same again changes nothing. Raises UnknownProviderAccount,
    InvalidProviderAccount.
    """
    account = lock_provider_account(account_id)
    wanted = {**account.settings, "line": dict(line)}
    _refuse_unusable(account.connector, wanted, credential_of(account))
    if account.settings == wanted:
        return account
    account.settings = wanted
    account.version += 1
    account.save(update_fields=["settings", "version"])
    trust = trust_from(line)
    facts = {"pins": sorted(trust.pins), "signing_keys": sorted(trust.signing_keys)}
    record(actor=by, action="provider.trusted", subject=_subject(account), facts=facts, now=now)
    return account


@transaction.atomic(durable=True)
def set_second_route(*, account_id: UUID, second_id: UUID | None, by: Actor, now: datetime) -> ProviderAccount:
    """Name the line to the same provider that is tried when this one certainly did nothing; None takes it away.

    The same again changes nothing. Raises UnknownProviderAccount, and InvalidProviderAccount for the account itself
    or one that speaks through another connector: instruments are known to one provider only.
    """
    account = lock_provider_account(account_id)
    if account.second_route_id == second_id:
        return account
    if second_id == account.id:
        raise InvalidProviderAccount("a route is not its own second route")
    second = None if second_id is None else ProviderAccount.objects.filter(id=second_id).first()
    if second_id is not None and second is None:
        raise UnknownProviderAccount
    if second is not None and second.connector != account.connector:
        raise InvalidProviderAccount(f"{second.code} speaks {second.connector}, not {account.connector}")
    account.second_route = second
    account.save(update_fields=["second_route"])
    facts = {"second_route": None if second is None else second.code}
    record(actor=by, action="provider.second_route_set", subject=_subject(account), facts=facts, now=now)
    return account


@transaction.atomic(durable=True)
def set_enabled(*, account_id: UUID, is_enabled: bool, reason: str, by: Actor, now: datetime) -> ProviderAccount:
    """Switch a route on or off, for a reason; off, every call on it is answered NotSent.

    Asking for what is so already changes nothing. Raises UnknownProviderAccount, and InvalidProviderAccount without a
    reason.
    """
    if not reason.strip():
        raise InvalidProviderAccount("a route is switched for a reason")
    account = lock_provider_account(account_id)
    if account.is_enabled != is_enabled:
        _switch(account, is_enabled=is_enabled, reason=reason, by=by, now=now)
    return account


@transaction.atomic(durable=True)
def switch_off_route(*, account: ProviderAccount, reason: str, by: Actor, now: datetime) -> bool:
    """Switch the route off unless it is off, or was changed since the caller read it; say whether it was done."""
    current = lock_provider_account(account.id)
    # What was rejected was the line before an operator repaired it.
    if not current.is_enabled or current.version != account.version:
        return False
    _switch(current, is_enabled=False, reason=reason, by=by, now=now)
    return True


def _switch(account: ProviderAccount, *, is_enabled: bool, reason: str, by: Actor, now: datetime) -> None:
    account.is_enabled = is_enabled
    account.disabled_reason = "" if is_enabled else masked_detail(reason)
    account.save(update_fields=["is_enabled", "disabled_reason"])
    action = "provider.enabled" if is_enabled else "provider.disabled"
    record(actor=by, action=action, subject=_subject(account), reason=masked_detail(reason), now=now)


def _refuse_unusable(connector: str, settings: Mapping[str, object], credential: Secret[str]) -> None:
    if not credential.reveal():
        raise InvalidProviderAccount("the credential is empty")
    try:
        if "line" in settings:
            trust_from(settings["line"])
        build_connector(connector=connector, settings_of_account=settings, credential=credential)
    except ValueError as error:
        raise InvalidProviderAccount(str(error)) from None


def _has_credential(account: ProviderAccount, credential: Secret[str]) -> bool:
    try:
        held = credential_of(account)
    except KeysUnavailable:
        # Its key is gone; the new one replaces it.
        return False
    return hmac.compare_digest(held.reveal().encode(), credential.reveal().encode())


def _sealed(account_id: UUID, credential: Secret[str]) -> WrappedKey:
    return key_encryption_keys().wrap(credential.reveal().encode(), credential_aad(account_id))


def _subject(account: ProviderAccount) -> str:
    return f"provider:{account.code}"
