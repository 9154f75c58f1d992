"""A run as people read it, as programs read it, and as it is attached to an integration."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from conformance import PROTOCOL, VERSION
from conformance.recording import Fields
from conformance.run import Result, Verdict, has_passed
from conformance.scenario import Scenario

DOCUMENT = "pos-api.md"
_MARKS = {
    Verdict.PASSED: "passed",
    Verdict.FAILED: "FAILED",
    Verdict.NOT_APPLICABLE: "n/a",
    Verdict.NOT_PLAYED: "NOT PLAYED",
}


@dataclass(frozen=True)
class Run:
    """When, with what and against what; `till` is what the till says of itself at its start."""

    began_at: str
    seed: int
    server: str
    server_version: str
    server_till: Fields
    command: str
    till: Fields
    results: Sequence[Result]

    @property
    def counts(self) -> dict[str, int]:
        """How many scenarios ended in each way."""
        return {verdict.value: sum(result.verdict == verdict for result in self.results) for verdict in Verdict}


def rule_link(scenario: Scenario) -> str:
    """Return where the rule is stated, as a link from docs/."""
    return f"{DOCUMENT}#{scenario.section}"


def line_of(result: Result) -> str:
    """Return one scenario's line, as it appears while the run goes on."""
    note = f"  {result.did}" if result.did else ""
    return f"{_MARKS[result.verdict]:<10} {result.seconds:5.1f} s  {result.scenario.name:<28}{note}"


def as_text(run: Run) -> str:
    """Return what follows the lines: each failure with its rule, what to do and what went over the line; the sum."""
    parts = []
    for result in run.results:
        if result.verdict in (Verdict.FAILED, Verdict.NOT_PLAYED):
            parts.append(_failure_text(result))
    parts.append(_sentence(run))
    return "\n\n".join(parts)


def _failure_text(result: Result) -> str:
    scenario = result.scenario
    lines = [
        f"{_MARKS[result.verdict]}: {scenario.name} - {scenario.title}",
        f"  the till  {result.did}",
        f"  the rule  {scenario.rule} (docs/{rule_link(scenario)})",
        f"  to do     {scenario.advice}",
        "  cashier and till:",
        *(f"    {_compact(step['asked'])}\n      shows {step['shown']}" for step in result.steps),
        "  till and server:",
        *(f"    {each}" for exchange in result.exchanges for each in _exchange_lines(exchange)),
    ]
    return "\n".join(lines)


def _exchange_lines(exchange: Fields) -> list[str]:
    key = exchange["headers"].get("idempotency-key")
    lines = [exchange["request"] + (f"  Idempotency-Key: {key}" if key else "")]
    if exchange["body"]:
        lines.append(f"  > {exchange['body']}")
    if exchange["on_the_way"]:
        lines.append(f"  ! {exchange['on_the_way']}")
    lines.append(f"  < {exchange['status'] or 'no answer'} {exchange['answer']}".rstrip())
    return lines


def as_fields(run: Run) -> Fields:
    """Return the run for a program; documented in docs/till-conformance.md."""
    return {
        "ok": has_passed(run.results),
        "kit": {"version": VERSION, "protocol": PROTOCOL},
        "began_at": run.began_at,
        "seed": run.seed,
        "server": {"url": run.server, "version": run.server_version},
        "till": {
            **run.till,
            "command": run.command,
            "id": run.server_till.get("id"),
            "mode": run.server_till.get("mode"),
        },
        "counts": run.counts,
        "scenarios": [
            {
                "name": result.scenario.name,
                "title": result.scenario.title,
                "verdict": result.verdict.value,
                "seconds": result.seconds,
                "rule": result.scenario.rule,
                "section": rule_link(result.scenario),
                "advice": result.scenario.advice,
                "did": result.did,
                "steps": list(result.steps),
                "exchanges": list(result.exchanges),
            }
            for result in run.results
        ],
    }


def as_markdown(run: Run) -> str:
    """Return the report to attach."""
    lines = [
        "# Till conformance",
        "",
        f"**{_sentence(run)}**",
        "",
        "| | |",
        "|---|---|",
        *(f"| {name} | {_cell(value)} |" for name, value in _facts(run)),
        "",
        "| scenario | | seconds | what it shows |",
        "|---|---|---|---|",
        *(
            f"| `{result.scenario.name}` | {_MARKS[result.verdict]} | {result.seconds:.1f} "
            f"| {_cell(result.did or result.scenario.title)} |"
            for result in run.results
        ),
    ]
    for result in run.results:
        if result.verdict in (Verdict.FAILED, Verdict.NOT_PLAYED):
            lines += ["", *_failure_markdown(result)]
    return "\n".join(lines) + "\n"


def _failure_markdown(result: Result) -> list[str]:
    scenario = result.scenario
    return [
        f"## {scenario.name}: {scenario.title}",
        "",
        f"- **The till:** {_prose(result.did)}",
        f"- **The rule:** {scenario.rule} ({rule_link(scenario)})",
        f"- **To do:** {scenario.advice}",
        "",
        # Indented: whatever the text holds, it is code.
        *(f"    {_compact(step['asked'])} -> {step['shown']}" for step in result.steps),
        "",
        *(f"    {each}" for exchange in result.exchanges for each in _exchange_lines(exchange)),
    ]


def _facts(run: Run) -> list[tuple[str, str]]:
    till = " ".join(str(run.till[name]) for name in ("vendor", "name", "version") if run.till.get(name))
    return [
        ("till", till or "says nothing about itself"),
        ("command", run.command),
        ("till at the server", f"{run.server_till.get('name', '')} {run.server_till.get('id', '')}"),
        ("played", run.began_at),
        ("server", f"{run.server}, API version {run.server_version}"),
        ("kit", f"{VERSION}, cashier port {PROTOCOL}"),
        ("seed", str(run.seed)),
    ]


def _sentence(run: Run) -> str:
    counts = ", ".join(f"{count} {name}" for name, count in run.counts.items() if count)
    return f"{'The till conforms' if has_passed(run.results) else 'The till does not conform'}: {counts}."


def _compact(fields: Fields) -> str:
    return json.dumps(fields, ensure_ascii=False)


def _cell(text: str) -> str:
    return _prose(text).replace("|", "\\|")


def _prose(text: str) -> str:
    # What a till says must not become markup of the report.
    return " ".join(text.replace("<", "&lt;").split())
