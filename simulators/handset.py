"""The part of a phone that needs no network: its keys, its PIN, its counter, and the codes."""

import hashlib
import json
import secrets
import time
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    derive_private_key,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from apps.kernel.ids import from_public_id
from apps.paycode import keys, messages
from apps.paycode.claims import Claims, Purpose, Verification, flags_of
from apps.paycode.keys import Label
from apps.paycode.layout import ANY_TILL, NO_CAP
from apps.paycode.seal import make_code
from apps.paycode.signatures import sign_message, verify_signature
from simulators.caller import Fields
from simulators.encoding import from_text, normal_form, seconds_of, to_text
from simulators.memory import Memory


class NotGenuine(Exception):
    """A document was not signed by the key that should have signed it, or is older than what the phone knows."""


class NoKey(Exception):
    """The phone knows no code key that is valid now: it must go online once."""


class Handset:
    """One phone with its memory; a second object on a copy of the file is a clone.

    `root_key` is the realm's root as an app carries it from the store; without one the first realm is believed.
    """

    def __init__(self, memory: Path, *, root_key: bytes | None = None, clock: Callable[[], float] = time.time) -> None:
        self._memory = Memory(memory)
        self._root_key = root_key
        self._clock = clock
        self._typed: tuple[str, bytes] | None = None

    @property
    def device_id(self) -> str:
        """The server's name for this phone; empty before it is enrolled."""
        return self._memory.facts.device_id

    @property
    def counter(self) -> int:
        """The number of codes that this phone has made."""
        return self._memory.facts.counter

    def make_code(
        self,
        pin: str | None,
        *,
        instrument: int = 0,
        fallback: int = 0,
        cap: int | None = None,
        purpose: Purpose = Purpose.PAY,
        is_training: bool = False,
        made_online: bool = False,
        till_id: str | None = None,
    ) -> str:
        """Return the text of a fresh code. Raises NoKey.

        The counter is on the disk before this returns: whatever happens to the phone then, it never makes a second
        code with the same number.
        """
        k_pin = None if pin is None else self._derive(pin)
        kid, server_key = self._code_key()
        # Two threads must never make twins.
        with self._memory.lock:
            self._memory.keep(counter=self.counter + 1)
            facts = self._memory.facts
        claims = Claims(
            flags=flags_of(
                verification=Verification.NONE if pin is None else Verification.PIN,
                purpose=purpose,
                made_online=made_online,
                is_training=is_training,
            ),
            device_ref=self._device_ref,
            counter=facts.counter,
            issued_at=int(self._server_time()),
            instrument=instrument,
            fallback=fallback,
            cap=NO_CAP if cap is None else cap,
            sync=from_text(facts.sync),
            pos_tag=ANY_TILL if till_id is None else keys.pos_tag(realm=self._realm, till_id=till_id),
        )
        return make_code(
            claims, realm=self._realm, kid=kid, server_key=server_key, device_key=self._private_key, k_pin=k_pin
        )

    def believe_realm(self, signed: Mapping[str, str]) -> None:
        """Keep the keys and the server's time of a realm document. Raises NotGenuine and keeps what there was."""
        document, facts = json.loads(from_text(signed["document"])), self._memory.facts
        if self._root_key is not None:
            # The signature covers the realm's id: the root of one realm cannot speak for another.
            _check_signed(signed, Label.REALM, self._root_key, uuid.UUID(document["realm"]))
        if facts.realm and document["realm"] != facts.realm:
            raise NotGenuine("the document of another realm")
        if document["version"] < facts.realm_version or document["expires_at"] < document["server_time"]:
            raise NotGenuine("an older document than ours, or one that has expired")
        self._memory.keep(
            realm=document["realm"],
            realm_version=document["version"],
            code_keys=tuple(document["code_keys"]),
            receipt_keys=tuple(document["receipt_keys"]),
        )
        self._set_clock(document["server_time"])

    def believe_receipt(self, signed: Mapping[str, str]) -> Fields:
        """Return what the server signed. Raises NotGenuine unless it did, with a key of the realm, and for us."""
        known = {key["id"]: from_text(key["public_key"]) for key in self._memory.facts.receipt_keys}
        if signed["key"] not in known:
            raise NotGenuine("signed with a key that is not in the realm document")
        _check_signed(signed, Label.RECEIPT, known[signed["key"]], uuid.UUID(self._memory.facts.realm))
        receipt: Fields = json.loads(from_text(signed["document"]))
        if receipt["device_ref"] != self._memory.facts.device_ref:
            raise NotGenuine("the receipt of another phone")
        return receipt

    def _decision(self, shown: Fields, is_yes: bool, pin: str | None) -> Fields:
        """Return what this phone sends about a payment that it showed: signed, and a yes also with proof of the PIN."""
        content = messages.consent_content(
            device_ref=self._device_ref,
            payment_id=from_public_id("pay", shown["id"]).bytes,
            amount_minor=shown["amount"],
            currency=shown["currency"],
            merchant=shown["merchant"],
            is_yes=is_yes,
        )
        signature = sign_message(self._private_key, messages.step_up_message(realm=self._realm, content=content))
        fields: Fields = {"decision": "yes" if is_yes else "no", "signature": to_text(signature)}
        if is_yes and pin is not None:
            k_pin = self._derive(pin)
            fields["pin_ok"] = to_text(messages.consent_pin_ok(k_pin=k_pin, realm=self._realm, content=content))
        return fields

    def _approval(self, new: Fields, challenge: bytes) -> Fields:
        """Return what this phone signs to let another one in, as the list of devices shows it."""
        message = messages.handover_message(
            realm=self._realm,
            old_device_ref=self._device_ref,
            new_device_ref=from_text(new["device_ref"]),
            new_public_key=from_text(new["public_key"]),
            challenge=challenge,
        )
        signature = sign_message(self._private_key, message)
        return {"challenge": to_text(challenge), "signature": to_text(signature)}

    def _make_keys(self, activation_code: str, challenge: bytes) -> tuple[bytes, bytes]:
        """Make this phone's keys, and return the public one and the proof that whoever enrols it has the other."""
        private_key = generate_private_key(SECP256R1())
        public_key = private_key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self._memory.keep(
            private_key=to_text(private_key.private_numbers().private_value.to_bytes(32, "big")),
            k_dev=to_text(secrets.token_bytes(32)),
        )
        message = messages.enrol_message(
            realm=self._realm,
            challenge=challenge,
            activation_digest=hashlib.sha256(normal_form(activation_code).encode()).digest(),
            public_key=public_key,
        )
        return public_key, sign_message(private_key, message)

    def _derive(self, pin: str) -> bytes:
        # Slow on purpose; while the app is open it remembers what was typed last, and never on the disk.
        if self._typed is None or self._typed[0] != pin:
            stretched = keys.stretch_pin(pin, realm=self._realm, device_ref=self._device_ref)
            self._typed = (pin, keys.derive_k_pin(from_text(self._memory.facts.k_dev), stretched))
        return self._typed[1]

    def _code_key(self) -> tuple[int, bytes]:
        """Return kid and public half of the newest code key that is valid."""
        now = self._server_time()
        for key in sorted(self._memory.facts.code_keys, key=lambda each: -int(each["kid"])):
            if seconds_of(key["not_before"]) <= now < seconds_of(key["not_after"]):
                return int(key["kid"]), from_text(key["public_key"])
        raise NoKey

    def _server_time(self) -> float:
        return self._clock() + self._memory.facts.clock_offset_seconds

    def _set_clock(self, server_time: str) -> None:
        # The document's time has whole seconds: a difference below one says nothing.
        offset = seconds_of(server_time) - self._clock()
        self._memory.keep(clock_offset_seconds=offset if abs(offset) >= 1 else 0.0)

    @property
    def _realm(self) -> bytes:
        return uuid.UUID(self._memory.facts.realm).bytes

    @property
    def _device_ref(self) -> bytes:
        return from_text(self._memory.facts.device_ref)

    @property
    def _private_key(self) -> EllipticCurvePrivateKey:
        return derive_private_key(int.from_bytes(from_text(self._memory.facts.private_key), "big"), SECP256R1())


def _check_signed(signed: Mapping[str, str], label: Label, public_key: bytes, realm: uuid.UUID) -> None:
    message = messages.document_message(label, realm=realm.bytes, document=from_text(signed["document"]))
    if not verify_signature(public_key, message, from_text(signed["signature"])):
        raise NotGenuine(f"the signature of the {label} is wrong")
