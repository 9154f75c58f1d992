"""The published vectors, as values."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from apps.paycode.text import read_text
from apps.paycode.unseal import OpenedCode, open_code

# Any: parsed JSON.
VECTORS: dict[str, Any] = json.loads((Path(__file__).parents[1] / "vectors" / "payment-code-v1.json").read_text())
WALLET: dict[str, Any] = VECTORS["wallet"]
REALM = bytes.fromhex(VECTORS["realm"])
KID: int = VECTORS["kid"]
TILL_ID: str = VECTORS["till_id"]
NOW = datetime.fromtimestamp(VECTORS["now"], UTC)
SERVER_KEY = X25519PrivateKey.from_private_bytes(bytes.fromhex(VECTORS["server_private"]))
SERVER_PUBLIC = bytes.fromhex(VECTORS["server_public"])
DEVICE_KEY = derive_private_key(int(VECTORS["device_private"], 16), SECP256R1())
DEVICE_PUBLIC = bytes.fromhex(VECTORS["device_public"])
DEVICE_REF = bytes.fromhex(VECTORS["device_ref"])
K_DEV = bytes.fromhex(VECTORS["k_dev"])
K_PIN = bytes.fromhex(VECTORS["k_pin"])
VALID: list[dict[str, Any]] = VECTORS["valid"]


def titles(vectors: list[dict[str, Any]]) -> list[str]:
    return [vector["what"] for vector in vectors]


def opened(text: str) -> OpenedCode:
    return open_code(read_text(text), private_key=SERVER_KEY, realm=REALM)
