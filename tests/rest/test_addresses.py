"""By which address somebody is counted: the nearest one that he cannot choose himself."""

import pytest
from django.test import RequestFactory
from pytest_django import Settings

from apps.rest.addresses import address_of


@pytest.mark.parametrize(
    ("proxies", "peer", "header", "address"),
    [
        pytest.param(0, "192.0.2.1", "", "192.0.2.1", id="without-proxies"),
        pytest.param(0, "192.0.2.1", "203.0.113.9", "192.0.2.1", id="a-header-that-nobody-vouches-for"),
        pytest.param(1, "192.0.2.1", "203.0.113.9", "203.0.113.9", id="one-proxy"),
        pytest.param(1, "192.0.2.1", "10.0.0.1, 203.0.113.9", "203.0.113.9", id="one-proxy-and-a-lie"),
        pytest.param(2, "192.0.2.1", "10.0.0.1,203.0.113.9,198.51.100.1", "203.0.113.9", id="two-proxies-and-a-lie"),
        pytest.param(2, "192.0.2.1", "203.0.113.9", "192.0.2.1", id="a-way-around-a-proxy"),
        pytest.param(1, "192.0.2.1", "", "192.0.2.1", id="no-header"),
        pytest.param(1, "192.0.2.1", "unknown", "192.0.2.1", id="no-address"),
        pytest.param(1, "192.0.2.1", "203.0.113.9, ", "192.0.2.1", id="empty-hop"),
        pytest.param(0, "2001:db8:1:2:3::4", "", "2001:db8:1:2::/64", id="a-network-of-ipv6"),
        pytest.param(0, "fe80::1%eth0", "", "fe80::/64", id="a-scope"),
        pytest.param(0, "::ffff:192.0.2.1", "", "192.0.2.1", id="ipv4-in-ipv6"),
        pytest.param(0, "", "", "", id="a-socket-without-addresses"),
    ],
)
def test_is_the_nearest_that_the_sender_cannot_choose(
    settings: Settings, proxies: int, peer: str, header: str, address: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR=peer, **({"HTTP_X_FORWARDED_FOR": header} if header else {}))

    assert address_of(request) == address
