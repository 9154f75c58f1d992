"""Every published bad code gets its published reason, alone and in sequence."""

from typing import Any

import pytest

from apps.paycode.unseal import is_signed_by
from tests.paycode.desk import Desk
from tests.paycode.known import DEVICE_PUBLIC, REALM, VALID, VECTORS, opened, titles

FRESH_SYNC = bytes.fromhex(VALID[0]["fields"]["sync"])


@pytest.mark.parametrize("vector", VECTORS["invalid"], ids=titles(VECTORS["invalid"]))
def test_refuses_a_bad_code_for_the_published_reason(vector: dict[str, Any]) -> None:
    assert Desk(sync=FRESH_SYNC).decide(vector["text"]) == vector["error"]


def test_decides_the_published_sequence_on_one_device() -> None:
    codes = VECTORS["sequence"]["codes"]
    desk = Desk(sync=opened(codes[0]["text"]).claims.sync)

    results = [desk.decide(code["text"]) for code in codes]

    assert results == [code["result"] for code in codes]


def test_accepts_the_other_s_of_a_signature() -> None:
    code = opened(VECTORS["malleated"]["text"])

    assert is_signed_by(code, public_key=DEVICE_PUBLIC, realm=REALM)


def test_a_malleated_code_counts_as_the_code_that_it_copies() -> None:
    malleated = VECTORS["malleated"]["text"]
    body = opened(malleated).body
    original = next(vector for vector in VALID if vector["body"] == body.hex())
    desk = Desk(sync=opened(malleated).claims.sync)

    results = [desk.decide(original["text"]), desk.decide(malleated)]

    assert results == ["accepted", "already_used"]
