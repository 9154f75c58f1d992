"""Every write about merchants: opening and changing one, its stores, its tills, and issuing and revoking till keys."""

from apps.merchants.operations.change import Unlimited, change_merchant
from apps.merchants.operations.opening import create_merchant, create_store, create_till
from apps.merchants.operations.till_keys import IssuedKey, issue_till_key, revoke_till_keys

__all__ = [
    "IssuedKey",
    "Unlimited",
    "change_merchant",
    "create_merchant",
    "create_store",
    "create_till",
    "issue_till_key",
    "revoke_till_keys",
]
