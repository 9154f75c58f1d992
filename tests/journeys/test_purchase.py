"""A purchase from the phone to both books, through real processes, and with one of them dying in the middle."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from apps.paycode.symbol import draw_png
from simulators.caller import Fields
from simulators.scanner import read_picture
from simulators.till import Till
from tests.journeys.house import PIN, House, running_house

pytestmark = pytest.mark.timeout(240)

BALANCE = 100_000
SLOW_MILLISECONDS = 2000


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with running_house(tmp_path_factory.mktemp("house")) as house:
        yield house


@pytest.fixture
def till(house: House) -> Till:
    return house.till()


def await_hold_at_bank(house: House) -> None:
    """Return in the middle of the bank's work: the request has met our order to be slow, and is not answered yet."""
    assert house.eventually(lambda: house.clerk.faults_left() == 0, within_seconds=5)


def settled(house: House, till: Till, payment: Fields) -> Fields:
    """Return the payment in a state that is true for good or may be captured."""
    waiting = house.begin(till.await_outcome, payment, within_seconds=45)
    return house.finish(waiting, within_seconds=50)


def assert_books_agree(house: House, token: str, captured: int) -> None:
    """What the till was told is what the bank has debited and what our own books say, and nothing is still held."""

    def bank_knows() -> bool:
        account = house.clerk.account(token)
        return (account["balance"], account["available"]) == (BALANCE - captured, BALANCE - captured)

    assert house.eventually(bank_knows, within_seconds=30), house.clerk.account(token)
    books = house.clerk.books()
    assert books["unbalanced_journals"] == 0
    assert set(books["trial_balance"].values()) == {0}
    received = sum(account["balance"] for account in books["accounts"] if account["kind"] == "settlement")
    assert house.eventually(lambda: house.ledger().get("holds:bank", 0) == 0, within_seconds=10)
    assert house.ledger().get("provider_receivable:bank", 0) == received


def test_an_offline_code_pays_and_the_confirmation_comes_at_once(house: House, till: Till, tmp_path: Path) -> None:
    phone, token = house.customer(tmp_path)
    code = read_picture(draw_png(phone.make_code(PIN)))

    payment = till.authorise(code, 4250, "journey-1")
    phone.go_online()
    phone.open_session()
    with phone.listen() as line:
        captured = till.capture(payment["id"])
        hint = line.await_hint("payment.captured", within_seconds=5)

    assert (payment["status"], captured["status"]) == ("authorised", "captured")
    assert captured["safe_to_release_goods"]
    assert hint["payment"] == payment["id"]
    assert [event["type"] for event in phone.events_after(line.seq)] == ["payment.captured"]
    receipt = phone.receipt(payment["id"])
    assert (receipt["payment"], receipt["amount"], receipt["currency"]) == (payment["id"], 4250, "CHF")
    assert_books_agree(house, token, captured=4250)


def test_a_worker_that_dies_at_the_bank_takes_no_sale_with_it(house: House, till: Till, tmp_path: Path) -> None:
    phone, token = house.customer(tmp_path)
    house.clerk.order_fault("hold", "delay", milliseconds=SLOW_MILLISECONDS)

    asking = house.begin(till.authorise, phone.make_code(PIN), 1990, "journey-2")
    await_hold_at_bank(house)
    house.kill("worker")
    payment = settled(house, till, house.finish(asking, within_seconds=15))

    # The bank has put the money aside, and an inquiry finds out.
    assert payment["status"] == "authorised"
    assert till.capture(payment["id"])["status"] == "captured"
    assert_books_agree(house, token, captured=1990)


def test_without_redis_a_purchase_goes_on_and_the_confirmation_waits(house: House, till: Till, tmp_path: Path) -> None:
    phone, token = house.customer(tmp_path)
    house.clerk.order_fault("hold", "delay", milliseconds=SLOW_MILLISECONDS)

    asking = house.begin(till.authorise, phone.make_code(PIN), 780, "journey-3")
    await_hold_at_bank(house)
    house.redis.stop()
    payment = settled(house, till, house.finish(asking, within_seconds=15))
    captured = till.capture(payment["id"])
    # A whole purchase without Redis: the sweeper does what nobody could be rung for.
    other = settled(house, till, till.authorise(phone.make_code(PIN), 220, "journey-4"))
    till.capture(other["id"])
    house.redis.start()

    assert (payment["status"], captured["status"], other["status"]) == ("authorised", "captured", "authorised")
    phone.go_online()
    phone.open_session()
    heard: list[str] = []
    assert house.eventually(lambda: _hear(phone.events_after(), heard) == 2, within_seconds=10)
    assert sorted(heard) == sorted([payment["id"], other["id"]])
    assert_books_agree(house, token, captured=1000)


def test_a_bank_that_dies_in_the_middle_costs_nobody_money(house: House, till: Till, tmp_path: Path) -> None:
    phone, token = house.customer(tmp_path)
    house.clerk.order_fault("hold", "delay", milliseconds=SLOW_MILLISECONDS)

    asking = house.begin(till.authorise, phone.make_code(PIN), 2310, "journey-5")
    await_hold_at_bank(house)
    house.kill("bank")
    payment = settled(house, till, house.finish(asking, within_seconds=15))

    # The bank died before it had done anything, so there is nothing to capture; should the request still arrive, it is
    # refused, because its reversal has come first.
    assert payment["status"] == "cancelled"
    assert payment["safe_to_retry"]
    again = settled(house, till, till.authorise(phone.make_code(PIN), 2310, "journey-5"))
    assert till.capture(again["id"])["status"] == "captured"
    assert_books_agree(house, token, captured=2310)


def _hear(events: list[Fields], heard: list[str]) -> int:
    heard.extend(event["payment"] for event in events if event["type"] == "payment.captured")
    return len(heard)
