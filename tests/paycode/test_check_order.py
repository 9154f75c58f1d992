"""Step 6 names the first thing that is wrong, at its exact limits."""

from dataclasses import replace
from datetime import timedelta

import pytest

from apps.paycode.claims import Claims, Purpose, Verification, encode_claims, flags_of
from apps.paycode.errors import CodeError
from apps.paycode.keys import pos_tag
from apps.paycode.unseal import OpenedCode, check_claims
from tests.paycode.known import NOW, REALM, TILL_ID, VALID, opened

GOOD = opened(VALID[0]["text"])
NOW_SECONDS = int(NOW.timestamp())


def reason_for(**changes: object) -> str | None:
    """Return what step 6 says about the good code after these changes to its claims."""
    claims = replace(GOOD.claims, **changes)  # type: ignore[arg-type]
    return reason_of(replace(GOOD, claims=claims, body=encode_claims(claims)))


def reason_of(code: OpenedCode) -> str | None:
    try:
        check_claims(code, now=NOW, realm=REALM, till_id=TILL_ID, till_is_training=False, purpose=Purpose.PAY)
    except CodeError as error:
        return error.code
    return None


@pytest.mark.parametrize(
    ("age_seconds", "reason"),
    [(300, None), (301, "expired"), (-60, None), (-61, "not_yet_valid"), (0, None)],
)
def test_a_code_lives_from_sixty_seconds_ahead_to_three_hundred_behind(age_seconds: int, reason: str | None) -> None:
    assert reason_for(issued_at=NOW_SECONDS - age_seconds) == reason


def test_fractions_of_the_servers_second_do_not_age_a_code() -> None:
    code = replace(GOOD, claims=replace(GOOD.claims, issued_at=NOW_SECONDS - 300))
    late = NOW + timedelta(milliseconds=999)

    check_claims(code, now=late, realm=REALM, till_id=TILL_ID, till_is_training=False, purpose=Purpose.PAY)

    with pytest.raises(CodeError, match="expired"):
        check_claims(
            code,
            now=late + timedelta(milliseconds=1),
            realm=REALM,
            till_id=TILL_ID,
            till_is_training=False,
            purpose=Purpose.PAY,
        )


@pytest.mark.parametrize("verification", range(3, 8))
def test_reserved_verifications_are_malformed(verification: int) -> None:
    assert reason_for(flags=verification) == "malformed"


@pytest.mark.parametrize("purpose", range(3, 8))
def test_reserved_purposes_are_malformed(purpose: int) -> None:
    assert reason_for(flags=1 | purpose << 5) == "malformed"


def test_each_check_speaks_before_the_next() -> None:
    training_return = flags_of(verification=Verification.PIN, purpose=Purpose.RETURN, is_training=True)
    live_return = flags_of(verification=Verification.PIN, purpose=Purpose.RETURN)
    pay = flags_of(verification=Verification.PIN, made_online=True)
    rest: dict[str, object] = {"issued_at": NOW_SECONDS - 301, "pos_tag": b"\1\2\3"}

    reasons = [
        reason_for(flags=training_return, counter=0, **rest),
        reason_for(flags=training_return, **rest),
        reason_for(flags=live_return, **rest),
        reason_for(flags=pay, **rest),
        reason_for(flags=pay, pos_tag=b"\1\2\3"),
        reason_for(flags=pay, pos_tag=pos_tag(realm=REALM, till_id=TILL_ID)),
    ]

    assert reasons == ["malformed", "wrong_mode", "wrong_purpose", "expired", "wrong_till", None]


def test_a_live_code_is_refused_at_a_training_till() -> None:
    with pytest.raises(CodeError, match="wrong_mode"):
        check_claims(GOOD, now=NOW, realm=REALM, till_id=TILL_ID, till_is_training=True, purpose=Purpose.PAY)


@pytest.mark.parametrize("proof", [b"\0" * 12, b"\0" * 11 + b"\1"])
def test_an_unverified_code_may_carry_no_proof(proof: bytes) -> None:
    code = replace(GOOD, claims=replace(GOOD.claims, flags=0), pin_proof=proof)

    assert reason_of(code) == (None if proof == bytes(12) else "malformed")


@pytest.mark.parametrize(
    "changes",
    [{"flags": 256}, {"counter": 1 << 32}, {"cap": -1}, {"device_ref": b"short"}, {"sync": bytes(5)}],
)
def test_claims_that_do_not_fit_are_not_written(changes: dict[str, object]) -> None:
    claims: Claims = replace(GOOD.claims, **changes)  # type: ignore[arg-type]

    with pytest.raises(CodeError, match="malformed"):
        encode_claims(claims)


def test_an_opened_code_prints_no_proof() -> None:
    printed = repr(GOOD)

    assert str(GOOD.pin_proof) not in printed
    assert "pin_proof" not in printed
