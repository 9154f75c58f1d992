"""What docs/fraud-rules.md shows can be written, and every word of the vocabulary is shown."""

import json
import re
from pathlib import Path

from apps.fraud.conditions import read_condition
from apps.fraud.operations import read_rule
from apps.fraud.operations.rules import MOST_RULES
from apps.fraud.vocabulary import MEASURES

DOCS = (Path(__file__).parents[2] / "docs/fraud-rules.md").read_text(encoding="utf-8")


def test_the_rule_can_be_written() -> None:
    (example,) = re.findall(r"```json\n(.*?)```", DOCS, re.DOTALL)

    assert read_rule(json.loads(example)).name == "many_payments"


def test_every_example_of_a_condition_is_one() -> None:
    examples = re.findall(r'`(\{"measure":.*?\})` \|', DOCS)

    assert len(examples) >= 20
    for example in examples:
        read_condition(json.loads(example))


def test_every_measure_has_a_row_and_no_row_is_of_another() -> None:
    named = set()
    for row in re.findall(r"^\| (`[a-z_]+`.*?) \| .*\{\"measure\"", DOCS, re.MULTILINE):
        words = re.findall(r"`([a-z_]+)`", row)
        stem = words[0].rpartition("_")[0]
        named |= {stem + word if word.startswith("_") else word for word in words}

    assert named == set(MEASURES)


def test_the_bounds_are_those_of_the_code() -> None:
    assert f"At most {MOST_RULES} versions judge at once" in DOCS
