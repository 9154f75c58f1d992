"""Section C: the scanned code."""

import base64
import random
from collections.abc import Callable, Iterator
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec

from apps.audit.models import Record
from apps.cases.models import Case as OpenCase
from apps.customers.operations import move_customer
from apps.customers.states import CustomerStatus
from apps.devices.operations import move_device
from apps.devices.states import DeviceStatus
from apps.instruments.models import Instrument
from apps.instruments.operations import move_instrument
from apps.instruments.states import InstrumentStatus
from apps.keys.contexts import realm_id
from apps.merchants.models import Mode, Till
from apps.paycode.claims import Purpose, Verification, encode_claims
from apps.paycode.keys import Label, code_context
from apps.paycode.layout import ADF, CONSTANT_PREFIX, ENC_LENGTH, SEALED_OFFSET, SIGNATURE_LENGTH
from apps.paycode.seal import make_code, make_pin_proof, pack_plaintext, seal, sign_body, write_text
from tests.badinput.cases import Case, Scene, declined, refused
from tests.badinput.door import Answer, Request
from tests.badinput.state import DECLINED, SOLD, SPENT, STOPPED
from tests.badinput.world import NEWER_KID, OLDER_KID, RETIRED_KID, World, payload_of, text_of
from tests.cast import WRONG_PIN, Phone, server_key_of
from tests.shop import STAFF

# The order of P-256.
N: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
# Every encoding of a point of low order on Curve25519: 0, 1, the two of order eight, p - 1, p, p + 1.
LOW_ORDER: Final = tuple(
    bytes.fromhex(point)
    for point in (
        "00" * 32,
        "01" + "00" * 31,
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ec" + "ff" * 30 + "7f",
        "ed" + "ff" * 30 + "7f",
        "ee" + "ff" * 30 + "7f",
    )
)
TypedCode = Callable[[World], str]


def _scan(code: TypedCode, **fields: object) -> Callable[[World], Request]:
    """Return a sale with this code."""
    return lambda world: world.at_till("POST", "payments", world.sale(code(world), **fields))


def _good(world: World) -> str:
    return world.phone.make_code(now=world.now)


def _changed(change: Callable[[bytes], bytes]) -> TypedCode:
    """Return a good code whose bytes were changed."""
    return lambda world: text_of(change(payload_of(_good(world))))


# The text


def tlv(tag: str, content: bytes) -> bytes:
    """Return one BER-TLV element."""
    length = bytes([len(content)]) if len(content) < 128 else bytes([0x81, len(content)])
    return bytes.fromhex(tag) + length + content


def _container(arrange: Callable[[bytes, bytes, bytes], bytes], *, before: bytes = b"") -> TypedCode:
    """Return a code whose application template has its three parts arranged anew."""

    def code(world: World) -> str:
        sealed = payload_of(_good(world))[SEALED_OFFSET - 1 :]
        parts = tlv("4f", ADF), tlv("5a", bytes.fromhex("9756000007")), tlv("63", tlv("c1", sealed))
        return text_of(bytes.fromhex("85054350563031") + before + tlv("61", arrange(*parts)))

    return code


