"""An actor is a text in the evidence, and the same actor again when it is read."""

import pytest

from apps.kernel.actors import Actor


def test_what_was_written_is_read_again() -> None:
    actor = Actor("operator", "opr_01m84j1fzxe4n81z9c3erjb02x")

    assert Actor.read(str(actor)) == actor


@pytest.mark.parametrize("text", ["", "opr_1", "nobody:1", ":1"])
def test_any_other_text_names_nobody(text: str) -> None:
    with pytest.raises(ValueError, match="unknown kind"):
        Actor.read(text)
