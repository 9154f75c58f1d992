"""What a till vendor is given, against the whole product in real processes: the client, and the example till."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from apps.paycode.claims import Purpose
from tests.journeys.house import PIN, House, running_house

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "clients" / "python"))

from mpayment_till import Client  # noqa: E402  # found by the line above

pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with running_house(tmp_path_factory.mktemp("house")) as house:
        yield house


def live_keys(house: House) -> list[str]:
    return [till["key"] for till in house.card["tills"] if till["mode"] == "live"]


def test_the_client_sells_refunds_takes_back_and_hears_of_it(house: House, tmp_path: Path) -> None:
    phone, token = house.customer(tmp_path)
    client = Client(house.card["pos_url"], live_keys(house)[0])

    sold = client.wait(client.authorise(phone.make_code(PIN), 4250, "vendor-1", capture="automatic"))
    assert sold.safe_to_release_goods
    client.refund(sold.id, 1000, reason="Kork")
    (sale,) = client.start_return(phone.make_code(PIN, purpose=Purpose.RETURN)).sales
    client.refund(sale.payment.id, sale.refundable)

    assert (sale.payment.id, sale.refundable) == (sold.id, 3250)
    assert house.eventually(lambda: client.get(sold.id).refund_status == "full", within_seconds=20)
    assert house.eventually(lambda: house.clerk.account(token)["balance"] == 100_000, within_seconds=10)

    def refunds_heard() -> int:
        return sum(event.payment == sold.id and event.type == "payment.refunded" for event in client.events())

    # Numbers are given a moment after the commit.
    assert house.eventually(lambda: refunds_heard() == 2, within_seconds=10)
    assert client.cancel_lost("never sent", "vendor-2") is None


def test_the_example_till_does_a_days_work(house: House, tmp_path: Path) -> None:
    phone, token = house.customer(tmp_path)
    codes = [phone.make_code(PIN), phone.make_code(PIN), phone.make_code(PIN, purpose=Purpose.RETURN)]
    typed = [codes[0], "1200", codes[1], "1200", "y", codes[2], "r", ""]

    played = subprocess.run(
        [sys.executable, str(ROOT / "docs" / "example_till.py")],
        input="\n".join(typed) + "\n",
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT / "clients" / "python"),
            "PYTHONIOENCODING": "utf-8",
            "POS_URL": house.card["pos_url"],
            "TILL_KEY": live_keys(house)[1],
        },
        capture_output=True,
        text=True,
        timeout=90,
    )

    assert played.returncode == 0, played.stderr
    assert played.stdout.count("PAID 1200") == 2
    # How far it is by then, is the worker's affair.
    assert re.search(r"refund (queued|sent|succeeded) 1200", played.stdout)
    assert played.stdout.rstrip().endswith("day closed, matched")
    assert house.eventually(lambda: house.clerk.account(token)["balance"] == 98_800, within_seconds=20)
