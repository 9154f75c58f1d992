import pickle
from enum import StrEnum

import pytest

from apps.kernel.actors import Actor
from apps.kernel.errors import Conflict
from apps.kernel.masking import Secret, last_four, masked_email
from apps.kernel.transitions import WrongState, check_move


class Light(StrEnum):
    RED = "red"
    GREEN = "green"


MOVES = {Light.RED: frozenset({Light.GREEN}), Light.GREEN: frozenset[Light]()}


def test_a_move_outside_the_table_is_a_conflict_that_names_the_state() -> None:
    check_move(MOVES, Light.RED, Light.GREEN)

    with pytest.raises(WrongState) as refusal:
        check_move(MOVES, Light.GREEN, Light.RED)

    assert isinstance(refusal.value, Conflict)
    assert refusal.value.code == "wrong_state"
    assert refusal.value.facts == {"status": "green"}


def test_a_secret_does_not_print_compare_or_travel() -> None:
    secret = Secret(b"k-dev")

    assert f"{secret} {secret!r} {secret:>10}" == "*** *** ***"
    assert secret != Secret(b"k-dev")
    assert secret.reveal() == b"k-dev"
    with pytest.raises(TypeError, match="does not travel"):
        pickle.dumps(secret)


def test_labels_show_no_more_than_the_end() -> None:
    assert last_four("CH9300762011623857301") == "...7301"
    assert masked_email("alice@example.com") == "a***@example.com"
    assert masked_email("no address") == "***"


def test_an_actor_is_of_a_known_kind() -> None:
    assert str(Actor("till", "til_1")) == "till:til_1"
    with pytest.raises(ValueError, match="unknown kind"):
        Actor("ghost", "1")
