"""RFC 9180 base mode with a chosen ephemeral key, so that published seals can be reproduced. Only for tests."""

import hmac

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEM_SUITE = b"KEM" + (0x0020).to_bytes(2, "big")
HPKE_SUITE = b"HPKE" + b"".join(number.to_bytes(2, "big") for number in (0x0020, 0x0001, 0x0001))


def labelled_extract(suite: bytes, salt: bytes, label: bytes, secret: bytes) -> bytes:
    return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + label + secret, "sha256")


def labelled_expand(suite: bytes, key: bytes, label: bytes, info: bytes, length: int) -> bytes:
    # One block of HKDF-Expand is enough: no output here is longer than 32 bytes.
    message = length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info + b"\x01"
    return hmac.digest(key, message, "sha256")[:length]


def seal_with(ephemeral_private: bytes, *, server_public: bytes, info: bytes, plaintext: bytes) -> bytes:
    """Return enc and ct."""
    ephemeral = X25519PrivateKey.from_private_bytes(ephemeral_private)
    enc = ephemeral.public_key().public_bytes_raw()
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(server_public))
    eae = labelled_extract(KEM_SUITE, b"", b"eae_prk", shared)
    secret = labelled_expand(KEM_SUITE, eae, b"shared_secret", enc + server_public, 32)

    schedule = (
        b"\x00"
        + labelled_extract(HPKE_SUITE, b"", b"psk_id_hash", b"")
        + labelled_extract(HPKE_SUITE, b"", b"info_hash", info)
    )
    root = labelled_extract(HPKE_SUITE, secret, b"secret", b"")
    key = labelled_expand(HPKE_SUITE, root, b"key", schedule, 16)
    nonce = labelled_expand(HPKE_SUITE, root, b"base_nonce", schedule, 12)
    return enc + AESGCM(key).encrypt(nonce, plaintext, None)
