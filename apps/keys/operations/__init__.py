"""Every write to the keys, and everything that is done with a private half."""

from apps.keys.operations.certificates import (
    create_certificate_authority,
    issue_device_certificate,
    issue_till_certificate,
)
from apps.keys.operations.code_keys import create_code_key, rotate_code_key
from apps.keys.operations.documents import sign_document, verify_document
from apps.keys.operations.installation import create_missing_keys
from apps.keys.operations.realm import realm_document
from apps.keys.operations.signing_keys import create_signing_key

__all__ = [
    "create_certificate_authority",
    "create_code_key",
    "create_missing_keys",
    "create_signing_key",
    "issue_device_certificate",
    "issue_till_certificate",
    "realm_document",
    "rotate_code_key",
    "sign_document",
    "verify_document",
]
