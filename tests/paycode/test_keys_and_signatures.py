"""Only canonical keys, only signatures in range, only PINs of digits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.paycode.errors import CodeError
from apps.paycode.keys import Label, code_key_aad, stretch_pin
from apps.paycode.signatures import FIELD_PRIME, GROUP_ORDER, parse_public_key, sign_message, verify_signature
from tests.paycode.known import DEVICE_KEY, DEVICE_PUBLIC, DEVICE_REF, REALM

MESSAGE = b"one message"
SIGNATURE = sign_message(DEVICE_KEY, MESSAGE)
R, S = SIGNATURE[:32], SIGNATURE[32:]


def number(value: int) -> bytes:
    return value.to_bytes(32, "big")


def test_reads_a_canonical_point() -> None:
    assert parse_public_key(DEVICE_PUBLIC).public_numbers() == DEVICE_KEY.public_key().public_numbers()


@pytest.mark.parametrize(
    "point",
    [
        b"",
        b"\x00",
        DEVICE_PUBLIC[:-1],
        DEVICE_PUBLIC + b"\x00",
        b"\x02" + DEVICE_PUBLIC[1:33],
        b"\x06" + DEVICE_PUBLIC[1:],
        b"\x07" + DEVICE_PUBLIC[1:],
        b"\x04" + bytes(64),
        DEVICE_PUBLIC[:-1] + bytes([DEVICE_PUBLIC[-1] ^ 1]),
        b"\x04" + number(FIELD_PRIME) + DEVICE_PUBLIC[33:],
        # x = 5 is on the curve; x = 5 + p would be the same point spelled twice.
        b"\x04" + number(5 + FIELD_PRIME) + number(0x459243B9AA581806FE913BCE99817ADE11CA503C64D9A3C533415C083248FBCC),
    ],
)
def test_refuses_what_is_no_canonical_point(point: bytes) -> None:
    with pytest.raises(CodeError) as caught:
        parse_public_key(point)

    assert caught.value.code == "invalid_key"


@given(point=st.binary(min_size=65, max_size=65).map(lambda point: b"\x04" + point[1:]))
def test_garbage_points_raise_nothing_but_code_error(point: bytes) -> None:
    with pytest.raises(CodeError):
        parse_public_key(point)


def test_accepts_either_s() -> None:
    other_s = number(GROUP_ORDER - int.from_bytes(S, "big"))

    assert verify_signature(DEVICE_PUBLIC, MESSAGE, R + S)
    assert verify_signature(DEVICE_PUBLIC, MESSAGE, R + other_s)


@pytest.mark.parametrize(
    "signature",
    [
        b"",
        SIGNATURE[:-1],
        SIGNATURE + b"\0",
        bytes(32) + S,
        R + bytes(32),
        number(GROUP_ORDER) + S,
        R + number(GROUP_ORDER),
        b"\xff" * 64,
        S + R,
    ],
)
def test_refuses_a_signature_out_of_range_or_wrong(signature: bytes) -> None:
    assert verify_signature(DEVICE_PUBLIC, MESSAGE, signature) is False


def test_refuses_the_signature_of_another_message() -> None:
    assert verify_signature(DEVICE_PUBLIC, MESSAGE + b".", SIGNATURE) is False


@pytest.mark.parametrize("pin", ["", "123", "1234567890123", "12 34", "12a4", "١٢٣٤", "-123"])
def test_a_pin_is_four_to_twelve_ascii_digits(pin: str) -> None:
    with pytest.raises(CodeError, match="malformed"):
        stretch_pin(pin, realm=REALM, device_ref=DEVICE_REF)


@pytest.mark.parametrize("kid", [-1, 256])
def test_a_kid_is_one_byte(kid: int) -> None:
    with pytest.raises(CodeError, match="malformed"):
        code_key_aad(realm=REALM, kid=kid)


def test_a_stored_server_key_is_bound_to_realm_and_kid() -> None:
    assert code_key_aad(realm=REALM, kid=7) == b"mpay/v1 code key\0" + REALM + b"\7"


def test_no_label_begins_another() -> None:
    framed = [label.encode() + b"\0" for label in Label]

    assert not [(one, two) for one in framed for two in framed if one is not two and two.startswith(one)]
