"""Who plays in the tests: a phone with its keys, its holder, and a shop's key makers.

    phone = make_phone(now=now)                  # a fresh customer's, enrolled, active, its PIN set
    text = phone.make_code(now=now)              # what the till scans; the counter goes up by one
    text = phone.make_code(now=now, pin="000000")            # a wrong PIN
    text = phone.make_code(now=now, cap=5000, counter=7, sync=b"\\0\\0\\0\\0")
    opened = phone.open_session(now=now)         # confirmed; `pin=None` for one that is not
    phone.device()                               # the row as it is now

Everything goes through the operations that the doors call, so a phone here is enrolled as a real one is. Only the slow
part of the PIN (600000 rounds) is left out: the server never sees what goes into K_pin, and cannot tell.
"""

import hashlib
import itertools
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from apps.customers.models import Customer
from apps.customers.operations import meet_customer
from apps.devices.models import ActivationSource, Device
from apps.devices.operations import (
    OpenedSession,
    enrol_device,
    issue_activation_code,
    issue_challenge,
    normal_form,
    open_session,
    set_pin,
)
from apps.kernel.actors import Actor
from apps.keys.contexts import realm_id
from apps.keys.operations import create_missing_keys
from apps.keys.queries import published_code_keys
from apps.paycode.claims import Claims, Purpose, Verification, flags_of
from apps.paycode.keys import derive_k_pin, pos_tag
from apps.paycode.layout import ANY_TILL, NO_CAP
from apps.paycode.messages import (
    NO_OLD_PROOF,
    PinSetting,
    consent_content,
    consent_pin_ok,
    enrol_message,
    pack_pin_setting,
    pin_change_proof,
    pin_set_info,
    pin_set_message,
    session_message,
    session_pin_ok,
    sign_message,
    step_up_message,
)
from apps.paycode.seal import make_code, seal

STAFF = Actor("operator", "tests")
PIN = "739154"
WRONG_PIN = "104729"

_numbers = itertools.count(1)


def make_keys(*, now: datetime) -> None:
    """Give the installation its keys; harmless when it has them."""
    create_missing_keys(now=now, by=STAFF)


def make_customer(*, now: datetime, email: str = "") -> Customer:
    """Return an open customer, a fresh one unless the address is known."""
    return meet_customer(email=email or f"customer{next(_numbers)}@example.com", language="de", by=STAFF, now=now)


def make_phone(*, now: datetime, customer: Customer | None = None, pin: str | None = PIN) -> "Phone":
    """Return an enrolled, active phone with its PIN set, of a fresh customer unless one is given; `pin=None`: not set.

    `now` is the moment of enrolment; an instrument is not part of it.
    """
    make_keys(now=now)
    phone = Phone()
    phone.enrol(customer or make_customer(now=now), now=now)
    if pin is not None:
        phone.set_pin(pin, now=now)
    return phone


