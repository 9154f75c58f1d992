"""What the bank promises about holds, captures, refunds and reversals."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from tests.simulators.bank_process import BankProcess, hold_fields


def hold(bank: BankProcess, token: str, amount: int = 1295) -> str:
    status, answer = bank.post("/v1/holds", **hold_fields(token, amount))
    assert status == 201, answer
    return str(answer["hold_id"])


def capture(bank: BankProcess, hold_id: str, amount: int, *, final: bool = True) -> tuple[int, dict[str, object]]:
    return bank.post(f"/v1/holds/{hold_id}/captures", amount=amount, currency="CHF", final=final)


def test_a_hold_reserves_and_a_final_capture_pays_the_retailer_and_frees_the_rest(bank: BankProcess) -> None:
    alice = bank.open_account(10_000)
    hold_id = hold(bank, alice, 4_000)
    reserved = bank.account(alice)["available"]

    status, _ = capture(bank, hold_id, 1_500)

    books = bank.get("/v1/admin/books")
    settlement = next(a for a in books["accounts"] if a["kind"] == "settlement")
    assert (status, reserved, settlement["balance"]) == (201, 6_000, 1_500)
    assert (bank.account(alice)["balance"], bank.account(alice)["available"]) == (8_500, 8_500)
    assert (books["trial_balance"], books["unbalanced_journals"], books["open_holds"]) == ({"CHF": 0}, 0, [])


@pytest.mark.parametrize(
    ("account", "fields", "reason"),
    [
        ({"balance": 1294}, {}, "insufficient_funds"),
        ({"limit_per_payment": 1294}, {}, "limit_exceeded"),
        ({"status": "blocked"}, {}, "blocked_account"),
        ({"status": "expired"}, {}, "expired_instrument"),
        ({}, {"currency": "EUR"}, "currency_not_supported"),
        ({}, {"account_token": "act_nobody"}, "unknown_account"),
        ({}, {"expires_at": "2020-01-01T00:00:00Z"}, "hold_expired"),
        ({"balance": 100_000}, {"amount": 19_915}, "do_not_honour"),
    ],
)
def test_every_decline_has_its_reason(
    bank: BankProcess, account: dict[str, object], fields: dict[str, object], reason: str
) -> None:
    token = bank.open_account(**{"balance": 10_000, **account})  # type: ignore[arg-type]

    status, answer = bank.post("/v1/holds", **{**hold_fields(token), **fields})

    assert (status, answer["status"], answer["reason"]) == (200, "declined", reason)


def test_partial_captures_never_take_more_than_was_held(bank: BankProcess) -> None:
    hold_id = hold(bank, bank.open_account(), 1_000)
    first = capture(bank, hold_id, 600, final=False)

    too_much = capture(bank, hold_id, 401)
    rest = capture(bank, hold_id, 400, final=False)
    closed = capture(bank, hold_id, 1)

    assert (first[0], rest[0]) == (201, 201)
    assert (too_much[1]["reason"], closed[1]["reason"]) == ("amount_exceeds_hold", "hold_closed")


def test_a_release_gives_the_money_back_once(bank: BankProcess) -> None:
    alice = bank.open_account(2_000)
    hold_id = hold(bank, alice, 1_295)

    first = bank.post(f"/v1/holds/{hold_id}/release")[1]
    second = bank.post(f"/v1/holds/{hold_id}/release")[1]

    assert (first["released"], second["released"], bank.account(alice)["available"]) == (1_295, 0, 2_000)


def test_refunds_never_sum_to_more_than_the_capture(bank: BankProcess) -> None:
    alice = bank.open_account(2_000)
    capture_id = capture(bank, hold(bank, alice, 1_000), 1_000)[1]["capture_id"]
    with ThreadPoolExecutor(20) as pool:
        answers = list(
            pool.map(
                lambda _: bank.post(f"/v1/captures/{capture_id}/refunds", amount=300, currency="CHF")[1]["status"],
                range(20),
            )
        )

    assert (answers.count("approved"), bank.account(alice)["balance"]) == (3, 1_900)


def test_the_same_ref_gets_the_same_answer_and_another_content_a_conflict(bank: BankProcess) -> None:
    alice = bank.open_account(2_000)
    fields = {**hold_fields(alice), "ref": "op-1"}
    first = bank.call("POST", "/v1/holds", fields)

    again = bank.call("POST", "/v1/holds", dict(reversed(fields.items())))
    other = bank.call("POST", "/v1/holds", {**fields, "amount": 1})

    assert again == first
    assert (other[0], other[1]["code"], bank.account(alice)["available"]) == (409, "ref_reused", 705)


def test_a_hold_that_arrives_after_its_reversal_is_declined(bank: BankProcess) -> None:
    alice = bank.open_account()
    effect = bank.post("/v1/reversals", original_ref="late-1")[1]["effect"]
    known = bank.get("/v1/operations/late-1")

    late = bank.post("/v1/holds", **{**hold_fields(alice), "ref": "late-1"})[1]

    assert (effect, known["reason"], late["reason"]) == ("tombstone", "reversed", "reversed")
    assert bank.account(alice)["available"] == 10_000


@pytest.mark.parametrize(
    ("original", "captured", "effect", "available"),
    [
        ("the-hold", 0, "released", 10_000),
        ("the-hold", 400, "refunded", 10_000),
        ("the-capture", 400, "refunded", 9_400),
    ],
)
def test_a_reversal_undoes_what_the_ref_did_once(
    bank: BankProcess, original: str, captured: int, effect: str, available: int
) -> None:
    alice = bank.open_account()
    hold_id = bank.post("/v1/holds", **{**hold_fields(alice, 1_000), "ref": "the-hold"})[1]["hold_id"]
    if captured:
        fields = {"amount": captured, "currency": "CHF", "final": False, "ref": "the-capture"}
        bank.post(f"/v1/holds/{hold_id}/captures", **fields)

    first = bank.post("/v1/reversals", original_ref=original)[1]["effect"]
    second = bank.post("/v1/reversals", original_ref=original)[1]["effect"]

    assert (first, second, bank.account(alice)["available"]) == (effect, "nothing", available)
    assert bank.get(f"/v1/operations/{original}")["reversed"] is True


def test_twenty_tills_never_overdraw_one_account(bank: BankProcess) -> None:
    alice = bank.open_account(10_000)

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: bank.post("/v1/holds", **hold_fields(alice, 900))[1], range(60)))

    assert [a["status"] for a in answers].count("approved") == 11
    assert {a["reason"] for a in answers if a["status"] == "declined"} == {"insufficient_funds"}
    assert bank.account(alice)["available"] == 100


def test_a_hold_that_ran_out_counts_no_more_and_cannot_be_captured(bank: BankProcess) -> None:
    alice = bank.open_account(1_295)
    hold_id = bank.post("/v1/holds", **hold_fields(alice, seconds=0.4))[1]["hold_id"]
    held = bank.account(alice)["available"]
    time.sleep(0.5)

    late = capture(bank, hold_id, 1_295)[1]

    assert (held, late["reason"], bank.account(alice)["available"]) == (0, "hold_expired", 1_295)


def test_the_statement_lists_the_days_movements_and_their_totals(bank: BankProcess) -> None:
    capture_id = capture(bank, hold(bank, bank.open_account(), 1_000), 1_000)[1]["capture_id"]
    bank.post(f"/v1/captures/{capture_id}/refunds", amount=250, currency="CHF")

    statement = bank.get(f"/v1/statements/{datetime.now(UTC).date().isoformat()}")

    assert [(e["kind"], e["amount"]) for e in statement["entries"]] == [("capture", 1_000), ("refund", -250)]
    assert statement["totals"] == [
        {"currency": "CHF", "count": 2, "credited": 1_000, "debited": 250, "net": 750, "opening": 0, "closing": 750}
    ]
