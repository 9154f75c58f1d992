import pytest

from simulators.caller import NoAnswer, Refused
from stack.timeline import Failed, Timeline


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def line(said: list[str]) -> Timeline:
    line = Timeline(said.append)
    line.act("She pays")
    return line


def test_shows_who_said_what_to_whom_how_long_it_took_and_what_came_of_it(line: Timeline, said: list[str]) -> None:
    with line.hop("till", "server", "asks for CHF 42.50") as hop:
        hop.result = "authorised"

    assert said[0].strip() == "She pays"
    took, shown = said[1].split(" ms", 1)
    assert float(took) >= 0
    assert shown.split() == ["till", "->", "server", "asks", "for", "CHF", "42.50", "authorised"]


def test_keeps_the_steps_for_programs(line: Timeline) -> None:
    with line.hop("till", "server", "asks for CHF 42.50") as hop:
        hop.result = "authorised"

    (step,) = line.as_fields()
    assert step.pop("started_ms") >= 0
    assert step.pop("milliseconds") >= 0
    assert step == {
        "act": "She pays",
        "source": "till",
        "target": "server",
        "what": "asks for CHF 42.50",
        "result": "authorised",
    }


def test_colours_only_where_it_is_told_to(said: list[str]) -> None:
    for is_coloured in (False, True):
        line = Timeline(said.append, is_coloured)
        line.act("She pays")
        with line.hop("till", "server", "asks") as hop:
            hop.result = "authorised"

    assert ["\x1b" in text for text in said] == [False, False, True, True]


def test_a_step_that_ends_otherwise_names_itself_and_both_ends(line: Timeline, said: list[str]) -> None:
    with pytest.raises(Failed) as failed, line.hop("till", "server", "asks") as hop:
        hop.expect("authorised", "declined")

    line.show_failure(failed.value)
    assert (failed.value.expected, failed.value.got) == ("authorised", "declined")
    assert failed.value.step == "She pays: till -> server, asks"
    assert [text in "\n".join(said) for text in ("She pays: till", "authorised", "declined")] == [True] * 3


@pytest.mark.parametrize(
    "trouble",
    [NoAnswer("POST payments: TimeoutError"), Refused(422, {"code": "malformed"}), ConnectionRefusedError("refused")],
)
def test_what_the_other_side_does_to_us_is_a_failed_step(line: Timeline, trouble: Exception) -> None:
    with pytest.raises(Failed, match="expected an answer"), line.hop("till", "server", "asks"):
        raise trouble

    assert [step["what"] for step in line.as_fields()] == ["asks"]


def test_a_mistake_of_ours_stays_one(line: Timeline) -> None:
    with pytest.raises(ZeroDivisionError), line.hop("till", "server", "asks"):
        raise ZeroDivisionError


def test_only_the_first_picture_is_shown(line: Timeline, said: list[str]) -> None:
    line.show_once("first")
    line.show_once("second")

    assert said[1:] == ["first"]