def _texts() -> Iterator[Case]:
    for name, text in (
        ("empty", ""),
        ("byte", "h"),
        ("4096", "h" * 4096),
        ("long", "h" * 200_000),
        ("prefix", "hQVDUFYwMQ"),
        ("blanks", "   "),
    ):
        yield refused(f"C01-{name}", _scan(lambda world, text=text: text), 422, "malformed")
    yield refused("C03-trailing-bits", _scan(lambda world: "hQVDUFYwMR=="), 422, "malformed")
    spellings: dict[str, Callable[[str], str]] = {
        "padded": lambda code: code + "=",
        "padded-twice": lambda code: code + "==",
        "newline": lambda code: code + "\n",
        "newline-inside": lambda code: code[:76] + "\r\n" + code[76:],
        "leading-blank": lambda code: " " + code,
        "url-alphabet": lambda code: code[:100] + "-_" + code[102:],
        "shorter": lambda code: code[:-1],
        "twice": lambda code: code + code,
        "fullwidth": lambda code: code[:-1] + "Ａ",
        "lower": str.lower,
        "invisible": lambda code: code[:9] + "\u200b" + code[9:],
    }
    for name, spell in spellings.items():
        yield refused(f"C03-{name}", _scan(lambda world, spell=spell: spell(_good(world))), 422, "malformed")
    swapped = str.maketrans("YZyz", "ZYzy")
    yield refused("C04", _scan(lambda world: _good(world).translate(swapped)), 422, "scanner_layout")
    for name, arrange in (
        ("missing-adf", lambda adf, scheme, rest: scheme + rest),
        ("missing-scheme", lambda adf, scheme, rest: adf + rest),
        ("missing-blob", lambda adf, scheme, rest: adf + scheme),
        ("reordered", lambda adf, scheme, rest: scheme + adf + rest),
        ("twice", lambda adf, scheme, rest: adf + adf + scheme + rest),
        ("unknown", lambda adf, scheme, rest: adf + scheme + tlv("57", b"\x00") + rest),
    ):
        yield refused(f"C07-{name}", _scan(_container(arrange)), 422, "malformed")
    unknown_first = _container(lambda adf, scheme, rest: adf + scheme + rest, before=tlv("62", b"\x00"))
    yield refused("C07-before", _scan(unknown_first), 422, "malformed")
    yield refused("C08-behind", _scan(_changed(lambda payload: payload + bytes(3))), 422, "malformed")
    yield refused("C08-cut", _scan(_changed(lambda payload: payload[:-3])), 422, "malformed")
    yield refused(
        "C18-adf", _scan(_changed(lambda payload: payload[:17] + b"\x02" + payload[18:])), 422, "unsupported_version"
    )
    visa = base64.b64encode(b"\x85\x05CPV01\x61\x09\x4f\x07\xa0\x00\x00\x00\x03\x10\x10").decode()
    yield refused("C18-scheme", _scan(lambda world: visa), 422, "unknown_scheme")
    for name, text in (
        ("sql", "';DROP TABLE transactions_payment;--"),
        ("template", "{{7*7}}"),
        ("format", "%(x)s {0.__class__}"),
        ("path", "../../etc/passwd"),
        ("nul", "%00"),
        ("real-nul", "\x00"),
        ("surrogate", "\ud800"),
        ("html", "<script>alert(1)</script>"),
        ("url", "https://example.com/pay?amount=1"),
        ("escape", "\x1b[2J"),
        ("bidi", "\u202ehQVDUFYw"),
    ):
        yield refused(f"C37-{name}", _scan(lambda world, text=text: text), 422, "malformed")


# The seal


def _sealed(
    change: Callable[[bytes, bytes, bytes], bytes],
    *,
    realm: bytes | None = None,
    adf: bytes = ADF,
    label: Label = Label.CODE_SEAL,
) -> TypedCode:
    """Return a code whose plaintext is `change` of body, proof and signature, sealed as it should be or elsewhere."""

    def code(world: World) -> str:
        phone = world.phone
        kid, server_key = server_key_of(None, now=world.now)
        ours = realm_id().bytes
        body = encode_claims(phone.claims(now=world.now))
        proof = make_pin_proof(body, k_pin=phone.k_pin(phone.pin), realm=ours, kid=kid)
        signature = sign_body(body, device_key=phone.key, realm=ours, kid=kid)
        info = code_context(label, realm or ours, kid).replace(ADF, adf)
        return write_text(kid, seal(change(body, proof, signature), server_key=server_key, info=info))

    return code


def _signed(change: Callable[[bytes, bytes], bytes]) -> TypedCode:
    """Return a code with another signature, made of r and s."""
    half = SIGNATURE_LENGTH // 2
    return _sealed(lambda body, proof, made: pack_plaintext(body, proof, change(made[:half], made[half:])))


