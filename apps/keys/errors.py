"""What can go wrong with keys."""

from dataclasses import dataclass

from apps.kernel.errors import Conflict, Malformed, Refused, Unavailable


class KeysUnavailable(Unavailable):
    """A key cannot be used now: its key-encryption key is missing, or what is stored does not open."""

    code = "keys_unavailable"


class KidsExhausted(Conflict):
    """All 255 key ids are spent, and none may be used again: the installation needs a new realm."""

    code = "kids_exhausted"


class AuthorityExists(Conflict):
    """There is a certificate authority already."""

    code = "authority_exists"


class NotAPublicKey(Malformed):
    """The public key is not an uncompressed point on P-256."""

    code = "not_a_public_key"


class SignatureRefused(Refused):
    """The document was not signed by one of our keys for this purpose, or was changed afterwards."""

    code = "signature_refused"


@dataclass(frozen=True, slots=True)
class KeyUnknown:
    """No code key has this id, or it is not valid yet."""

    kid: int
    code: str = "key_unknown"


@dataclass(frozen=True, slots=True)
class KeyRetired:
    """The code key had its time; the phone must come online once."""

    kid: int
    code: str = "key_retired"
