"""Take a client in before or while the bank runs: `python -m simulators.bankcore enrol --data DIR --tls-dir DIR`."""

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from simulators.bankcore.authority import Authority
from simulators.bankcore.clients import enrol
from simulators.bankcore.exchange import Objection
from simulators.bankcore.store import Store


def main(arguments: list[str]) -> int:
    """Print what the client must know, as one JSON object; 1 for a request that is refused."""
    parser = argparse.ArgumentParser(prog="python -m simulators.bankcore enrol", description="Take a client in.")
    parser.add_argument("--data", type=Path, required=True, help="directory of the books")
    parser.add_argument("--tls-dir", type=Path, required=True, help="directory of the authority; made if missing")
    parser.add_argument("--name", default="mpayment", help="whose certificate and keys they are")
    parser.add_argument("--request", type=Path, help="JSON file with csr and signing_keys; - is standard input")
    options = parser.parse_args(arguments)
    options.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    text = "{}" if options.request is None else _read(options.request)
    store = Store(options.data / "bank.sqlite3")
    try:
        authority = Authority(options.tls_dir)
        request = {"csr": None, "signing_keys": {}, **json.loads(text), "name": options.name}
        with store.transaction() as books:
            print(json.dumps(enrol(books, authority, request, datetime.now(UTC))))
    except (Objection, ValueError, TypeError) as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        store.close()
    return 0


def _read(path: Path) -> str:
    return sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8")
