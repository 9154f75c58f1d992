"""Which code was spent, and for what."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from apps.codes.models import SpentCode
from apps.keys.contexts import realm_id
from apps.paycode.claims import decode_claims
from apps.paycode.errors import CodeError
from apps.paycode.seal import code_message
from apps.paycode.signatures import verify_signature


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the kept bytes of a spent code prove today, each found out anew."""

    # The device's key signed exactly this body.
    is_signed: bool
    # The body names the device and the counter under which it is kept.
    is_its_own: bool
    # When the phone says that it made the code.
    issued_at: datetime | None

    @property
    def is_sound(self) -> bool:
        return self.is_signed and self.is_its_own


def code_spent_for(*, kind: str, subject_id: UUID) -> SpentCode | None:
    """Return the evidence of the code that was spent for this, with its device and till; None if there was none."""
    spent = SpentCode.objects.select_related("device", "till")
    return spent.filter(subject_kind=kind, subject_id=subject_id).first()


def verify_evidence(spent: SpentCode) -> Evidence:
    """Verify the kept signature over the kept body with the device's key once more, and read the body again."""
    body = bytes(spent.body)
    try:
        claims = decode_claims(body)
        message = code_message(body, realm=realm_id().bytes, kid=spent.kid)
        is_signed = verify_signature(bytes(spent.device.public_key), message, bytes(spent.signature))
    except CodeError:
        return Evidence(is_signed=False, is_its_own=False, issued_at=None)
    is_its_own = claims.device_ref == bytes(spent.device.device_ref) and claims.counter == spent.counter
    return Evidence(is_signed, is_its_own, datetime.fromtimestamp(claims.issued_at, UTC))


def spent_code(device_id: UUID, counter: int) -> SpentCode | None:
    """Return the evidence of this counter, if it was ever spent."""
    return SpentCode.objects.filter(device_id=device_id, counter=counter).first()


def newest_codes_of(device_id: UUID, *, limit: int = 100) -> list[SpentCode]:
    """Return the device's codes with the highest counters, the highest first."""
    return list(SpentCode.objects.filter(device_id=device_id).order_by("-counter")[:limit])
