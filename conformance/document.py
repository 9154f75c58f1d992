"""Write the lists of docs/till-conformance.md: `python -m conformance.document`."""

import re

from conformance.port import SHOWS
from conformance.report import rule_link
from conformance.scenarios import SCENARIOS
from stack.services import CHECKOUT

PATH = CHECKOUT / "docs" / "till-conformance.md"
# From one mark to the next the text is ours, between them it is made.
_LIST = re.compile(r"<!-- (?P<name>\w+) -->\n.*?<!-- end -->", re.DOTALL)


def lists() -> dict[str, str]:
    """Return each list as Markdown, by its name."""
    words = ["| `shows` | |", "|---|---|", *(f"| `{word}` | {meaning} |" for word, meaning in SHOWS.items())]
    plays = [
        "| scenario | what happens | the rule |",
        "|---|---|---|",
        *(f"| `{each.name}` | {each.title} | {each.rule} [(more)]({rule_link(each)}) |" for each in SCENARIOS.values()),
    ]
    return {"shows": "\n".join(words), "scenarios": "\n".join(plays)}


def renewed(text: str) -> str:
    """Return the document with its lists as they are now."""
    made = lists()
    return _LIST.sub(lambda found: f"<!-- {found['name']} -->\n{made[found['name']]}\n<!-- end -->", text)


if __name__ == "__main__":
    PATH.write_text(renewed(PATH.read_text(encoding="utf-8")), encoding="utf-8")
