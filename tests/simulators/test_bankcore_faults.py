"""What the bank does to callers on order, and what it remembers afterwards."""

import http.client
import json
import os
import signal
import threading
import time
from contextlib import closing

import pytest

from tests.simulators.bank_process import BankProcess, hold_fields

BROKEN = (http.client.HTTPException, ConnectionError)


@pytest.mark.parametrize(("kind", "done"), [("drop_before", False), ("drop_after", True), ("half_body", True)])
def test_a_lost_answer_can_be_asked_for_and_repeated(bank: BankProcess, kind: str, done: bool) -> None:
    alice = bank.open_account()
    bank.order(on="hold", kind=kind)
    fields = {**hold_fields(alice), "ref": "op-1"}

    with pytest.raises(BROKEN):
        bank.call("POST", "/v1/holds", fields)
    known = bank.call("GET", "/v1/operations/op-1")[0]
    repeated = bank.call("POST", "/v1/holds", fields)[0]

    assert (known, repeated, bank.account(alice)["available"]) == (200 if done else 404, 201, 8_705)


def test_garbage_is_not_json_and_the_work_was_done(bank: BankProcess) -> None:
    bank.order(on="any", kind="garbage")

    with pytest.raises(ValueError, match=r"Expecting value|decode"):
        bank.post("/v1/holds", **{**hold_fields(bank.open_account()), "ref": "op-1"})

    assert bank.get("/v1/operations/op-1")["status"] == "approved"


def test_a_late_yes_comes_after_the_inquiry_said_no(bank: BankProcess) -> None:
    alice = bank.open_account()
    bank.order(on="hold", kind="late_yes", milliseconds=300)

    with pytest.raises(BROKEN):
        bank.post("/v1/holds", **{**hold_fields(alice), "ref": "op-1"})
    before = bank.call("GET", "/v1/operations/op-1")[0]
    time.sleep(0.6)

    assert (before, bank.get("/v1/operations/op-1")["status"]) == (404, "approved")


def test_duplicate_works_once_and_slow_answers_take_their_time(bank: BankProcess) -> None:
    alice = bank.open_account()
    for kind in ("duplicate", "delay", "slow_drip"):
        bank.order(on="hold", kind=kind, milliseconds=300)
    bank.post("/v1/holds", **hold_fields(alice, 100))
    after_duplicate = bank.account(alice)["available"]
    started = time.monotonic()

    statuses = [bank.post("/v1/holds", **hold_fields(alice, 100))[0] for _ in range(2)]

    assert (after_duplicate, statuses) == (9_900, [201, 201])
    assert time.monotonic() - started >= 0.6


def test_errors_500_are_used_up_and_cleared(bank: BankProcess) -> None:
    bank.order(on="hold", kind="error_500", times=5)
    fields = {**hold_fields(bank.open_account()), "ref": "op-1"}
    broken = bank.call("POST", "/v1/holds", fields)
    left = bank.get("/v1/admin/faults")["faults"][0]["times"]

    cleared = bank.call("DELETE", "/v1/admin/faults")[1]

    assert (broken[0], broken[1]["code"], left, cleared) == (500, "internal_error", 4, {"faults": []})
    assert bank.call("POST", "/v1/holds", fields)[0] == 201


def test_a_magic_amount_strikes_a_ref_once(bank: BankProcess) -> None:
    fields = {**hold_fields(bank.open_account(100_000), 19_902), "ref": "op-1"}

    with pytest.raises(BROKEN):
        bank.call("POST", "/v1/holds", fields)

    assert bank.call("POST", "/v1/holds", fields)[0] == 201


def test_a_killed_bank_comes_back_with_every_answer_it_gave(bank: BankProcess) -> None:
    alice = bank.open_account()
    fields = {**hold_fields(alice), "ref": "op-1"}
    first = bank.call("POST", "/v1/holds", fields)
    bank.kill()

    bank.start()

    assert bank.call("POST", "/v1/holds", fields) == first
    assert bank.account(alice)["available"] == 8_705


def test_the_call_log_knows_the_call_and_not_the_token(bank: BankProcess) -> None:
    alice = bank.open_account()
    bank.post("/v1/holds", **{**hold_fields(alice), "ref": "op-1"})
    bank.get("/v1/health")

    entry = bank.logged(ref="op-1")

    text = (bank.directory / "calls.log").read_text()
    assert (entry["call"], entry["status"], entry["account"]) == ("hold", 201, f"...{alice[-4:]}")
    assert alice not in text
    assert all(key not in text for key in bank.headers().values() if key != "application/json")


def test_a_kept_connection_answers_holds_fast(bank: BankProcess) -> None:
    alice = bank.open_account(1_000_000)
    headers, milliseconds = bank.headers(), []
    with closing(bank.connect()) as connection:
        for number in range(200):
            body = json.dumps({**hold_fields(alice, 100), "ref": f"fast-{number}"})
            started = time.perf_counter()
            connection.request("POST", "/v1/holds", body, headers)
            assert json.loads(connection.getresponse().read())["status"] == "approved"
            milliseconds.append((time.perf_counter() - started) * 1000)

    assert sorted(milliseconds)[100] < 20  # about 1 on a quiet machine


@pytest.mark.parametrize(
    ("kind", "name", "lie"), [("lie_amount", "amount", 1296), ("lie_id", "ref", "op-lix"), ("lie_id", "hold_id", None)]
)
def test_a_lie_is_told_once_and_the_truth_is_kept(bank: BankProcess, kind: str, name: str, lie: object) -> None:
    bank.order(on="hold", kind=kind)
    fields = {"ref": "op-lie", **hold_fields(bank.open_account())}

    told, truth = bank.call("POST", "/v1/holds", fields)[1], bank.call("POST", "/v1/holds", fields)[1]

    assert told[name] != truth[name]
    assert lie is None or told[name] == lie
    assert truth["amount"] == 1295
    assert bank.get("/v1/operations/op-lie")["hold_id"] == truth["hold_id"]


@pytest.mark.parametrize(("kind", "done"), [("die_before", False), ("die_after", True)])
def test_a_bank_that_dies_comes_back_with_what_it_had_done(bank: BankProcess, kind: str, done: bool) -> None:
    token = bank.open_account()
    bank.order(on="hold", kind=kind)

    with pytest.raises(BROKEN):
        bank.post("/v1/holds", **hold_fields(token))
    assert bank.process.wait(timeout=5) == -signal.SIGKILL
    bank.start()

    assert bank.account(token)["available"] == (10_000 - 1295 if done else 10_000)


def test_a_bank_that_stands_still_goes_on_when_it_is_let(bank: BankProcess) -> None:
    token = bank.open_account()
    bank.order(on="hold", kind="stall")
    threading.Timer(0.5, os.kill, (bank.process.pid, signal.SIGCONT)).start()
    started = time.monotonic()

    status, _ = bank.post("/v1/holds", **hold_fields(token))

    assert status == 201
    assert time.monotonic() - started > 0.4


@pytest.mark.parametrize(("on", "kind"), [("hold", "forge"), ("any", "reorder"), ("notice", "garbage")])
def test_a_fault_that_cannot_happen_there_is_not_ordered(bank: BankProcess, on: str, kind: str) -> None:
    assert bank.call("POST", "/v1/admin/faults", {"on": on, "kind": kind})[1]["code"] == "invalid_field"