def _ephemeral(change: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    end = SEALED_OFFSET + ENC_LENGTH
    return lambda payload: payload[:SEALED_OFFSET] + change(payload[SEALED_OFFSET:end]) + payload[end:]


def _of_kid(kid: int, server_key: Callable[[World], bytes]) -> TypedCode:
    """Return a code that is sealed for a key of ours that is not the newest."""

    def code(world: World) -> str:
        phone = world.phone
        return make_code(
            phone.claims(now=world.now),
            realm=realm_id().bytes,
            kid=kid,
            server_key=server_key(world),
            device_key=phone.key,
            k_pin=phone.k_pin(phone.pin),
        )

    return code


def _seals() -> Iterator[Case]:
    for number, point in enumerate(LOW_ORDER):
        yield declined(f"C11-{number}", _scan(_changed(_ephemeral(lambda _, point=point: point))), "unreadable")
    for name, change in (
        ("high-bit", lambda point: point[:31] + bytes([point[31] | 0x80])),
        ("above-p", lambda point: b"\xf0" + b"\xff" * 30 + b"\x7f"),
    ):
        yield declined(f"C12-{name}", _copied(_ephemeral(change)), "unreadable", "already_used")
    yield declined("C13", _twin_signature, "already_used")
    zero, order, above = bytes(32), N.to_bytes(32, "big"), b"\xff" * 32
    for name, signature in (
        ("r-0", lambda r, s: zero + s),
        ("s-0", lambda r, s: r + zero),
        ("both-0", lambda r, s: zero + zero),
        ("r-n", lambda r, s: order + s),
        ("s-n", lambda r, s: r + order),
        ("all-ones", lambda r, s: above + above),
        ("exchanged", lambda r, s: s + r),
    ):
        yield declined(f"C14-{name}", _scan(_signed(signature)), "rejected")
    other_realm = bytes(range(16))
    yield declined("C18-realm", _scan(_sealed(pack_plaintext, realm=other_realm)), "unreadable")
    yield declined("C18-sealed-for-adf", _scan(_sealed(pack_plaintext, adf=ADF[:-1] + b"\x02")), "unreadable")
    yield declined("C18-label", _scan(_sealed(pack_plaintext, label=Label.PIN_SET)), "unreadable")
    yield declined("C18-kid", _scan(_of_kid(NEWER_KID, lambda world: world.retired_key)), "unreadable")
    unknown = _changed(lambda payload: payload[: SEALED_OFFSET - 1] + b"\xc8" + payload[SEALED_OFFSET:])
    yield declined("C19-unknown", _scan(unknown), "key_unknown")
    yield declined(
        "C19-kid-0", _scan(_changed(lambda p: p[: SEALED_OFFSET - 1] + b"\0" + p[SEALED_OFFSET:])), "key_unknown"
    )
    yield declined("C19-retired", _scan(_of_kid(RETIRED_KID, lambda world: world.retired_key)), "key_retired")
    for name, kid in (("grace", OLDER_KID), ("current", NEWER_KID)):
        yield Case(f"C19-{name}", lambda w, kid=kid: _of(w, w.payer(), kid=kid), (201,), also=_is_sold, changes=SOLD)
    yield declined("C20-zeros", _scan(_sealed(lambda body, proof, made: bytes(106))), "malformed")
    yield declined("C20-ones", _scan(_sealed(lambda body, proof, made: b"\xff" * 106)), "malformed")
    for seed in range(8):
        noise = random.Random(seed).randbytes(106)  # noqa: S311 -- the same noise in every run
        yield declined(f"C20-noise-{seed}", _scan(_sealed(lambda body, proof, made, n=noise: n)), *_OF_NOISE)
    yield declined("C20-short", _scan(lambda world: text_of(CONSTANT_PREFIX + b"\1" + bytes(154))), "unreadable")
    fresh = lambda world: _sealed(lambda body, proof, made: b"\x01" + bytes(8) + body[9:] + proof + made)(world)  # noqa: E731
    yield declined("C20-nobodys-device", _scan(fresh), "rejected")


# What noise may look like: some of it has a flag or a time that is looked at before its device is.
_OF_NOISE: Final = ("malformed", "rejected", "wrong_mode", "wrong_purpose", "expired", "not_yet_valid", "wrong_till")


def _of(world: World, phone: Phone, **said: object) -> Request:
    """Return a sale with a code of this phone."""
    return world.at_till("POST", "payments", world.sale(phone.make_code(now=world.now, **said)))  # type: ignore[arg-type]


def _copied(change: Callable[[bytes], bytes]) -> Callable[[World], Request]:
    """Return a sale with a changed copy of a code that has paid already."""

    def make(world: World) -> Request:
        code = world.payer().make_code(now=world.now)
        world.play("POST", "payments", world.sale(code))
        return world.at_till("POST", "payments", world.sale(text_of(change(payload_of(code)))))

    return make


def _twin_signature(world: World) -> Request:
    """C13: the same body with s replaced by n - s, which verifies as well."""
    phone, half = world.payer(), SIGNATURE_LENGTH // 2
    kid, server_key = server_key_of(None, now=world.now)
    realm = realm_id().bytes
    body = encode_claims(phone.claims(now=world.now))
    proof = make_pin_proof(body, k_pin=phone.k_pin(phone.pin), realm=realm, kid=kid)
    made = sign_body(body, device_key=phone.key, realm=realm, kid=kid)
    twin = made[:half] + (N - int.from_bytes(made[half:], "big")).to_bytes(half, "big")
    info = code_context(Label.CODE_SEAL, realm, kid)
    first, second = (
        write_text(kid, seal(pack_plaintext(body, proof, signature), server_key=server_key, info=info))
        for signature in (made, twin)
    )
    assert world.play("POST", "payments", world.sale(first))["status"] == "authorised"
    return world.at_till("POST", "payments", world.sale(second))


# What it says


def _claims() -> Iterator[Case]:
    yield Case(
        "C21", lambda w: _of(w, w.payer(), pin=WRONG_PIN), (201,), declines=("pin_wrong",), changes=SPENT, also=_left(2)
    )
    yield declined("C21-again", _wrong_pin_twice, "already_used")
    yield Case("C22-third", _wrong_pins(2), (201,), declines=("pin_wrong",), changes=SPENT, also=_locked)
    yield declined("C22-fourth", _wrong_pins(3), "pin_locked", changes=SPENT)
    yield declined("C22-right", _wrong_pins(3, then=None), "pin_locked", changes=SPENT)
    yield declined(
        "C21-none", lambda w: _of(w, w.payer(), verification=Verification.NONE), "pin_required", changes=SPENT
    )
    for name, seconds, code in (("old", -301, "expired"), ("future", 600, "not_yet_valid"), ("1970", None, "expired")):
        yield declined(f"C24-{name}", _issued(seconds), code)
    yield Case("C25", _replay(once="again"), (201,), also=_is_replayed)
    yield declined("C25-other-key", _replay(once=""), "already_used")
    yield declined("C28", _older_counter, "already_used", changes=DECLINED)
    yield declined("C28-issued-later", _older_counter_later, "already_used", changes=DECLINED | {"cases_case"})
    yield declined("C29-zero", lambda w: _of(w, w.phone, counter=0), "malformed")
    yield Case("C29-last", lambda w: _of(w, w.payer(), counter=2**32 - 1), (201,), also=_is_sold, changes=SOLD)
    yield declined("C29-after", _after_the_last, "already_used", changes=DECLINED | {"cases_case"})
    yield Case("C30", _twins, (201,), declines=("rejected",), changes=STOPPED, also=_is_suspended)
    yield declined("C30-sync", lambda w: _of(w, w.payer(), sync=b"\0\0\0\0"), "rejected", changes=STOPPED)
    for status, why in (
        (DeviceStatus.REVOKED, "customer"),
        (DeviceStatus.SUSPENDED, "lost_phone"),
        (DeviceStatus.SUSPENDED, "fraud"),
        (DeviceStatus.LOCKED, "customer"),
    ):
        yield declined(f"C31-{status}-{why}", _stopped(status, why), "rejected", changes=SPENT)
    yield declined("C31-nobodys-key", _forged, "rejected")
    yield declined(
        "C33-somebody-elses", lambda w: _of(w, w.payer(), instrument=2), "instrument_unusable", changes=SPENT
    )
    for unusable in (InstrumentStatus.SUSPENDED, InstrumentStatus.REMOVED):
        yield declined(f"C33-{unusable}", _instrument(unusable), "instrument_unusable", changes=SPENT)
    for state in (CustomerStatus.FROZEN, CustomerStatus.CLOSED):
        yield declined(f"C34-{state}", _customer(state), "rejected", changes=SPENT)
    yield declined("C39-training-code", _scan(lambda w: w.phone.make_code(now=w.now, is_training=True)), "wrong_mode")
    yield declined("C39-live-code", _scan(_good, training=True), "wrong_mode")
    yield declined("C39-live-code-at-test-key", _at_test_key, "wrong_mode")
    yield declined(
        "C38-return-code", _scan(lambda w: w.phone.make_code(now=w.now, purpose=Purpose.RETURN)), "wrong_purpose"
    )
    yield declined(
        "C38-other-till", _scan(lambda w: w.phone.make_code(now=w.now, till_id=w.nobody("til"))), "wrong_till"
    )
    yield declined("C38-cap", lambda w: _of(w, w.payer(), cap=9_999), "over_cap", changes=SPENT)


def _left(tries: int) -> Callable[[World, Answer], Iterator[str]]:
    def check(world: World, answer: Answer) -> Iterator[str]:
        if answer.json["decline"].get("tries_left") != tries:
            yield f"{answer.json['decline']}, not {tries} left"

    return check


def _locked(world: World, answer: Answer) -> Iterator[str]:
    yield from _left(0)(world, answer)
    if not Record.objects.filter(action="pin.locked").exists():
        yield "no event for staff"


def _is_sold(world: World, answer: Answer) -> Iterator[str]:
    if answer.json.get("status") != "authorised":
        yield f"not sold: {answer.content[:300]!r}"


def _is_replayed(world: World, answer: Answer) -> Iterator[str]:
    if answer.headers.get("idempotent-replayed") != "true" or answer.json.get("status") != "authorised":
        yield f"no repetition: {answer.content[:300]!r}"


def _wrong_pin_twice(world: World) -> Request:
    code = world.payer().make_code(now=world.now, pin=WRONG_PIN)
    world.play("POST", "payments", world.sale(code))
    return world.at_till("POST", "payments", world.sale(code))


def _wrong_pins(count: int, then: str | None = WRONG_PIN) -> Callable[[World], Request]:
    """Return a scan after so many wrong PINs, with another one or with the right one."""

    def make(world: World) -> Request:
        phone = world.payer()
        for _ in range(count):
            world.play("POST", "payments", world.sale(phone.make_code(now=world.now, pin=WRONG_PIN)))
        return _of(world, phone, pin=then)

    return make


def _issued(seconds: int | None) -> Callable[[World], Request]:
    def make(world: World) -> Request:
        at = 0 if seconds is None else int(world.now.timestamp()) + seconds
        return world.at_till("POST", "payments", world.sale(world.phone.make_code(now=world.now, issued_at=at)))

    return make


def _replay(once: str) -> Callable[[World], Request]:
    def make(world: World) -> Request:
        key = world.till()
        body = world.sale(world.payer().make_code(now=world.now))
        world.play("POST", "payments", body, key=key, once="again")
        fields = body if once else body | {"reference": world.sale()["reference"]}
        return world.at_till("POST", "payments", fields, key=key, once=once)

    return make


def _older_counter(world: World) -> Request:
    """C28: a code that was made before the last one that was seen."""
    phone = world.payer()
    older = phone.make_code(now=world.now, issued_at=int(world.now.timestamp()) - 30)
    world.play("POST", "payments", world.sale(phone.make_code(now=world.now)))
    return world.at_till("POST", "payments", world.sale(older))


def _older_counter_later(world: World) -> Request:
    phone = world.payer()
    world.play("POST", "payments", world.sale(phone.make_code(now=world.now, counter=9)))
    later = int(world.now.timestamp()) + 30
    return world.at_till("POST", "payments", world.sale(phone.make_code(now=world.now, counter=5, issued_at=later)))


def _after_the_last(world: World) -> Request:
    phone = world.payer()
    world.play("POST", "payments", world.sale(phone.make_code(now=world.now, counter=2**32 - 1)))
    return _of(world, phone, counter=1)


def _twins(world: World) -> Request:
    """C30: two codes with one counter that say different things, as only a clone makes them."""
    world.latest = phone = world.payer()
    world.play("POST", "payments", world.sale(phone.make_code(now=world.now)))
    return _of(world, phone, counter=phone.counter, cap=12_345)


def _is_suspended(world: World, answer: Answer) -> Iterator[str]:
    device = world.latest.device()
    if (device.status, device.status_reason) != ("suspended", "cloned"):
        yield f"the device is {device.status}"
    if not OpenCase.objects.filter(subject=device.public_id).exists():
        yield "no case"


def _stopped(status: DeviceStatus, reason: str) -> Callable[[World], Request]:
    def make(world: World) -> Request:
        phone = world.payer()
        move_device(device_id=phone.identity.id, to=status, reason=reason, by=STAFF, now=world.now)
        return _of(world, phone)

    return make


def _forged(world: World) -> Request:
    """A code that names a device and is signed by another key."""
    phone = world.payer()
    phone.key = ec.generate_private_key(ec.SECP256R1())
    return _of(world, phone)


def _instrument(status: InstrumentStatus) -> Callable[[World], Request]:
    def make(world: World) -> Request:
        phone = world.payer()
        instrument = Instrument.objects.get(customer=phone.customer)
        move_instrument(
            instrument_id=instrument.id,
            customer_id=phone.customer.id,
            to=status,
            reason="tests",
            by=STAFF,
            now=world.now,
        )
        return _of(world, phone, instrument=instrument.handle)

    return make


def _customer(status: CustomerStatus) -> Callable[[World], Request]:
    def make(world: World) -> Request:
        phone = world.payer()
        move_customer(customer_id=phone.customer.id, to=status, reason="tests", by=STAFF, now=world.now)
        return _of(world, phone)

    return make


def _at_test_key(world: World) -> Request:
    return world.at_till("POST", "payments", world.sale(_good(world)), key=world.till(mode=Mode.TEST))


# Many at once


def _flipped(world: World) -> tuple[list[Answer], list[str]]:
    """C10: every single bit, one after the other; one bit of each byte where time is short."""
    payload = payload_of(world.payer().make_code(now=world.now))
    positions = range(len(payload) * 8) if world.is_thorough else range(0, len(payload) * 8, 7)
    requests, key = [], ""
    for count, position in enumerate(positions):
        if count % 8 == 0:
            # More unreadable codes than this and a till has to wait.
            key = world.till()
        flipped = bytearray(payload)
        flipped[position // 8] ^= 1 << position % 8
        requests.append(world.at_till("POST", "payments", world.sale(text_of(bytes(flipped))), key=key))
    answers = world.send_all(requests, at_once=4)
    faults = []
    for position, answer in zip(positions, answers, strict=True):
        if answer.status not in (201, 422) or (answer.status == 201 and answer.json.get("status") != "declined"):
            faults.append(f"bit {position}: {answer.status} {answer.content[:100]!r}")
    return answers, faults


def _fifty_wrong_pins(world: World) -> tuple[list[Answer], list[str]]:
    """C23: fifty codes with a wrong PIN at fifty tills at once: never more than three are looked at."""
    phone = world.payer()
    codes = [phone.make_code(now=world.now, pin=WRONG_PIN) for _ in range(50)]
    answers = world.send_all([world.at_till("POST", "payments", world.sale(code)) for code in codes], at_once=25)
    told = [(answer.json.get("decline") or {}).get("code") for answer in answers]
    faults = [] if set(told) <= {"pin_wrong", "pin_locked", "already_used"} else [f"declined {set(told)}"]
    # Those that come in another order than they were made are used up without their PIN being looked at.
    if told.count("pin_wrong") > 3:
        faults.append(f"{told.count('pin_wrong')} tries")
    if phone.device().pin_tries_left != max(0, 3 - told.count("pin_wrong")):
        faults.append(f"{phone.device().pin_tries_left} left after {told.count('pin_wrong')}")
    return answers, faults


def _one_code_everywhere(world: World) -> tuple[list[Answer], list[str]]:
    """C27: one code at fifty tills of five merchants at once pays once."""
    code = world.payer().make_code(now=world.now)
    shops = [world.another_shop() for _ in range(5)]
    requests = [
        world.at_till("POST", "payments", world.sale(code), key=world.till(shop)) for shop in shops for _ in range(10)
    ]
    answers = world.send_all(requests, at_once=50)
    told = [(answer.json.get("decline") or {}).get("code") or answer.json.get("status") for answer in answers]
    faults = [] if sorted(set(told)) == ["already_used", "authorised"] else [f"answered {set(told)}"]
    if told.count("authorised") != 1:
        faults.append(f"{told.count('authorised')} times")
    return answers, faults


def _random_codes(world: World) -> tuple[list[Answer], list[str]]:
    """C40: random codes from one till, a thousand where there is time: it is told to wait, and looked after."""
    key = world.till()
    # By its id: several are made within one second, and ids rise.
    till = Till.objects.latest("id")
    noise = random.Random(40)  # noqa: S311 -- the same noise in every run
    count = 1000 if world.is_thorough else 100
    requests = [
        world.at_till("POST", "payments", world.sale(text_of(CONSTANT_PREFIX + b"\1" + noise.randbytes(154))), key=key)
        for _ in range(count)
    ]
    answers = world.send_all(requests)
    statuses = [answer.status for answer in answers]
    faults = [] if set(statuses) <= {201, 429} else [f"answered {set(statuses)}"]
    if statuses.count(201) > count // 2:
        faults.append(f"{statuses.count(201)} of {count} were looked at")
    if not OpenCase.objects.filter(kind="till_sends_garbage", subject=till.public_id).exists():
        faults.append("nobody looks after the till")
    faults += [
        f"429 {answer.headers}" for answer in answers if answer.status == 429 and "retry-after" not in answer.headers
    ]
    return answers, faults[:5]


CASES: tuple[Case | Scene, ...] = (
    *_texts(),
    *_seals(),
    *_claims(),
    Scene("C10", _flipped),
    Scene("C23", _fifty_wrong_pins),
    Scene("C27", _one_code_everywhere),
    Scene("C40", _random_codes),
)
