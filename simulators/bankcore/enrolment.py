"""What is set up before or while the bank runs: `enrol` takes a client in, `contract` gives a person e-banking."""

import argparse
import json
import sqlite3
import sys
from datetime import UTC, datetime
from pathlib import Path

from simulators.bankcore.accounts import open_account
from simulators.bankcore.authority import Authority
from simulators.bankcore.clients import enrol
from simulators.bankcore.contracts import accounts_of, has_contract, open_contract
from simulators.bankcore.exchange import Objection
from simulators.bankcore.links import set_addresses
from simulators.bankcore.store import Store


def main(arguments: list[str]) -> int:
    """Print what the client must know, as one JSON object; 1 for a request that is refused."""
    parser = argparse.ArgumentParser(prog="python -m simulators.bankcore enrol", description="Take a client in.")
    parser.add_argument("--data", type=Path, required=True, help="directory of the books")
    parser.add_argument("--tls-dir", type=Path, required=True, help="directory of the authority; made if missing")
    parser.add_argument("--name", default="mpayment", help="whose certificate and keys they are")
    parser.add_argument("--request", type=Path, help="JSON file with csr and signing_keys; - is standard input")
    parser.add_argument("--return-url", action="append", help="where its customers may come back to; repeat it")
    parser.add_argument("--notice-url", help="where it wants its notices")
    options = parser.parse_args(arguments)
    options.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    text = "{}" if options.request is None else _read(options.request)
    store = Store(options.data / "bank.sqlite3")
    try:
        authority = Authority(options.tls_dir)
        request = {"csr": None, "signing_keys": {}, **json.loads(text), "name": options.name}
        with store.transaction() as books:
            answer = enrol(books, authority, request, datetime.now(UTC))
            if options.return_url is not None:
                set_addresses(books, options.name, options.return_url, options.notice_url)
            print(json.dumps(answer))
    except (Objection, ValueError, TypeError) as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        store.close()
    return 0


def give_contract(arguments: list[str]) -> int:
    """Print what a person logs in with and his accounts, without the password; what is there already stays."""
    parser = argparse.ArgumentParser(prog="python -m simulators.bankcore contract", description="Give e-banking.")
    parser.add_argument("--data", type=Path, required=True, help="directory of the books")
    parser.add_argument("--number", required=True, help="the contract's number, digits")
    parser.add_argument("--password-file", type=Path, required=True)
    parser.add_argument("--owner", required=True)
    parser.add_argument("--account", action="append", default=[], help="CURRENCY:MINOR UNITS; repeat it")
    options = parser.parse_args(arguments)
    options.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    store, now = Store(options.data / "bank.sqlite3"), datetime.now(UTC)
    try:
        with store.transaction() as books:
            if not has_contract(books, options.number):
                tokens = [_open(books, options.owner, account, now) for account in options.account]
                password = _read(options.password_file).strip()
                open_contract(books, owner=options.owner, tokens=tokens, number=options.number, password=password)
            accounts = [each["iban_masked"] for each in accounts_of(books, options.number, now)]
        print(json.dumps({"owner": options.owner, "contract": options.number, "accounts": accounts}))
    except (Objection, ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        store.close()
    return 0


def _open(books: sqlite3.Connection, owner: str, account: str, now: datetime) -> str:
    currency, _, balance = account.partition(":")
    opened = open_account(
        books, owner=owner, currency=currency, balance=int(balance), limit=None, status="active", now=now
    )
    return str(opened["account_token"])


def _read(path: Path) -> str:
    return sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8")
