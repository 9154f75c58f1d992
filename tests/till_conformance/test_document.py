"""The document for vendors says what the code does."""

import json
import re
from pathlib import Path

import pytest

from conformance.command import main, read_command
from conformance.document import PATH, renewed
from conformance.port import COMMANDS, SHOWS, Screen
from conformance.scenarios import SCENARIOS

ROOT = Path(__file__).parents[2]


def anchors(document: str) -> set[str]:
    """Return the names by which the headings of a Markdown document are linked."""
    headings = re.findall(r"^#+ (.*)$", document, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_lists_are_those_of_the_code() -> None:
    text = PATH.read_text(encoding="utf-8")

    assert renewed(text) == text
    assert all(f"| `{name}` |" in text for name in (*SCENARIOS, *SHOWS, *COMMANDS))


def test_every_rule_is_stated_in_the_pos_api() -> None:
    known = anchors((ROOT / "docs" / "pos-api.md").read_text(encoding="utf-8"))

    assert {scenario.section for scenario in SCENARIOS.values()} <= known


def test_the_example_is_a_conversation_of_the_cashier_port() -> None:
    text = PATH.read_text(encoding="utf-8")
    spoken = re.findall(r"^    ([<>]) (\{.*?\})$", text, re.MULTILINE | re.DOTALL)

    assert len(spoken) == 10
    for direction, line in spoken:
        if direction == ">":
            assert json.loads(line)["do"] in COMMANDS
        else:
            assert Screen.read(line).shows in SHOWS


def test_others_point_to_it() -> None:
    for name in ("index.md", "pos-api.md"):
        assert "till-conformance.md" in (ROOT / "docs" / name).read_text(encoding="utf-8"), name


def test_lists_every_scenario_with_its_rule(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    as_text = capsys.readouterr().out
    assert main(["--list", "--json"]) == 0
    as_json = json.loads(capsys.readouterr().out)

    assert [each["name"] for each in as_json["scenarios"]] == list(SCENARIOS)
    assert all(each.name in as_text and each.rule in as_text for each in SCENARIOS.values())


def test_plays_only_what_is_asked_for_in_the_usual_order() -> None:
    asked = read_command(["--only", "older_answer", "--only", "approved"])

    assert [each.name for each in asked.scenarios] == ["approved", "older_answer"]


def test_knows_no_other_scenario(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        read_command(["--only", "no_such_thing"])

    assert ended.value.code == 2
    assert "no_such_thing" in capsys.readouterr().err
