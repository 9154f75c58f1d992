"""Opening a scanned code (steps 3 to 7) and spending it (steps 8 to 10)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from django.utils.crypto import constant_time_compare

from apps.audit.operations import record
from apps.codes.models import ACCEPTED, SpentCode
from apps.codes.queries import spent_code
from apps.codes.refusals import Refusal
from apps.customers.states import CustomerStatus
from apps.devices.locks import lock_device
from apps.devices.models import Device
from apps.devices.operations import suspend_as_cloned
from apps.devices.pin import PIN_FIELDS, count_try, has_pin, is_locked, open_pin_key
from apps.devices.queries import device_for_code
from apps.devices.states import DeviceStatus
from apps.kernel.actors import Actor
from apps.kernel.masking import Secret
from apps.keys.contexts import realm_id
from apps.keys.errors import KeyRetired, KeyUnknown
from apps.keys.queries import code_key_for
from apps.merchants.models import Till
from apps.paycode.claims import Claims, Purpose, Verification
from apps.paycode.errors import CodeError
from apps.paycode.text import SealedCode
from apps.paycode.unseal import OpenedCode, check_claims, is_pin_proved, is_signed_by
from apps.paycode.unseal import open_code as unseal_code
from apps.rows import insert_row, update_row

LATE_COUNTER: Final = "counter_below_but_issued_later"


@dataclass(frozen=True, slots=True)
class GenuineCode:
    """A code that opens, fits the call and is signed by a known device. Not spent, and its PIN is not judged."""

    code: OpenedCode
    device: Device
    # Unwrapped before the device is locked; None without a PIN.
    k_pin: Secret[bytes] | None = field(repr=False)

    @property
    def claims(self) -> Claims:
        return self.code.claims


@dataclass(frozen=True, slots=True)
class Payer:
    """Whose phone it was: it may pay, as far as code, device, customer and PIN are concerned."""

    device: Device
    claims: Claims

    @property
    def code_issued_at(self) -> datetime:
        return datetime.fromtimestamp(self.claims.issued_at, UTC)


def open_code(
    *, sealed: SealedCode, till: Till, is_training: bool, purpose: Purpose, now: datetime
) -> GenuineCode | Refusal:
    """Say who signed the code and what it claims, or the first reason why not; only reads.

    KeysUnavailable when the key-encryption key cannot be used: nothing is decided then.
    """
    key = code_key_for(sealed.kid, now)
    if isinstance(key, KeyUnknown | KeyRetired):
        return Refusal(key.code, facts={"kid": sealed.kid})
    realm = realm_id().bytes
    try:
        code = unseal_code(sealed, private_key=key, realm=realm)
        check_claims(code, now=now, realm=realm, till_id=till.public_id, till_is_training=is_training, purpose=purpose)
    except CodeError as error:
        return Refusal(error.code)
    device = device_for_code(code.claims.device_ref)
    if device is None:
        return Refusal("device_unknown")
    if not is_signed_by(code, public_key=bytes(device.public_key), realm=realm):
        return Refusal("signature_wrong", facts={"device": device.public_id})
    return GenuineCode(code, device, open_pin_key(device) if has_pin(device) else None)


def spend_code(
    *,
    genuine: GenuineCode,
    till: Till,
    subject_kind: str,
    subject_id: UUID,
    is_pin_required: bool = True,
    locked: Callable[[], Device] | None = None,
    by: Actor,
    now: datetime,
) -> Payer | Refusal:
    """Accept a genuine code once, and say who pays.

    Runs in the caller's transaction and locks the device. From the moment the counter is advanced the code is
    spent, whatever happens next: a Refusal must be committed too. `locked` has asked for the device already, so that
    what the caller asks behind it is answered by then.
    """
    device = lock_device(genuine.device.id) if locked is None else locked()
    claims = genuine.claims
    if claims.counter <= device.counter:
        return _refuse_used(genuine, device, by, now)
    fields = ["counter", "last_issued_at"]
    device.counter, device.last_issued_at = claims.counter, claims.issued_at
    refusal = _refuse_device(genuine, device, by, now)
    if refusal is None:
        refusal = _judge_pin(genuine, device, is_pin_required, by, now)
        fields += PIN_FIELDS
    update_row(device, fields)
    insert_row(
        SpentCode(
            device=device,
            counter=claims.counter,
            kid=genuine.code.kid,
            text_digest=genuine.code.digest,
            body=genuine.code.body,
            signature=genuine.code.signature,
            till=till,
            result=ACCEPTED if refusal is None else refusal.reason,
            subject_kind=subject_kind,
            subject_id=subject_id,
            at=now,
        )
    )
    return Payer(device, claims) if refusal is None else refusal


def _refuse_used(genuine: GenuineCode, device: Device, by: Actor, now: datetime) -> Refusal:
    """Step 8, the no: a replay, a twin of a code that was spent, or a counter that was passed over."""
    claims = genuine.claims
    spent = spent_code(device.id, claims.counter)
    if spent is None:
        # Passed over by a higher one. A phone never makes it later than that one, a copy of the phone might.
        is_suspicious = claims.issued_at > device.last_issued_at
        return Refusal("already_used", facts={"suspicion": LATE_COUNTER} if is_suspicious else {})
    # Kid, signature, proof and enc do not matter: the same body is the same code.
    if constant_time_compare(bytes(spent.body), genuine.code.body):
        return Refusal("already_used", facts={"spent_for": f"{spent.subject_kind}:{spent.subject_id}"})
    suspend_as_cloned(device=device, evidence={"counter": claims.counter, "sign": "two bodies"}, by=by, now=now)
    return Refusal("device_cloned", facts={"counter": claims.counter})


def _refuse_device(genuine: GenuineCode, device: Device, by: Actor, now: datetime) -> Refusal | None:
    """Step 9: may this phone of this customer pay?"""
    match DeviceStatus(device.status):
        case DeviceStatus.REVOKED:
            return Refusal("device_revoked")
        case DeviceStatus.SUSPENDED:
            return Refusal("device_cloned")
        case DeviceStatus.LOCKED | DeviceStatus.PENDING:
            return Refusal("device_locked")
        case DeviceStatus.ACTIVE:
            pass
    if device.customer.status != CustomerStatus.ACTIVE:
        return Refusal("customer_frozen")
    tags = [bytes(tag) for tag in (device.sync_current, device.sync_previous) if tag is not None]
    if genuine.claims.sync not in tags:
        suspend_as_cloned(
            device=device, evidence={"counter": genuine.claims.counter, "sign": "sync tag"}, by=by, now=now
        )
        return Refusal("device_cloned")
    return None


def _judge_pin(genuine: GenuineCode, device: Device, is_required: bool, by: Actor, now: datetime) -> Refusal | None:
    """Step 10: was the holder verified? Counts the try on the locked row; the caller saves it. Staff hear of a lock."""
    if genuine.claims.verification is Verification.NONE and not is_required:
        return None
    if genuine.claims.verification is Verification.NONE or not has_pin(device):
        return Refusal("pin_required")
    if is_locked(device):
        return Refusal("pin_locked")
    k_pin = genuine.k_pin
    if k_pin is None or device.pin_epoch != genuine.device.pin_epoch:
        # Set or changed since it was read. Rare, and the lock is ours now.
        k_pin = open_pin_key(device)
    is_right = is_pin_proved(genuine.code, k_pin=k_pin.reveal(), realm=realm_id().bytes)
    tries_left = count_try(device, is_right=is_right, now=now)
    if is_locked(device):
        record(actor=by, action="pin.locked", subject=device.public_id, facts={"purpose": "code"}, now=now)
    return None if is_right else Refusal("pin_wrong", tries_left=tries_left)


def record_refusal(*, refusal: Refusal, subject: str, by: Actor, now: datetime) -> None:
    """Write the true reason into the audit trail, in the caller's transaction: the till learns less."""
    record(actor=by, action="code.refused", subject=subject, reason=refusal.reason, facts=dict(refusal.facts), now=now)
