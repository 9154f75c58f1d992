"""The only place that locks a provider account."""

from uuid import UUID

from apps.providers.errors import UnknownProviderAccount
from apps.providers.models import ProviderAccount


def lock_provider_account(account_id: UUID) -> ProviderAccount:
    """Return the account, locked until the transaction ends. Raises UnknownProviderAccount."""
    account = ProviderAccount.objects.select_for_update(no_key=True).filter(id=account_id).first()
    if account is None:
        raise UnknownProviderAccount
    return account
