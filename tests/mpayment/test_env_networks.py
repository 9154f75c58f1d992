"""Which proxies are believed is read once, and loudly."""

from ipaddress import ip_address

import pytest
from django.core.exceptions import ImproperlyConfigured

from mpayment.env import env_networks


def test_addresses_and_networks_of_both_versions_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_PROXIES", "10.0.0.7, 192.168.0.0/24,fd00::/8")

    networks = env_networks("SOME_PROXIES")

    assert [ip_address("10.0.0.7") in each for each in networks] == [True, False, False]
    assert ip_address("fd00::1") in networks[2]


def test_nobody_is_believed_unless_somebody_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOME_PROXIES", raising=False)

    assert env_networks("SOME_PROXIES") == []


@pytest.mark.parametrize("wrong", ["proxy.example.ch", "10.0.0.0/33", "10.0.0.7/8"])
def test_what_is_no_address_stops_the_start_and_is_named(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_PROXIES", wrong)

    with pytest.raises(ImproperlyConfigured, match="SOME_PROXIES"):
        env_networks("SOME_PROXIES")
