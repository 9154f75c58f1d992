"""TLS to a provider: version 1.3 only, its own authority, our certificate, and its certificate pinned."""

import hashlib
import os
import secrets
import socket
import ssl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

from apps.providers.line import OwnKey, OwnKeys, Trust, newest_valid, trust_from

_PATIENCE_SECONDS: Final = 3.0
# In memory where Linux has it. What is written there is encrypted anyway.
_MEMORY: Final = Path("/dev/shm")  # noqa: S108 -- the files in it have unguessable names and mode 0600


class PinnedContext(ssl.SSLContext):
    """Accepts a server only if, besides all that TLS checks, the certificate is one of the pinned ones."""

    pins: frozenset[str] = frozenset()

    # Any: the signatures are the standard library's.
    def wrap_socket(self, *args: Any, **kwargs: Any) -> ssl.SSLSocket:
        """Shake hands and compare the certificate before anything is sent."""
        connection = super().wrap_socket(*args, **kwargs)
        certificate = connection.getpeercert(binary_form=True) or b""
        if hashlib.sha256(certificate).hexdigest() not in self.pins:
            connection.close()
            raise ssl.SSLCertVerificationError("the server's certificate is not pinned")
        return connection

    def wrap_bio(self, *args: Any, **kwargs: Any) -> ssl.SSLObject:
        """Refuse: such a connection shakes hands later, where nobody would compare."""
        raise NotImplementedError("a pinned context wraps sockets only")


def client_context(trust: Trust, own: OwnKey) -> PinnedContext:
    """Return the context for one line; names and addresses in the server's certificate are checked as well.

    With a revocation list, a server whose certificate is on it, or a list past its own end, is refused.
    """
    context = PinnedContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_3
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    context.load_verify_locations(cadata=trust.authority)
    if trust.revoked is not None:
        with _file(trust.revoked.encode()) as path:
            context.load_verify_locations(cafile=path)
        context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
    _show(context, own)
    context.pins = trust.pins
    return context


def served_until(base_url: str, line: object, keys: OwnKeys) -> datetime | None:
    """Return when the certificate ends that the server at this address shows; None if there is no line to it."""
    parts, now = urlsplit(base_url), datetime.now(UTC)
    own = newest_valid(keys.tls, now)
    if parts.scheme != "https" or parts.hostname is None or own is None:
        return None
    try:
        context = client_context(trust_from(line), own)
        with (
            socket.create_connection((parts.hostname, parts.port or 443), timeout=_PATIENCE_SECONDS) as plain,
            context.wrap_socket(plain, server_hostname=parts.hostname) as connection,
        ):
            shown = connection.getpeercert(binary_form=True) or b""
    # ValueError: settings that an operator has broken. OSError: away, or not whom we trust.
    except (OSError, ValueError):
        return None
    return x509.load_der_x509_certificate(shown).not_valid_after_utc


def _show(context: ssl.SSLContext, own: OwnKey) -> None:
    if own.certificate is None:
        raise ValueError("a key without a certificate shows nothing")
    # Python hands a private key to TLS through a file only. So nothing that is written opens without a password
    # which exists in this function alone; the file is for us only, lies in memory, and goes at once.
    password = secrets.token_bytes(32).hex().encode()
    key = own.private_key.reveal().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password))
    with _file(ssl.DER_cert_to_PEM_cert(own.certificate).encode() + key) as path:
        context.load_cert_chain(path, password=password)


@contextmanager
def _file(content: bytes) -> Iterator[str]:
    """Lend the content as a file with mode 0600, removed afterwards."""
    directory = _MEMORY if os.access(_MEMORY, os.W_OK) else None
    descriptor, path = tempfile.mkstemp(dir=directory)
    try:
        with open(descriptor, "wb") as file:
            file.write(content)
        yield path
    finally:
        os.unlink(path)
