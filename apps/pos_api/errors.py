"""What this door refuses by itself, before any operation is asked."""

from apps.kernel.errors import Forbidden
from apps.rest.errors import Unauthenticated


class ScopeMissing(Forbidden):
    """The till's key is not good for this; `scope` says what it lacks."""

    code = "scope_missing"


class SignatureRequired(Unauthenticated):
    """This merchant's tills sign every request (RFC 9421); register a signing key for the till, and sign."""

    code = "signature_required"


class SignatureInvalid(Unauthenticated):
    """The signature is not one of this till's keys over this request, as agreed; `detail` says what is wrong."""

    code = "signature_invalid"


class SignatureExpired(Unauthenticated):
    """The signature is not of this time; set the clock by `server_time`, and sign anew."""

    code = "signature_expired"


class SignatureReplayed(Unauthenticated):
    """The nonce has signed a request before; sign every request anew, also one that is repeated."""

    code = "signature_replayed"


class CertificateRequired(Unauthenticated):
    """This merchant's tills show a client certificate; none came with this connection."""

    code = "certificate_required"


class CertificateInvalid(Unauthenticated):
    """The client certificate is not registered for this till, or has ended; register the one that it shows."""

    code = "certificate_invalid"
