"""Start the bank: `python -m simulators.bankcore --port 0 --data DIRECTORY`."""

import argparse
import json
import os
import signal
import sys
import threading
from pathlib import Path

from simulators.bankcore.bank import Bank
from simulators.bankcore.calllog import CallLog
from simulators.bankcore.faults import FaultBook
from simulators.bankcore.keys import Keys, load_key
from simulators.bankcore.server import BankServer
from simulators.bankcore.store import Store


def read_arguments() -> argparse.Namespace:
    """Return the command line's options."""
    parser = argparse.ArgumentParser(prog="python -m simulators.bankcore", description="A bank worth testing against.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--data", type=Path, required=True, help="directory of the books, the keys and the call log")
    parser.add_argument("--seed", type=int, default=0, help="of the faults that are drawn by chance")
    parser.add_argument("--magic", action="store_true", help="let certain amounts trigger faults and declines")
    parser.add_argument("--client-key-file", type=Path)
    parser.add_argument("--admin-key-file", type=Path)
    return parser.parse_args()


def main() -> int:
    """Serve until SIGTERM or SIGINT."""
    arguments = read_arguments()
    directory: Path = arguments.data
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    client = load_key(file=arguments.client_key_file, variable="BANKCORE_CLIENT_KEY", default=directory / "client.key")
    admin = load_key(file=arguments.admin_key_file, variable="BANKCORE_ADMIN_KEY", default=directory / "admin.key")
    store = Store(directory / "bank.sqlite3")
    bank = Bank(store, FaultBook(seed=arguments.seed, magic=arguments.magic), Keys(client=client, admin=admin))
    server = BankServer((arguments.host, arguments.port), bank, CallLog(directory / "calls.log"))

    def stop(_signal: int, _frame: object) -> None:
        # shutdown() waits for serve_forever(), which this very thread is running.
        threading.Thread(target=server.shutdown, daemon=True).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    host, port = server.server_address[:2]
    ready = {
        "ready": True,
        "address": f"http://{arguments.host}:{port}",
        "host": str(host),
        "port": port,
        "pid": os.getpid(),
    }
    print(json.dumps(ready), flush=True)
    server.serve_forever(poll_interval=0.1)
    server.server_close()
    store.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
