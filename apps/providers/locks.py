"""The only place that locks a provider account, and then a key on its line."""

from uuid import UUID

from apps.providers.errors import UnknownLineKey, UnknownProviderAccount
from apps.providers.models import LineKey, ProviderAccount


def lock_provider_account(account_id: UUID) -> ProviderAccount:
    """Return the account, locked until the transaction ends. Raises UnknownProviderAccount."""
    account = ProviderAccount.objects.select_for_update(no_key=True).filter(id=account_id).first()
    if account is None:
        raise UnknownProviderAccount
    return account


def lock_line_key(line_key_id: UUID) -> LineKey:
    """Return the key with its account, the account locked first. Raises UnknownLineKey."""
    account_id = LineKey.objects.filter(id=line_key_id).values_list("account_id", flat=True).first()
    if account_id is None:
        raise UnknownLineKey
    account = lock_provider_account(account_id)
    key = LineKey.objects.select_for_update(no_key=True).get(id=line_key_id)
    key.account = account
    return key
