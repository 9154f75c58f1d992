"""The administrator's doors: accounts, books, faults, clients of the secured line."""

import sqlite3
from collections.abc import Callable
from datetime import datetime

from simulators.bankcore import accounts, clients, contracts, links
from simulators.bankcore.books import show_books
from simulators.bankcore.exchange import Answer, Exchange, Fields, Objection, answer_json
from simulators.bankcore.faults import KINDS, NOTICE_KINDS, TARGETS, Fault, FaultBook
from simulators.bankcore.gate import Gate
from simulators.bankcore.notices import list_notices
from simulators.bankcore.operations import list_operations
from simulators.bankcore.reading import currency_in, integer_in, read_json, text_in
from simulators.bankcore.store import Store

BookWork = Callable[[sqlite3.Connection, datetime], tuple[int, Fields]]
LARGEST_BALANCE = 10**12


def answer_administrator(
    store: Store, faults: FaultBook, exchange: Exchange, subject: str, now: datetime, *, gate: Gate | None
) -> Answer:
    """Answer one call below /v1/admin/; the key has been checked."""
    match exchange.method, subject.split("/"):
        case "POST", ["faults"]:
            faults.add(_read_fault(exchange))
            return answer_json(201, {"faults": faults.show()})
        case "GET", ["faults"]:
            return answer_json(200, {"faults": faults.show()})
        case "DELETE", ["faults"]:
            faults.clear()
            return answer_json(200, {"faults": []})
        case "POST", ["keys", "next" | "use" as step] if gate is not None:
            return answer_json(200, _change_keys(gate, step))
    with store.transaction() as books:
        match exchange.method, subject.split("/"):
            case "POST", ["accounts"]:
                return answer_json(201, _open_account(books, exchange, now))
            case "GET", ["accounts"]:
                return answer_json(200, {"accounts": accounts.list_accounts(books, now)})
            case "POST", ["contracts"]:
                return answer_json(201, _open_contract(books, exchange))
            case "POST", ["accounts", token, "status"]:
                status = _one_of(read_json(exchange, required=("status",)), "status", _STATUSES)
                return answer_json(200, accounts.change_status(books, token, status, now))
            case "POST", ["clients"] if gate is not None:
                fields = read_json(exchange, required=("name",), optional=("csr", "signing_keys"))
                return answer_json(201, clients.enrol(books, gate.authority, fields, now))
            case "POST", ["clients", "addresses"]:
                fields = read_json(exchange, required=("name", "return_urls", "notice_url"))
                name = text_in(fields, "name", longest=32)
                return answer_json(200, links.set_addresses(books, name, fields["return_urls"], fields["notice_url"]))
            case "GET", ["notices"]:
                return answer_json(200, {"notices": list_notices(books)})
            case "GET", ["clients"]:
                return answer_json(200, clients.list_clients(books))
            case "POST", ["clients", "revocations"]:
                what = text_in(read_json(exchange, required=("revoke",)), "revoke", longest=64)
                return answer_json(200, clients.revoke(books, what, now))
            case "GET", ["books"]:
                return answer_json(200, show_books(books, now))
            case "GET", ["operations"]:
                return answer_json(200, {"operations": list_operations(books)})
    raise Objection(404, "not_found", "no such door")


def _open_contract(books: sqlite3.Connection, exchange: Exchange) -> Fields:
    fields = read_json(exchange, required=("owner", "accounts"))
    tokens = fields["accounts"]
    if not isinstance(tokens, list) or not all(isinstance(token, str) for token in tokens):
        raise Objection(422, "invalid_field", "accounts is not a list of account tokens")
    owner = text_in(fields, "owner", longest=128)
    return contracts.open_contract(books, owner=owner, tokens=tokens, number=None, password=None)


_STATUSES = frozenset({"active", "blocked", "expired"})


def _change_keys(gate: Gate, step: str) -> Fields:
    if step == "next":
        gate.authority.announce_next()
    else:
        gate.authority.use_next()
        gate.open_anew()
    return clients.describe_bank(gate.authority)


def _one_of(fields: Fields, name: str, choices: frozenset[str]) -> str:
    choice = fields[name]
    if not isinstance(choice, str) or choice not in choices:
        raise Objection(422, "invalid_field", f"{name} is not one of {', '.join(sorted(choices))}")
    return choice


def _open_account(books: sqlite3.Connection, exchange: Exchange, now: datetime) -> Fields:
    fields = read_json(exchange, required=("owner", "currency", "balance"), optional=("limit_per_payment", "status"))
    limit = fields.setdefault("limit_per_payment", None)
    fields.setdefault("status", "active")
    return accounts.open_account(
        books,
        owner=text_in(fields, "owner", longest=128),
        currency=currency_in(fields),
        balance=integer_in(fields, "balance", lowest=0, highest=LARGEST_BALANCE),
        limit=None if limit is None else integer_in(fields, "limit_per_payment", lowest=0, highest=LARGEST_BALANCE),
        status=_one_of(fields, "status", _STATUSES),
        now=now,
    )


def _read_fault(exchange: Exchange) -> Fault:
    optional: Fields = {"times": 1, "milliseconds": 1000, "probability": 1.0}
    fields = {**optional, **read_json(exchange, required=("on", "kind"), optional=optional)}
    probability = fields["probability"]
    if isinstance(probability, bool) or not isinstance(probability, int | float) or not 0 <= probability <= 1:
        raise Objection(422, "invalid_field", "probability is not between 0 and 1")
    on, kind = _one_of(fields, "on", TARGETS), _one_of(fields, "kind", KINDS)
    if (kind in NOTICE_KINDS) if on != "notice" else (kind not in NOTICE_KINDS | {"delay", "duplicate"}):
        raise Objection(422, "invalid_field", f"{kind} is nothing that happens to {on}")
    return Fault(
        on=on,
        kind=kind,
        times=integer_in(fields, "times", lowest=1, highest=1_000_000),
        milliseconds=integer_in(fields, "milliseconds", lowest=0, highest=600_000),
        probability=float(probability),
    )
