"""The table of permissions is complete, and the document shows this very table."""

from pathlib import Path

from apps.operators.roles import TABLE, Permission, Role, drawn_table, may

DOCUMENT = Path(__file__).parents[2] / "docs" / "roles.md"


def test_every_role_has_a_row() -> None:
    assert TABLE.keys() == set(Role)


def test_the_document_shows_the_table() -> None:
    assert drawn_table() in DOCUMENT.read_text(encoding="utf-8"), "docs/roles.md: paste what drawn_table() returns"


def test_only_auditors_and_administrators_read_the_trail() -> None:
    assert {role for role in Role if may(role, Permission.SEE_AUDIT)} == {Role.AUDITOR, Role.ADMINISTRATOR}


def test_an_auditor_changes_nothing() -> None:
    assert all(permission.value.startswith("see_") for permission in TABLE[Role.AUDITOR])


def test_an_unknown_role_may_nothing() -> None:
    assert not any(may("root", permission) for permission in Permission)
