"""Where a running installation is reached, and the card (var/run/demo.json) that says so to people and programs."""

import contextlib
import json
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stack.installation import write_private
from stack.places import Places, private_directory
from stack.processes import free_port

HOST = "127.0.0.1"


class PortBusy(RuntimeError):
    """Somebody listens on a port that was asked for by its number."""


@dataclass(frozen=True)
class Ports:
    """One TCP port for each process that is spoken to."""

    web: int
    sockets: int
    # The bank's plain entrance for its administrator, and the secured line.
    bank: int
    bank_line: int
    # The bank's pages for its customers, who have browsers and no certificates.
    bank_page: int


def choose_ports(asked: int | None, preferred: int = 8000) -> Ports:
    """Return five ports: free ones near `preferred`; or from `asked` on; any if it is 0. Raises PortBusy.

    A port that was asked for is not replaced by another: whoever asks has told others.
    """
    if asked == 0:
        return Ports(*_any_five())
    if asked is not None and not is_free(asked):
        raise PortBusy(f"Port {asked} is in use by another program. Choose another one: --port {asked + 100}")
    web = asked if asked is not None else free_port(preferred)
    sockets = free_port(web + 1)
    bank = free_port(sockets + 1)
    bank_line = free_port(bank + 1)
    return Ports(web, sockets, bank, bank_line, free_port(bank_line + 1))


def port(text: str) -> int:
    """Return a port of the command line; ValueError for a number that is none."""
    number = int(text)
    if not 0 <= number <= 65_535:
        raise ValueError("a port is a number up to 65535")
    return number


def is_free(number: int) -> bool:
    """Say whether nobody listens there."""
    return free_port(number) == number


def _any_five() -> tuple[int, int, int, int, int]:
    with contextlib.ExitStack() as stack:
        # Held open together, so that they differ.
        probes = [stack.enter_context(socket.socket()) for _ in range(5)]
        for probe in probes:
            probe.bind((HOST, 0))
        web, sockets, bank, line, page = (int(probe.getsockname()[1]) for probe in probes)
    return web, sockets, bank, line, page


def card_path(places: Places) -> Path:
    """Return where the card lies; it stays after the stop, so that tills keep their keys."""
    return private_directory(places.var / "run") / "demo.json"


def bank_url(ports: Ports) -> str:
    """Return where the bank simulator listens to its administrator."""
    return f"http://{HOST}:{ports.bank}"


def bank_line_url(ports: Ports) -> str:
    """Return where the bank simulator listens to the platform: mutual TLS, signed messages."""
    return f"https://{HOST}:{ports.bank_line}"


def bank_page_url(ports: Ports) -> str:
    """Return where the bank's customers log in, give their consent and take it back."""
    return f"http://{HOST}:{ports.bank_page}"


def return_url(ports: Ports) -> str:
    """Return the wallet's page to which the bank sends a customer back who has linked an account."""
    return f"http://{HOST}:{ports.web}/wallet/linked"


def notice_url(ports: Ports) -> str:
    """Return where the bank tells us what we have not asked."""
    return f"http://{HOST}:{ports.web}/api/providers/v1/bank/notices"


# Any: the card is JSON, and its members are documented in docs/operations.md.
def make_card(ports: Ports, seeded: dict[str, Any]) -> dict[str, Any]:
    """Return the addresses, and what the seed made."""
    web = f"http://{HOST}:{ports.web}"
    addresses = {
        "pos_url": f"{web}/api/pos/v1",
        "wallet_url": f"{web}/wallet/",
        "socket_url": f"ws://{HOST}:{ports.sockets}",
        "staff_url": f"{web}/staff/",
        "bank_url": bank_url(ports),
        "bank_line_url": bank_line_url(ports),
        "bank_page_url": bank_page_url(ports),
        "demo_url": f"{web}/demo/",
    }
    return addresses | seeded


def write_card(places: Places, card: dict[str, Any]) -> None:
    """Put the card where others look for it; mode 0600, because it holds keys."""
    write_private(card_path(places), json.dumps(card, indent=2, ensure_ascii=False) + "\n")


def read_card(places: Places) -> dict[str, Any] | None:
    """Return the last card, if there is one that can be read."""
    with contextlib.suppress(OSError, ValueError):
        card = json.loads(card_path(places).read_text(encoding="utf-8"))
        return card if isinstance(card, dict) else None
    return None


def describe(card: dict[str, Any]) -> str:
    """Return the card as people read it."""
    names = {"pos_url": "POS API", "socket_url": "sockets", "bank_url": "bank"}
    lines = [f"  {label:<10} {card[name]}" for name, label in names.items() if name in card]
    if "wallet_url" in card:
        lines.insert(0, f"  {'wallet':<10} {card['wallet_url']}  (a phone-sized window; activation codes are below)")
    if "demo_url" in card:
        lines.append(f"  {'lost phone':<10} {card['demo_url'].removesuffix('demo/')}lost-phone")
        lines.append(f"  {'API docs':<10} {card['demo_url'].removesuffix('demo/')}api/docs")
        lines.append(f"  {'mail':<10} {card['demo_url']}mail")
    lines += [
        f"  till       {till['id']}  {till['key']}  ({till.get('store', '')}, {till.get('name', '')}, {till['mode']})"
        for till in card.get("tills", [])
    ]
    whose = {customer["activation_code"]: customer["email"] for customer in card.get("customers", [])}
    lines += [f"  activation {code}  ({whose.get(code, '')})" for code in card.get("activation_codes", [])]
    if card.get("logins"):
        lines.append(f"  {'staff':<10} {card['staff_url']}")
    if "bank_page_url" in card:
        lines.append(f"  {'e-banking':<10} {card['bank_page_url']}/consents")
    lines += [
        f"  contract   {login['contract']} / {login['password']}  ({login['owner']}, {', '.join(login['accounts'])})"
        for login in card.get("bank_logins", [])
    ]
    lines += [
        f"  login      {login['role']}: {login['name']} / {login['password']}  (TOTP {login['totp_secret']})"
        for login in card.get("logins", [])
    ]
    return "\n".join(lines)
