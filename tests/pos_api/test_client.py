"""The client that till vendors copy, and the example till that uses it, against a real server on a real socket."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from apps.live.operations import number_events
from apps.paycode.claims import Purpose
from apps.transactions.models import Payment
from tests.cast import WRONG_PIN, Phone
from tests.pos_api.lossy import LossyLine, lossy_line
from tests.pos_api.till import TillProgram

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "clients" / "python"))

from mpayment_till import Client, NoAnswer, Refused, new_key  # noqa: E402  # found by the line above

WINE = {"name": "Wein", "quantity": "2", "amount": 3800, "vat_rate_basis_points": 810}


@pytest.fixture
def line(live_server: LiveServer, till: TillProgram, worker: None, settings: Settings) -> Iterator[LossyLine]:
    settings.ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
    address = urlsplit(live_server.url)
    with lossy_line(address.hostname or "", address.port or 0) as line:
        yield line


@pytest.fixture
def client(line: LossyLine, till: TillProgram) -> Client:
    return Client(f"{line.url}/api/pos/v1", till.key, patience_seconds=20)


def test_sells_gives_back_and_closes_the_day(client: Client, phone: Phone, now: datetime) -> None:
    held = client.wait(client.authorise(phone.make_code(now=now), 3800, "R1", lines=[WINE], cashier="0042"))
    assert (held.status, held.remaining, held.is_waiting, held.action) == ("authorised", 3800, False, None)
    part = client.capture(held.id, 3000, final=False)
    assert (part.captured, part.remaining, part.safe_to_release_goods) == (3000, 800, True)
    assert client.cancel(held.id, only_rest=True).remaining == 0
    assert [found.id for found in client.find("R1")] == [held.id]

    back = client.start_return(phone.make_code(now=now, purpose=Purpose.RETURN))
    (sale,) = back.sales
    assert (back.decline, sale.refundable, sale.lines) == (None, 3000, [WINE])
    refund = client.refund(sale.payment.id, 500, reason="Kork")
    assert (refund.amount, refund.payment.safe_to_release_goods) == (500, False)

    today = client.whoami()["server_time"][:10]
    closed = client.close_day(today, payments=(2, 3000), refunds=(1, 500))
    assert (closed.matched, closed.differences[0]["ours_count"]) == (False, 1)
    number_events(now=now, limit=100)
    events = list(client.events())
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert {event.payment for event in events} == {held.id}
    assert list(client.events(after=events[-1].seq)) == []


def test_a_no_has_words_and_a_problem_a_code(client: Client, phone: Phone, now: datetime) -> None:
    declined = client.authorise(phone.make_code(now=now, pin=WRONG_PIN), 100, "R1")
    assert declined.decline is not None
    assert (declined.decline.code, declined.decline.tries_left) == ("pin_wrong", 2)

    with pytest.raises(Refused) as refused:
        client.authorise("nonsense", 100, "R2")
    assert (refused.value.status, refused.value.code) == (422, "malformed")


def test_a_possible_duplicate_is_confirmed(client: Client, phone: Phone, now: datetime) -> None:
    client.authorise(phone.make_code(now=now), 100, "R1")

    doubtful = client.wait(client.authorise(phone.make_code(now=now), 100, "R2"))

    assert (doubtful.status, doubtful.action) == ("action_required", "cashier_confirm")
    assert client.confirm(doubtful.id).status == "authorised"


def test_a_lost_answer_is_asked_for_again_with_the_same_key(
    client: Client, line: LossyLine, phone: Phone, now: datetime
) -> None:
    line.lose = 2

    payment = client.authorise(phone.make_code(now=now), 4250, "R1", capture="automatic")

    assert (payment.status, line.calls) == ("captured", 3)
    assert Payment.objects.count() == 1


def test_a_sale_that_nobody_answered_is_called_off(
    line: LossyLine, till: TillProgram, phone: Phone, now: datetime
) -> None:
    hasty = Client(f"{line.url}/api/pos/v1", till.key, patience_seconds=0)
    line.lose, key = 1, new_key()

    with pytest.raises(NoAnswer):
        hasty.authorise(phone.make_code(now=now), 4250, "R1", key=key)

    off = hasty.cancel_lost(key, "R1")
    assert off is not None
    assert (off.status, off.safe_to_retry) == ("cancelled", True)
    assert hasty.cancel_lost("never sent", "R2") is None


def test_the_example_till_sells_takes_back_and_closes_its_day(
    line: LossyLine, till: TillProgram, phone: Phone, now: datetime
) -> None:
    codes = [phone.make_code(now=now) for _ in range(2)] + [phone.make_code(now=now, purpose=Purpose.RETURN)]
    typed = [codes[0], "4250", codes[1], "4250", "y", "nonsense", "100", codes[2], "r", ""]
    line.lose = 0

    played = subprocess.run(
        [sys.executable, str(ROOT / "docs" / "example_till.py")],
        input="\n".join(typed) + "\n",
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT / "clients" / "python"),
            "PYTHONIOENCODING": "utf-8",
            "POS_URL": f"{line.url}/api/pos/v1",
            "TILL_KEY": till.key,
        },
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert (played.returncode, played.stderr) == (0, ""), played.stderr
    assert played.stdout.count("PAID 4250") == 2
    assert "Another one? (y/n)" in played.stdout
    # How far it is by then, is the worker's affair.
    assert re.search(r"refund (queued|sent|succeeded) 4250", played.stdout)
    assert played.stdout.rstrip().endswith("day closed, matched")
