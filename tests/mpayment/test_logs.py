import json
import logging
import sys
from typing import Any

import pytest

from apps.kernel.ids import uuid7
from mpayment.logs import JsonLines

BREAKS = "\n\r\v\f\x1b[2J\x1c\x1d\x1e\x7f\x85\x9b\u2028\u2029"


def line_of(message: str, *arguments: object, **extra: Any) -> str:
    record = logging.makeLogRecord(
        {"name": "apps.shop", "levelno": logging.INFO, "levelname": "INFO", "msg": message, "args": arguments} | extra
    )
    return JsonLines().format(record)


def test_says_when_how_grave_who_what_and_the_ids_that_came_with_it() -> None:
    payment_id = uuid7()

    line = json.loads(line_of("payment captured", payment=payment_id, amount=1295, till=None, basket=["apples"]))

    assert line.pop("at").endswith("+00:00")
    assert line == {
        "level": "info",
        "logger": "apps.shop",
        "event": "payment captured",
        "payment": str(payment_id),
        "amount": 1295,
        "till": None,
    }


@pytest.mark.parametrize("where", ["message", "argument", "extra"])
def test_no_text_can_break_a_line_or_command_a_terminal(where: str) -> None:
    forged = f'x{BREAKS}{{"level":"info","event":"payment captured"}}'
    match where:
        case "message":
            line = line_of(forged)
        case "argument":
            line = line_of("no such till: %s", forged)
        case _:
            line = line_of("no such till", till=forged)

    assert line.splitlines() == [line]
    assert not any(ord(sign) < 0x20 or 0x7F <= ord(sign) < 0xA0 for sign in line)
    assert forged in "".join(str(value) for value in json.loads(line).values())


def test_a_traceback_is_part_of_its_line() -> None:
    try:
        raise ValueError("first\nsecond")
    except ValueError:
        line = line_of("payment failed", exc_info=sys.exc_info())

    assert line.splitlines() == [line]
    assert json.loads(line)["trace"].endswith("ValueError: first\nsecond")


def test_no_extra_pretends_to_be_the_time_or_the_level() -> None:
    line = json.loads(line_of("payment captured", at="yesterday", level="error", event="nothing"))

    assert (line["level"], line["event"]) == ("info", "payment captured")
    assert line["at"] != "yesterday"


def test_half_a_character_costs_no_event() -> None:
    line = line_of("no such till", till="\ud83d")

    assert json.loads(line.encode("utf-8"))["till"] == "\ud83d"
