from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.kernel.ids import PREFIXES, earliest_uuid7, from_public_id, public_id, uuid7


def test_identifiers_are_version_seven_and_ordered_by_time() -> None:
    made = [uuid7() for _ in range(1000)]

    assert {identifier.version for identifier in made} == {7}
    assert {identifier.variant for identifier in made} == {"specified in RFC 4122"}
    assert made == sorted(made)
    assert len(set(made)) == 1000


def test_a_window_of_time_is_a_window_of_identifiers() -> None:
    before = datetime.now(UTC)
    made = uuid7()
    after = datetime.now(UTC) + timedelta(milliseconds=1)

    assert earliest_uuid7(before) <= made < earliest_uuid7(after)


@given(st.uuids(), st.sampled_from(sorted(PREFIXES)))
def test_the_outside_form_comes_back_as_the_same_identifier(identifier: UUID, prefix: str) -> None:
    assert from_public_id(prefix, public_id(prefix, identifier)) == identifier


@given(st.text())
def test_every_other_text_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not an id"):
        from_public_id("pay", text)


def test_one_identifier_has_exactly_one_outside_form() -> None:
    text = public_id("pay", UUID(int=5))

    for twin in (text.upper(), f"{text[:4]}8{text[5:]}", f"{text} ", text.replace("pay", "dev"), text + "0"):
        with pytest.raises(ValueError, match="not an id"):
            from_public_id("pay", twin)


def test_a_prefix_must_be_registered() -> None:
    with pytest.raises(ValueError, match="not registered"):
        public_id("xyz", uuid7())
