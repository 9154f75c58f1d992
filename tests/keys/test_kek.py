"""Key-encryption keys."""

import base64
from dataclasses import replace

import pytest
from django.core.exceptions import ImproperlyConfigured

from apps.kernel.masking import Secret
from apps.keys.errors import KeysUnavailable
from apps.keys.kek import SettingsKeys, parse_keys

ENCODED = base64.b64encode(b"k" * 32).decode()
OLD = ("old", Secret(b"o" * 32))
NEW = ("new", Secret(b"n" * 32))


def test_opens_what_it_sealed() -> None:
    keys = SettingsKeys([OLD])

    wrapped = keys.wrap(b"a secret", b"its use")

    assert keys.unwrap(wrapped, b"its use").reveal() == b"a secret"
    assert b"a secret" not in wrapped.ciphertext


def test_never_seals_the_same_way_twice() -> None:
    keys = SettingsKeys([OLD])

    assert keys.wrap(b"a secret", b"its use") != keys.wrap(b"a secret", b"its use")


def test_seals_under_the_newest_and_still_opens_the_older() -> None:
    before = SettingsKeys([OLD]).wrap(b"a secret", b"its use")
    keys = SettingsKeys([NEW, OLD])

    assert keys.current_id == keys.wrap(b"another", b"its use").kek_id == "new"
    assert keys.unwrap(before, b"its use").reveal() == b"a secret"


def test_opens_for_no_other_use() -> None:
    keys = SettingsKeys([OLD])
    wrapped = keys.wrap(b"a secret", b"its use")

    with pytest.raises(KeysUnavailable):
        keys.unwrap(wrapped, b"another use")


def test_does_not_open_without_its_key() -> None:
    wrapped = SettingsKeys([OLD]).wrap(b"a secret", b"its use")

    with pytest.raises(KeysUnavailable, match="old"):
        SettingsKeys([NEW]).unwrap(wrapped, b"its use")


def test_does_not_open_under_another_key_of_the_same_name() -> None:
    wrapped = SettingsKeys([OLD]).wrap(b"a secret", b"its use")

    with pytest.raises(KeysUnavailable):
        SettingsKeys([("old", Secret(b"x" * 32))]).unwrap(wrapped, b"its use")


@pytest.mark.parametrize("place", [0, 8, -1])
def test_does_not_open_what_was_tampered_with(place: int) -> None:
    keys = SettingsKeys([OLD])
    wrapped = keys.wrap(b"a secret", b"its use")
    changed = bytearray(wrapped.ciphertext)
    changed[place] ^= 1

    with pytest.raises(KeysUnavailable):
        keys.unwrap(replace(wrapped, ciphertext=bytes(changed)), b"its use")


@pytest.mark.parametrize("nonce", [b"", b"n" * 11, b"n" * 12])
def test_does_not_open_with_another_nonce(nonce: bytes) -> None:
    keys = SettingsKeys([OLD])
    wrapped = keys.wrap(b"a secret", b"its use")

    with pytest.raises(KeysUnavailable):
        keys.unwrap(replace(wrapped, nonce=nonce), b"its use")


@pytest.mark.parametrize("separator", [",", "\n", ", "])
def test_reads_several_keys_in_their_order(separator: str) -> None:
    keys = parse_keys(Secret(f"2027:{ENCODED}{separator}2026:{ENCODED}\n"))

    assert [(kek_id, key.reveal()) for kek_id, key in keys] == [("2027", b"k" * 32), ("2026", b"k" * 32)]


@pytest.mark.parametrize("bad", ["", ENCODED, f":{ENCODED}", "a:", "a:short", f"a:{ENCODED[:-4]}", f"a b:{ENCODED}"])
def test_refuses_a_wrong_entry_without_repeating_it(bad: str) -> None:
    with pytest.raises(ImproperlyConfigured) as refusal:
        SettingsKeys(parse_keys(Secret(bad)))

    assert ENCODED[:8] not in str(refusal.value)


def test_refuses_two_keys_of_one_name() -> None:
    with pytest.raises(ImproperlyConfigured, match="twice"):
        SettingsKeys([OLD, OLD])
