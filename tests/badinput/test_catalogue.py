"""Every case of the catalogue, through the door of the real server."""

import pytest

from tests.badinput.cases import Case, Scene
from tests.badinput.catalogue import CATALOGUE
from tests.badinput.world import World


@pytest.mark.parametrize("case", CATALOGUE, ids=[case.id for case in CATALOGUE])
def test_gets_what_is_specified_and_changes_nothing_else(case: Case | Scene, world: World) -> None:
    assert case.run(world).faults == ()
