"""Whatever is scanned, the only exception is CodeError and no changed code is accepted."""

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.paycode.claims import Claims, decode_claims, encode_claims
from apps.paycode.errors import CodeError
from apps.paycode.keys import Label, code_context
from apps.paycode.layout import NO_PROOF
from apps.paycode.seal import make_code, seal, write_text
from apps.paycode.text import payload_of, read_text
from apps.paycode.unseal import is_signed_by
from tests.paycode.desk import Desk
from tests.paycode.known import DEVICE_KEY, DEVICE_PUBLIC, K_PIN, KID, REALM, SERVER_PUBLIC, VALID, opened

TEXT: str = VALID[0]["text"]
PAYLOAD = payload_of(TEXT)
FRESH_SYNC = bytes.fromhex(VALID[0]["fields"]["sync"])
# Every encoding of a point of small order on Curve25519 and its twist, without the ignored top bit.
LOW_ORDER_POINTS = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
]


def as_text(payload: bytes) -> str:
    return base64.b64encode(payload).decode("ascii")


def container(content: bytes) -> str:
    return as_text(bytes.fromhex("85054350563031") + content)


claims = st.builds(
    Claims,
    flags=st.integers(0, 0xFF),
    device_ref=st.binary(min_size=8, max_size=8),
    counter=st.integers(0, 0xFFFFFFFF),
    issued_at=st.integers(0, 0xFFFFFFFF),
    instrument=st.integers(0, 0xFF),
    fallback=st.integers(0, 0xFF),
    cap=st.integers(0, 0xFFFFFFFF),
    sync=st.binary(min_size=4, max_size=4),
    pos_tag=st.binary(min_size=3, max_size=3),
)


@pytest.mark.parametrize("length", range(len(PAYLOAD)))
def test_refuses_a_code_cut_at_any_byte(length: int) -> None:
    with pytest.raises(CodeError, match="malformed"):
        read_text(as_text(PAYLOAD[:length]))


@pytest.mark.parametrize("length", range(len(TEXT)))
def test_refuses_a_text_cut_at_any_character(length: int) -> None:
    with pytest.raises(CodeError, match="malformed"):
        read_text(TEXT[:length])


@pytest.mark.parametrize("position", range(len(PAYLOAD)))
def test_refuses_a_code_with_any_bit_flipped(position: int) -> None:
    flipped = [PAYLOAD[:position] + bytes([PAYLOAD[position] ^ 1 << bit]) + PAYLOAD[position + 1 :] for bit in range(8)]

    results = {Desk(sync=FRESH_SYNC).decide(as_text(payload)) for payload in flipped}

    # The top bit of enc is the only one that X25519 itself ignores; HPKE hashes enc, so it is caught all the same.
    refusals = {"malformed", "unknown_scheme", "unsupported_version", "key_unknown", "unreadable", "scanner_layout"}
    assert results <= refusals


@pytest.mark.parametrize("point", LOW_ORDER_POINTS)
def test_a_point_of_low_order_is_unreadable(point: str) -> None:
    sealed = bytes.fromhex(point) + PAYLOAD[64:]

    with pytest.raises(CodeError, match="unreadable"):
        opened(write_text(KID, sealed))


@given(body=claims)
def test_claims_survive_being_written_and_read(body: Claims) -> None:
    assert decode_claims(encode_claims(body)) == body


@given(content=st.binary(min_size=30, max_size=30))
def test_any_thirty_bytes_survive_being_read_and_written(content: bytes) -> None:
    assert encode_claims(decode_claims(content)) == content


@settings(deadline=None)
@given(body=claims.filter(lambda body: body.flags & 7 in (0, 1, 2)))
def test_a_made_code_opens_to_the_same_claims(body: Claims) -> None:
    code = opened(make_code(body, realm=REALM, kid=KID, server_key=SERVER_PUBLIC, device_key=DEVICE_KEY, k_pin=K_PIN))

    assert code.claims == body
    assert is_signed_by(code, public_key=DEVICE_PUBLIC, realm=REALM)
    assert (code.pin_proof == NO_PROOF) == (body.flags & 7 == 0)


@settings(deadline=None)
@given(plaintext=st.binary(min_size=106, max_size=106))
def test_sealed_garbage_is_never_accepted(plaintext: bytes) -> None:
    sealed = seal(plaintext, server_key=SERVER_PUBLIC, info=code_context(Label.CODE_SEAL, REALM, KID))

    assert Desk(sync=FRESH_SYNC).decide(write_text(KID, sealed)) != "accepted"


@given(text=st.text(max_size=600))
def test_garbage_text_raises_nothing_but_code_error(text: str) -> None:
    with pytest.raises(CodeError):
        read_text(text)


@given(content=st.binary(max_size=300))
def test_garbage_containers_raise_nothing_but_code_error(content: bytes) -> None:
    with pytest.raises(CodeError):
        read_text(container(content))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "malformed"),
        ("6100", "malformed"),
        ("6104500241 42".replace(" ", ""), "malformed"),
        ("61094f07a0000000555555", "unknown_scheme"),
        ("6181094f07a0000000555555", "unknown_scheme"),
        ("618200094f07a0000000555555", "unknown_scheme"),
        ("61830000094f07a0000000555555", "malformed"),
        ("61804f07a00000005555550000", "malformed"),
        ("610a4f07a0000000555555", "malformed"),
        ("61094f08a0000000555555", "malformed"),
        ("61094f07a00000005555559f8101", "malformed"),
        ("61094f07a00000005555559f1000", "unknown_scheme"),
        ("61094f07a0000000555555ff8100", "malformed"),
        ("61094f07a000000055555500", "malformed"),
        ("61084f06f04d50415902", "unsupported_version"),
        ("61084f06f04d50415901", "malformed"),
        ("61074f05f04d504159", "malformed"),
        ("61094f07f04d5041590201", "malformed"),
        ("61094f07a000000055555561084f06f04d50415902", "unsupported_version"),
        ("71094f07a0000000555555", "malformed"),
    ],
)
def test_says_whose_container_it_is(content: str, reason: str) -> None:
    with pytest.raises(CodeError) as caught:
        read_text(container(bytes.fromhex(content)))

    assert caught.value.code == reason


@pytest.mark.parametrize("text", [TEXT + "=", TEXT + "====", "hQ==", "hR==", "=", "A" * 513, "hQVDUFYwMU=="])
def test_base64_that_is_not_canonical_is_malformed(text: str) -> None:
    with pytest.raises(CodeError, match="malformed"):
        read_text(text)


def test_the_scanner_layout_is_named_before_anything_else() -> None:
    with pytest.raises(CodeError, match="scanner_layout"):
        read_text("hQVDUFZ" + "%" * 1000)
