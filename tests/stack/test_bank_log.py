import json
from pathlib import Path

import pytest

from stack.bank_log import BankCall, BankLog


def noted(call: str, status: int = 201, fault: str = "") -> str:
    return json.dumps({"time": "", "call": call, "ref": "", "status": status, "ms": 1.5, "fault": fault}) + "\n"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "calls.log"
    path.write_text(noted("hold"))
    return path


def test_tells_what_is_new_once_and_leaves_the_administration_out(log: Path) -> None:
    bank_log = BankLog(log)
    with log.open("a") as file:
        file.write(noted("admin") + noted("capture", fault="delay"))

    assert list(bank_log.new_calls()) == [BankCall("capture", 201, 1.5, "delay")]
    assert list(bank_log.new_calls()) == []


def test_tells_in_words_how_a_call_was_protected(log: Path) -> None:
    bank_log = BankLog(log)
    signed, unsigned = ({**json.loads(noted("hold")), "tls": "TLSv1.3", "signed": each} for each in (True, False))
    with log.open("a") as file:
        file.writelines(json.dumps(line) + "\n" for line in (signed, unsigned))

    assert [call.line for call in bank_log.new_calls()] == ["over TLS 1.3, both sides signed", "over TLS 1.3"]


def test_waits_for_the_end_of_a_line(log: Path) -> None:
    bank_log = BankLog(log)
    line = noted("capture")
    with log.open("a") as file:
        file.write(line[:20])
        file.flush()
        assert list(bank_log.new_calls()) == []
        file.write(line[20:])

    assert [call.call for call in bank_log.new_calls()] == ["capture"]


def test_a_bank_without_a_log_has_nothing_to_tell(tmp_path: Path) -> None:
    assert list(BankLog(tmp_path / "elsewhere.log").new_calls()) == []


def test_names_the_certificate_and_the_keys_without_their_whole_length(log: Path) -> None:
    bank_log = BankLog(log)
    keys = {"certificate": "5f0c" * 16, "key_id": "9e1d" * 8, "answer_key_id": "bank-0a1b2c3d4e5f"}
    with log.open("a") as file:
        file.write(json.dumps({**json.loads(noted("hold")), **keys}) + "\n" + noted("page") + noted("notice"))

    assert [call.proof for call in bank_log.new_calls()] == [
        "our certificate 5f0c5f0c5f0c..., our key 9e1d9e1d9e1d..., the bank's key bank-0a1b2c3..."
    ]
