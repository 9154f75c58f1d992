"""Every call of every JSON door that takes a body, with a body that it takes."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.badinput.door import Json, Request
from tests.badinput.world import World

LARGE, SMALL = 256 * 1024, 16 * 1024


@dataclass(frozen=True)
class Call:
    """One call; `good` is a body whose fields are all known and of the right type."""

    name: str
    method: str
    path: str
    good: Callable[[World], Json]
    limit_bytes: int = SMALL
    # An empty body means something here.
    may_be_empty: bool = False
    # Whose it is: a till's, a phone's with a session, or anybody's.
    door: str = "till"

    def request(self, world: World, *, raw: bytes) -> Request:
        """Return a request of whoever may make it, with these bytes."""
        path = self.path.format(nobody=world.nobody())
        match self.door:
            case "till":
                return world.at_till(self.method, path, raw=raw)
            case "phone":
                return world.at_wallet(self.method, path, raw=raw, token=world.session)
            case _:
                return world.at_wallet(self.method, path, raw=raw)


_REFERENCE = {"reference": "R-1"}
_COUNT = {"count": 0, "amount": 0}
_B64 = "A" * 43
_SIGNATURE = "A" * 86
CALLS = (
    Call("payments", "POST", "payments", lambda world: world.sale("x"), limit_bytes=LARGE),
    Call("capture", "POST", "payments/{nobody}/capture", lambda world: {}, may_be_empty=True),
    Call("confirm", "POST", "payments/{nobody}/confirm", lambda world: {}, may_be_empty=True),
    Call("cancel", "POST", "payments/{nobody}/cancel", lambda world: {}, may_be_empty=True),
    Call("refunds", "POST", "payments/{nobody}/refunds", lambda world: {}, limit_bytes=LARGE, may_be_empty=True),
    Call("cancellations", "POST", "cancellations", lambda world: {"idempotency_key": "k"} | _REFERENCE),
    Call("returns", "POST", "returns", lambda world: {"code": "x"}),
    Call(
        "day-close",
        "POST",
        "day-close",
        lambda world: {
            "business_date": "2026-01-01",
            "currency": "CHF",
            "payments": _COUNT,
            "refunds": _COUNT,
        },
        limit_bytes=LARGE,
    ),
    Call("registrations", "POST", "registrations", lambda world: {"email": "a@b.example", "language": "de"}, door=""),
    Call(
        "mailed-code",
        "POST",
        "registrations/confirm",
        lambda world: {"email": "a@b.example", "code": "12345678"},
        door="",
    ),
    Call("challenges", "POST", "challenges", lambda world: {}, may_be_empty=True, door=""),
    Call(
        "sessions",
        "POST",
        "sessions",
        lambda world: {"device_id": "dev_1", "challenge": _B64, "signature": _SIGNATURE},
        door="",
    ),
    Call(
        "devices",
        "POST",
        "devices",
        lambda world: {
            "activation_code": "1",
            "name": "Phone",
            "platform": "web",
            "public_key": "BA",
            "challenge": _B64,
            "proof": _SIGNATURE,
        },
        door="",
    ),
    Call("pin", "PUT", "device/pin", lambda world: {"kid": 1, "sealed": "AA", "signature": _SIGNATURE}, door="phone"),
    Call("sync", "POST", "device/sync", lambda world: {"sync": "AAAAAA"}, door="phone"),
    Call("limits", "PUT", "limits", lambda world: {"currency": "CHF", "per_day": 1}, door="phone"),
    Call(
        "instruments", "POST", "instruments", lambda world: {"kind": "bank_account", "provider": "bank"}, door="phone"
    ),
    Call(
        "consents", "POST", "consents/{nobody}", lambda world: {"decision": "no", "signature": _SIGNATURE}, door="phone"
    ),
)
