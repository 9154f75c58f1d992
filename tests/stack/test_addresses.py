import json
import socket

import pytest

from stack import Places
from stack.addresses import PortBusy, Ports, choose_ports, make_card, port, read_card, write_card
from stack.run import read_request

PORTS = Ports(web=8000, sockets=8001, bank=8002, bank_line=8003, bank_page=8004)


def test_any_ports_differ() -> None:
    ports = choose_ports(0)

    assert len({ports.web, ports.sockets, ports.bank, ports.bank_line, ports.bank_page}) == 5


def test_a_port_that_was_asked_for_is_never_replaced() -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        taken = busy.getsockname()[1]

        with pytest.raises(PortBusy, match=str(taken)):
            choose_ports(taken)
        assert choose_ports(None, preferred=taken).web > taken


@pytest.mark.parametrize("text", ["65536", "-1", "http", ""])
def test_what_is_no_port_is_refused(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match=r"."):
        port(text)
    with pytest.raises(SystemExit):
        read_request([f"--port={text}"])

    assert "--port" in capsys.readouterr().err


def test_the_card_is_written_whole_for_its_owner_alone_and_read_back(places: Places) -> None:
    card = make_card(PORTS, {"tills": [{"id": "til_1", "key": "till_live_1", "mode": "live"}]})

    write_card(places, card)

    path = places.var / "run" / "demo.json"
    assert path.stat().st_mode & 0o777 == 0o600
    assert json.loads(path.read_text()) == card == read_card(places)
    assert [entry.name for entry in path.parent.iterdir()] == ["demo.json"]


@pytest.mark.parametrize("text", ["", "[]", "{"])
def test_a_card_that_cannot_be_read_is_none(places: Places, text: str) -> None:
    write_card(places, {})
    (places.var / "run" / "demo.json").write_text(text)

    assert read_card(places) is None
