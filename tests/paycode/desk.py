"""A server in memory: the pure steps from the product, the others played, to decide the published vectors."""

from dataclasses import dataclass, field

from apps.paycode.claims import Purpose, Verification
from apps.paycode.errors import CodeError
from apps.paycode.text import read_text
from apps.paycode.unseal import OpenedCode, check_claims, is_pin_proved, is_signed_by, open_code
from tests.paycode.known import DEVICE_PUBLIC, DEVICE_REF, K_PIN, KID, NOW, REALM, SERVER_KEY, TILL_ID

MOST_PIN_TRIES = 3


@dataclass
class Desk:
    """One fresh active device with its PIN set, one live till, one call for a payment."""

    sync: bytes
    purpose: Purpose = Purpose.PAY
    till_is_training: bool = False
    counter: int = 0
    tries_left: int = MOST_PIN_TRIES
    is_cloned: bool = False
    seen: set[bytes] = field(default_factory=set)
    spent: dict[int, bytes] = field(default_factory=dict)

    def decide(self, text: str) -> str:
        """Return the reason of the first step that fails, or `accepted`."""
        try:
            sealed = read_text(text)
            if sealed.kid != KID:
                return "key_unknown"
            if sealed.digest in self.seen:
                return "already_used"
            code = open_code(sealed, private_key=SERVER_KEY, realm=REALM)
            check_claims(
                code,
                now=NOW,
                realm=REALM,
                till_id=TILL_ID,
                till_is_training=self.till_is_training,
                purpose=self.purpose,
            )
        except CodeError as error:
            return error.code
        if code.claims.device_ref != DEVICE_REF or not is_signed_by(code, public_key=DEVICE_PUBLIC, realm=REALM):
            return "rejected"
        return self.spend(code)

    def spend(self, code: OpenedCode) -> str:
        """Steps 8 to 10."""
        counter = code.claims.counter
        if counter <= self.counter:
            if self.spent.get(counter, code.body) != code.body:
                self.is_cloned = True
                return "device_cloned"
            return "already_used"
        self.counter = counter
        self.spent[counter] = code.body
        self.seen.add(code.digest)
        if self.is_cloned:
            return "device_cloned"
        if code.claims.sync != self.sync:
            self.is_cloned = True
            return "device_cloned"
        if code.claims.verification is Verification.NONE:
            return "pin_required"
        if self.tries_left == 0:
            return "pin_locked"
        if not is_pin_proved(code, k_pin=K_PIN, realm=REALM):
            self.tries_left -= 1
            return "pin_wrong"
        self.tries_left = MOST_PIN_TRIES
        return "accepted"
