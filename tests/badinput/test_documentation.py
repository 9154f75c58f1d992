"""docs/wrong-input.md names everything that the doors can answer, and nothing that they cannot."""

import re
from pathlib import Path
from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator

from apps.kernel.errors import DomainError, Forbidden, NotFound
from apps.rest import errors, handlers, problems
from mpayment import urls  # noqa: F401  # brings the doors, and the errors that they know
from tests.badinput.cases import Case
from tests.badinput.catalogue import CATALOGUE

PAGE = (Path(__file__).parents[2] / "docs" / "wrong-input.md").read_text(encoding="utf-8")
# The words of readers, which have no class, and of answers that only the framework and the code's text give.
WORDS = {"invalid_amount", "amount_too_large", "invalid_currency", "unknown_field", "scanner_layout", "unknown_scheme"}
WORDS |= {"unsupported_version", "malformed_request", "method_not_allowed", "not_acceptable", "internal_error"}


def classes(kind: type[DomainError]) -> set[type[DomainError]]:
    return {kind}.union(*(classes(each) for each in kind.__subclasses__()))


def in_table(heading: str) -> set[str]:
    """Return the codes of the table under a heading."""
    section = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    rows = [row.split("|") for row in section.splitlines() if re.match(r"\| [1-5][0-9]{2} ", row)]
    return {word for row in rows for word in re.findall(r"`([a-z_]+)`", row[2])}


def described(door: str) -> set[str]:
    """Return the codes that the OpenAPI document names for a door."""
    # Any: JSON.
    document: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    known = {each.code for each in classes(DomainError) if hasattr(each, "code")} | WORDS
    return {
        word
        for path, methods in document["paths"].items()
        if path.startswith(f"/api/{door}/")
        for call in methods.values()
        for status, answer in call["responses"].items()
        if status >= "400"
        for word in re.findall(r"`([a-z_]+)`", answer["description"])
        if word in known
    }


def of_every_door() -> set[str]:
    """Return what the doors say of themselves, before anybody knows what is asked for."""
    own = {each.code for each in classes(DomainError) if each.__module__ in (errors.__name__, problems.__name__)}
    django = {problems.problem_from(error).code for error in (Exception(), handlers.Http404())}
    return own | django | {Forbidden.code, NotFound.code, "method_not_allowed", "not_acceptable", "malformed_request"}


def test_a_tills_programmer_finds_every_code() -> None:
    sent_to_tills = [case for case in CATALOGUE if isinstance(case, Case) and case.codes]

    assert described("pos") | of_every_door() | {"scanner_layout"} <= in_table("Codes at the till")
    assert {code for case in sent_to_tills for code in case.codes} <= in_table("Codes at the till")


def test_a_wallets_programmer_finds_every_code() -> None:
    assert described("wallet") <= in_table("Codes at the till") | in_table("Codes at the wallet")


@pytest.mark.parametrize("heading", ["Codes at the till", "Codes at the wallet"])
def test_no_code_is_invented(heading: str) -> None:
    known = {each.code for each in classes(DomainError) if hasattr(each, "code")} | WORDS

    assert in_table(heading) <= known
