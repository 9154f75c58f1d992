"""How long the check of one code takes on one core: text, open, claims, signature, proof.

    python -m benchmarks.code_check

Prints JSON: the median and the best of several rounds, in milliseconds, and each step by itself.
"""

import json
import secrets
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from apps.paycode.claims import Claims, Purpose, Verification, flags_of
from apps.paycode.layout import ANY_TILL, NO_CAP
from apps.paycode.seal import make_code
from apps.paycode.text import read_text
from apps.paycode.unseal import check_claims, is_pin_proved, is_signed_by, open_code

ROUNDS = 15
CODES_PER_ROUND = 400


def milliseconds(step: Callable[[], object]) -> dict[str, float]:
    """Return median and best time of one call, over rounds of many calls."""
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for _ in range(CODES_PER_ROUND):
            step()
        times.append((time.perf_counter() - start) * 1000 / CODES_PER_ROUND)
    return {"median_ms": round(statistics.median(times), 4), "best_ms": round(min(times), 4)}


def main() -> None:
    """Make one code with fresh keys, check it many times, print the figures."""
    realm, k_pin = secrets.token_bytes(16), secrets.token_bytes(32)
    server_key, device_key = X25519PrivateKey.generate(), generate_private_key(SECP256R1())
    public_key = device_key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    now = datetime.now(UTC)
    claims = Claims(
        flags=flags_of(verification=Verification.PIN),
        device_ref=secrets.token_bytes(8),
        counter=1,
        issued_at=int(now.timestamp()),
        instrument=0,
        fallback=0,
        cap=NO_CAP,
        sync=secrets.token_bytes(4),
        pos_tag=ANY_TILL,
    )
    text = make_code(
        claims,
        realm=realm,
        kid=1,
        server_key=server_key.public_key().public_bytes_raw(),
        device_key=device_key,
        k_pin=k_pin,
    )
    sealed = read_text(text)
    code = open_code(sealed, private_key=server_key, realm=realm)

    def check() -> None:
        opened = open_code(read_text(text), private_key=server_key, realm=realm)
        check_claims(opened, now=now, realm=realm, till_id="til_1", till_is_training=False, purpose=Purpose.PAY)
        if not is_signed_by(opened, public_key=public_key, realm=realm):
            raise SystemExit("the signature must verify")
        if not is_pin_proved(opened, k_pin=k_pin, realm=realm):
            raise SystemExit("the proof must verify")

    steps = {
        "text": lambda: read_text(text),
        "open": lambda: open_code(sealed, private_key=server_key, realm=realm),
        "signature": lambda: is_signed_by(code, public_key=public_key, realm=realm),
        "proof": lambda: is_pin_proved(code, k_pin=k_pin, realm=realm),
    }
    whole = milliseconds(check)
    figures = {
        "check": whole,
        "checks_per_second_and_core": round(1000 / whole["median_ms"]),
        "steps": {name: milliseconds(step) for name, step in steps.items()},
    }
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
