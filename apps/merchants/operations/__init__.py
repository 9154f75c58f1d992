"""Every write about merchants: opening and changing one, its stores, its tills, and what tills are known by."""

from apps.merchants.operations.change import Unlimited, change_merchant
from apps.merchants.operations.credentials import (
    IssuedCertificate,
    issue_client_certificate,
    register_certificate,
    register_signing_key,
    revoke_credential,
)
from apps.merchants.operations.nonces import forget_nonces, spend_nonce
from apps.merchants.operations.opening import create_merchant, create_store, create_till
from apps.merchants.operations.proof import require_till_proof
from apps.merchants.operations.till_keys import IssuedKey, issue_till_key, revoke_till_keys

__all__ = [
    "IssuedCertificate",
    "IssuedKey",
    "Unlimited",
    "change_merchant",
    "create_merchant",
    "create_store",
    "create_till",
    "forget_nonces",
    "issue_client_certificate",
    "issue_till_key",
    "register_certificate",
    "register_signing_key",
    "require_till_proof",
    "revoke_credential",
    "revoke_till_keys",
    "spend_nonce",
]
