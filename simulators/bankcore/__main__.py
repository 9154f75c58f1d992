"""Start the bank: `python -m simulators.bankcore --port 0 --data DIRECTORY`; `enrol` and `contract` set it up."""

import argparse
import json
import os
import signal
import sys
import threading
from pathlib import Path

from simulators.bankcore import enrolment
from simulators.bankcore.authority import Authority
from simulators.bankcore.bank import Bank
from simulators.bankcore.calllog import CallLog
from simulators.bankcore.courier import Courier
from simulators.bankcore.faults import FaultBook
from simulators.bankcore.gate import Gate
from simulators.bankcore.keys import Keys, load_key
from simulators.bankcore.pages.desk import Desk
from simulators.bankcore.pages.server import LOOPBACK, PageServer
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
    parser.add_argument("--tls-dir", type=Path, help="speak mutual TLS; directory of the authority, made if missing")
    parser.add_argument("--require-signatures", action="store_true", help="take and send signed messages only")
    parser.add_argument("--admin-port", type=int, help="a plain entrance for the administrator; 0 takes a free port")
    parser.add_argument(
        "--page-port", type=int, help="the pages for customers, without certificates; 0 takes a free one"
    )
    parser.add_argument(
        "--page-tls", action="store_true", help="serve the pages over TLS; elsewhere than here it must be"
    )
    options = parser.parse_args()
    if options.require_signatures and options.tls_dir is None:
        parser.error("--require-signatures needs --tls-dir: keys belong to clients, and those show certificates")
    if options.page_tls and options.tls_dir is None:
        parser.error("--page-tls needs --tls-dir, where the certificate is")
    if options.page_port is not None and not options.page_tls and options.host not in LOOPBACK:
        parser.error("--page-port needs --page-tls where others reach it: people type passwords there")
    return options


def main() -> int:
    """Serve until SIGTERM or SIGINT."""
    arguments = read_arguments()
    directory: Path = arguments.data
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    client = load_key(file=arguments.client_key_file, variable="BANKCORE_CLIENT_KEY", default=directory / "client.key")
    admin = load_key(file=arguments.admin_key_file, variable="BANKCORE_ADMIN_KEY", default=directory / "admin.key")
    store = Store(directory / "bank.sqlite3")
    bank = Bank(store, FaultBook(seed=arguments.seed, magic=arguments.magic), Keys(client=client, admin=admin))
    log = CallLog(directory / "calls.log")
    server = BankServer((arguments.host, arguments.port), bank, log)
    host, port = server.server_address[:2]
    courier: Courier | None = None
    authority = None if arguments.tls_dir is None else Authority(arguments.tls_dir)
    if authority is not None:
        bank.gate = server.gate = Gate(store, authority, port, needs_signatures=arguments.require_signatures)
        # Notices are signed, so only a bank with keys sends any.
        courier = Courier(store, bank.gate, bank.faults, log)
    ready = {
        "ready": True,
        "address": f"{'https' if server.gate else 'http'}://{arguments.host}:{port}",
        "host": str(host),
        "port": port,
        "pid": os.getpid(),
    }
    servers: list[BankServer | PageServer] = [server]
    if arguments.page_port is not None:
        tls = authority.page_context() if authority is not None and arguments.page_tls else None
        pages = PageServer((arguments.host, arguments.page_port), Desk(store), log, tls=tls)
        servers.append(pages)
        bank.page_url = f"{'https' if tls else 'http'}://{arguments.host}:{pages.server_address[1]}"
        ready["page_address"] = bank.page_url
        threading.Thread(target=pages.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
    if arguments.admin_port is not None:
        entrance = BankServer((arguments.host, arguments.admin_port), bank, log, for_administration=True)
        servers.append(entrance)
        ready["admin_address"] = f"http://{arguments.host}:{entrance.server_address[1]}"
        threading.Thread(target=entrance.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()

    def stop(_signal: int, _frame: object) -> None:
        # shutdown() waits for serve_forever(), which this very thread is running.
        for each in servers:
            threading.Thread(target=each.shutdown, daemon=True).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    if courier is not None:
        courier.start()
    print(json.dumps(ready), flush=True)
    server.serve_forever(poll_interval=0.1)
    if courier is not None:
        courier.end()
        courier.join(timeout=10)
    for each in servers:
        each.server_close()
    store.close()
    return 0


if __name__ == "__main__":
    commands = {"enrol": enrolment.main, "contract": enrolment.give_contract}
    command = commands.get(sys.argv[1]) if len(sys.argv) > 1 else None
    sys.exit(main() if command is None else command(sys.argv[2:]))
