"""The platform and its bank are introduced once, and again only if one of them has changed."""

import json
import shutil
import sqlite3
from contextlib import closing
from typing import Any

from stack import Places
from stack.bank_line import Addresses, give_contracts, secure_line, tls_directory
from stack.services import CHECKOUT
from tests.providers.lines import csr_of, new_key, public_text

NOTHING: dict[str, Any] = {"csr": None, "signing_keys": {}}


class Platform:
    """Remembers the commands it got, and asks for new keys when it is told to."""

    def __init__(self) -> None:
        self.commands: list[str] = []

    def manage(self, *command: str) -> str:
        self.commands.append(command[0])
        return json.dumps(self.request()) if command[0] == "rotate_line_keys" else ""

    def request(self) -> dict[str, Any]:
        tls, signing = new_key(), new_key()
        return {"csr": csr_of(tls), "signing_keys": {signing.key_id: public_text(signing)}}


def test_trust_is_exchanged_at_the_first_start_and_kept(places: Places) -> None:
    platform = Platform()
    file = places.data("bank") / "line.json"

    secure_line(places, CHECKOUT, platform.request(), platform.manage)
    answer = json.loads(file.read_text())
    for _ in range(2):
        secure_line(places, CHECKOUT, NOTHING, platform.manage)

    assert platform.commands == ["trust_bank"]
    assert answer.keys() == {"ca", "pins", "signing_keys", "accepted", "certificate"}
    assert file.stat().st_mode & 0o777 == 0o600


def test_another_bank_gets_new_keys(places: Places) -> None:
    platform = Platform()
    secure_line(places, CHECKOUT, platform.request(), platform.manage)
    shutil.rmtree(tls_directory(places))
    (places.data("bank") / "bank.sqlite3").unlink()

    secure_line(places, CHECKOUT, NOTHING, platform.manage)

    assert platform.commands == ["trust_bank", "rotate_line_keys", "trust_bank"]


def test_the_bank_learns_where_to_send_people_and_notices_at_every_start(places: Places) -> None:
    platform = Platform()
    for port in (8000, 9000):
        addresses = Addresses(f"http://127.0.0.1:{port}/wallet/linked", f"http://127.0.0.1:{port}/notices")
        secure_line(places, CHECKOUT, NOTHING, platform.manage, addresses)

    with closing(sqlite3.connect(places.data("bank") / "bank.sqlite3")) as books:
        kept = books.execute("SELECT client, return_urls, notice_url FROM client_address").fetchall()
    assert kept == [("mpayment", '["http://127.0.0.1:9000/wallet/linked"]', "http://127.0.0.1:9000/notices")]


def test_the_demos_people_get_their_e_banking_once(places: Places) -> None:
    first, again = give_contracts(places, CHECKOUT), give_contracts(places, CHECKOUT)

    assert first == again
    assert [(login["owner"], len(login["accounts"])) for login in first] == [("Anna Keller", 2), ("Luca Bernasconi", 1)]
    assert all(len(login["password"]) >= 10 for login in first)
    assert len({login["password"] for login in first}) == 2