@dataclass
class Phone:
    """What a phone keeps, and what it does with it. A copy (`dataclasses.replace`) is a clone, counter and all."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()), repr=False)
    k_dev: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)
    enrolled: Device | None = None
    sync: bytes = b""
    counter: int = 0
    pin: str = ""
    pin_epoch: int = 0

    @property
    def public_key(self) -> bytes:
        """The 65-byte point."""
        return self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    @property
    def identity(self) -> Device:
        """The device as it was enrolled: id, device_ref, customer."""
        assert self.enrolled is not None, "enrol the phone first"
        return self.enrolled

    @property
    def device_ref(self) -> bytes:
        """What codes carry in place of the id."""
        return bytes(self.identity.device_ref)

    @property
    def customer(self) -> Customer:
        """Whose phone it is."""
        return self.identity.customer

    def device(self) -> Device:
        """Return the device's row as it is now."""
        return Device.objects.select_related("customer").get(id=self.identity.id)

    def k_pin(self, pin: str) -> bytes:
        """Return K_pin of any PIN on this phone, without the slow part."""
        return derive_k_pin(self.k_dev, hashlib.sha256(pin.encode() + self.device_ref).digest())

    def sign(self, message: bytes) -> bytes:
        """Return r and s."""
        return sign_message(self.key, message)

    def enrol(
        self,
        customer: Customer,
        *,
        now: datetime,
        source: ActivationSource = ActivationSource.LETTER,
        name: str = "Alice's phone",
        platform: str = "web",
    ) -> Device:
        """Enrol for the customer with a fresh activation code that came by `source`."""
        issued = issue_activation_code(customer_id=customer.id, source=source, by=STAFF, now=now)
        return self.enrol_with(issued.code.reveal(), now=now, name=name, platform=platform)

    def enrol_with(
        self, activation_code: str, *, now: datetime, name: str = "Alice's phone", platform: str = "web"
    ) -> Device:
        """Enrol with an activation code as somebody typed it."""
        challenge = issue_challenge(device_id=None, now=now)
        self.enrolled = enrol_device(
            activation_code=activation_code,
            name=name,
            platform=platform,
            public_key=self.public_key,
            challenge=challenge,
            proof=self.proof(activation_code, challenge),
            now=now,
        )
        self.sync = bytes(self.enrolled.sync_current)
        return self.enrolled

    def proof(self, activation_code: str, challenge: bytes) -> bytes:
        """Return what the phone signs to enrol."""
        digest = hashlib.sha256((normal_form(activation_code) or "").encode()).digest()
        return self.sign(
            enrol_message(
                realm=realm_id().bytes, challenge=challenge, activation_digest=digest, public_key=self.public_key
            )
        )

    def set_pin(self, pin: str, *, now: datetime, old_pin: str | None = None) -> Device:
        """Set the first PIN, or change it; `old_pin` is the one that the holder types, the right one unless given."""
        kid, sealed, signature = self.sealed_pin(pin, now=now, old_pin=old_pin)
        device = set_pin(device_id=self.identity.id, kid=kid, sealed=sealed, signature=signature, now=now)
        self.pin, self.pin_epoch = pin, device.pin_epoch
        return device

    def sealed_pin(
        self,
        pin: str,
        *,
        now: datetime,
        old_pin: str | None = None,
        challenge: bytes | None = None,
        pin_epoch: int | None = None,
        kid: int | None = None,
    ) -> tuple[int, bytes, bytes]:
        """Return kid, sealed and signature of a PIN setting, as `PUT device/pin` carries them."""
        challenge = challenge or issue_challenge(device_id=self.identity.id, now=now)
        new_k_pin, typed = self.k_pin(pin), self.pin if old_pin is None else old_pin
        proof = NO_OLD_PROOF
        if typed:
            proof = pin_change_proof(old_k_pin=self.k_pin(typed), new_k_pin=new_k_pin, challenge=challenge)
        setting = PinSetting(
            pin_epoch=self.pin_epoch + 1 if pin_epoch is None else pin_epoch,
            k_pin=new_k_pin,
            challenge=challenge,
            old_proof=proof,
        )
        kid, server_key = server_key_of(kid, now=now)
        info = pin_set_info(realm=realm_id().bytes, kid=kid, device_ref=self.device_ref)
        sealed = seal(pack_pin_setting(setting), server_key=server_key, info=info)
        return kid, sealed, self.sign(pin_set_message(realm=realm_id().bytes, sealed=sealed))

    def open_session(self, *, now: datetime, pin: str | None = "") -> OpenedSession:
        """Open a session, confirmed by the right PIN; `pin=None` leaves it out, another one is tried."""
        challenge = issue_challenge(device_id=None, now=now)
        signature = self.sign(self.session_message(challenge))
        pin_ok = None if pin is None else self.session_pin_ok(pin or self.pin, challenge)
        return open_session(
            device_id=self.identity.id, challenge=challenge, signature=signature, pin_ok=pin_ok, now=now
        )

    def session_message(self, challenge: bytes) -> bytes:
        """Return what the phone signs to open a session."""
        return session_message(realm=realm_id().bytes, device_ref=self.device_ref, challenge=challenge)

    def session_pin_ok(self, pin: str, challenge: bytes) -> bytes:
        """Return the proof of a PIN for a session."""
        return session_pin_ok(
            k_pin=self.k_pin(pin), realm=realm_id().bytes, device_ref=self.device_ref, challenge=challenge
        )

    def consent(
        self,
        *,
        payment_id: UUID,
        amount_minor: int,
        currency: str,
        merchant: str,
        is_yes: bool = True,
        pin: str | None = None,
    ) -> tuple[bytes, bytes | None]:
        """Return signature and proof of the PIN, the right one unless `pin` says so, over what the phone shows."""
        content = consent_content(
            device_ref=self.device_ref,
            payment_id=payment_id.bytes,
            amount_minor=amount_minor,
            currency=currency,
            merchant=merchant,
            is_yes=is_yes,
        )
        k_pin = self.k_pin(self.pin if pin is None else pin)
        signature = self.sign(step_up_message(realm=realm_id().bytes, content=content))
        return signature, consent_pin_ok(k_pin=k_pin, realm=realm_id().bytes, content=content) if is_yes else None

    def claims(
        self,
        *,
        now: datetime,
        counter: int | None = None,
        issued_at: int | None = None,
        verification: Verification = Verification.PIN,
        purpose: Purpose = Purpose.PAY,
        is_training: bool = False,
        made_online: bool = False,
        instrument: int = 0,
        fallback: int = 0,
        cap: int = NO_CAP,
        sync: bytes | None = None,
        till_id: str | None = None,
    ) -> Claims:
        """Return what the next code says; the phone's counter goes up unless another one is given."""
        if counter is None:
            self.counter += 1
            counter = self.counter
        return Claims(
            flags=flags_of(
                verification=verification, purpose=purpose, made_online=made_online, is_training=is_training
            ),
            device_ref=self.device_ref,
            counter=counter,
            issued_at=int(now.timestamp()) if issued_at is None else issued_at,
            instrument=instrument,
            fallback=fallback,
            cap=cap,
            sync=self.sync if sync is None else sync,
            pos_tag=pos_tag(realm=realm_id().bytes, till_id=till_id) if till_id else ANY_TILL,
        )

    def make_code(
        self,
        *,
        now: datetime,
        pin: str | None = None,
        counter: int | None = None,
        issued_at: int | None = None,
        verification: Verification = Verification.PIN,
        purpose: Purpose = Purpose.PAY,
        is_training: bool = False,
        made_online: bool = False,
        instrument: int = 0,
        fallback: int = 0,
        cap: int = NO_CAP,
        sync: bytes | None = None,
        till_id: str | None = None,
        kid: int | None = None,
    ) -> str:
        """Return the text of a fresh code, by default the next one with the right PIN, for any till, without a cap.

        `pin` is what the holder types; `till_id` binds the code to a till's public id; `kid` seals to an older key.
        """
        claims = self.claims(
            now=now,
            counter=counter,
            issued_at=issued_at,
            verification=verification,
            purpose=purpose,
            is_training=is_training,
            made_online=made_online,
            instrument=instrument,
            fallback=fallback,
            cap=cap,
            sync=sync,
            till_id=till_id,
        )
        return self.write_code(claims, now=now, pin=pin, kid=kid)

    def write_code(self, claims: Claims, *, now: datetime, pin: str | None = None, kid: int | None = None) -> str:
        """Return a code that says exactly this, sealed and signed by this phone; two calls give two texts."""
        kid, server_key = server_key_of(kid, now=now)
        return make_code(
            claims,
            realm=realm_id().bytes,
            kid=kid,
            server_key=server_key,
            device_key=self.key,
            k_pin=self.k_pin(self.pin if pin is None else pin),
        )


def server_key_of(kid: int | None, *, now: datetime) -> tuple[int, bytes]:
    """Return the newest valid code key, or the one with this id, and its public half."""
    keys = [key for key in published_code_keys(now) if key.is_valid_at(now) and kid in (None, key.kid)]
    return keys[0].kid, bytes(keys[0].public_key)
