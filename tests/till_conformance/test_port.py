"""The cashier port: a line for a line, whatever the till is like."""

import io
import shlex
import sys
from pathlib import Path

import pytest

from conformance.driver import Driver, Silent, TillInside, Unsupported, till_process
from conformance.port import NotUnderstood, Screen, answer, serve


class Small:
    """A till that can do two things, one of them badly."""

    def sell(self, reference: str, amount: str, code: str) -> Screen:
        return Screen("paid", receipt=(f"{reference} {amount}",))

    def look(self, reference: str) -> Screen:
        raise KeyError(reference)

    def secret(self) -> Screen:
        return Screen("paid")


def script(tmp_path: Path, text: str) -> str:
    path = tmp_path / "till.py"
    path.write_text(text, encoding="utf-8")
    return f"{shlex.quote(sys.executable)} {shlex.quote(str(path))}"


def test_answers_each_line_with_one_and_ends_with_its_input() -> None:
    commands = io.StringIO('{"do": "close_day"}\n{"do": "sell", "reference": "1", "amount": "2", "code": "c"}\n')
    screens = io.StringIO()

    serve(Small(), commands, screens)

    shown = [Screen.read(line) for line in screens.getvalue().splitlines()]
    assert shown == [Screen("unsupported"), Screen("paid", receipt=("1 2",))]


def test_fields_of_later_kits_are_left_out() -> None:
    command = {"do": "sell", "reference": "1", "amount": "2", "code": "c", "colour": "red"}

    assert answer(Small(), command).shows == "paid"


def test_what_is_no_command_reaches_no_method() -> None:
    assert answer(Small(), {"do": "secret"}).shows == "unsupported"
    assert answer(Small(), {"do": "__class__"}).shows == "unsupported"


def test_a_fault_of_the_till_is_shown_and_the_port_stays_open() -> None:
    shown = answer(Small(), {"do": "look", "reference": "7"})

    assert (shown.shows, shown.message) == ("error", "KeyError: '7'")


@pytest.mark.parametrize(
    "line",
    [
        *("", "paid", "[]", '{"message": "no word"}', '{"shows": "sold"}', '{"shows": ["paid"]}'),
        *('{"shows": "paid", "receipt": "Total 42.50"}', '{"shows": "paid", "goods": "no"}'),
    ],
)
def test_a_line_that_is_no_answer_is_not_understood(line: str) -> None:
    with pytest.raises(NotUnderstood):
        Screen.read(line)


def test_goods_leave_with_paid_unless_the_till_says_otherwise() -> None:
    assert Screen.read('{"shows": "paid"}').releases_goods
    assert not Screen.read('{"shows": "paid", "goods": false}').releases_goods
    assert Screen.read('{"shows": "wait", "goods": true}').releases_goods
    assert not Screen.read('{"shows": "wait"}').releases_goods


def test_a_screen_survives_the_line() -> None:
    screen = Screen("paid", "Grüezi", may_retry=True, goods=False, receipt=("a", "b"), differences=({"told": 1},))

    assert Screen.read(screen.line()) == screen


def test_what_a_till_cannot_do_is_told_apart_from_what_it_does_wrong() -> None:
    driver = Driver(TillInside(Small()))

    with pytest.raises(Unsupported):
        driver.ask("close_day")
    assert driver.ask("look", reference="7").shows == "error"
    assert [step.command["do"] for step in driver.steps] == ["close_day", "look"]


def test_a_till_that_ends_is_silent_and_its_last_words_are_told(tmp_path: Path) -> None:
    dying = script(tmp_path, "import sys; input(); sys.exit('out of paper')")

    with till_process(dying) as till, pytest.raises(Silent, match="out of paper"):
        Driver(till).ask("start")


def test_a_process_is_asked_in_utf8_and_its_log_is_kept(tmp_path: Path) -> None:
    talking = """
import json, sys
for line in sys.stdin:
    print("heard", file=sys.stderr, flush=True)
    print(json.dumps({"shows": "wait", "message": json.loads(line)["reference"]}), flush=True)
"""
    with till_process(script(tmp_path, talking)) as till:
        driver = Driver(till)

        assert driver.ask("look", reference="Zürich ß").message == "Zürich ß"
        assert driver.ask("look", reference="2").message == "2"
    assert till.said().count("heard") == 2
