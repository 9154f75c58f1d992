"""Alice, Bob, a bank that any token pays at, and a short way to link one."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from apps.kernel.actors import Actor
from apps.kernel.masking import Secret

if TYPE_CHECKING:
    from apps.customers.models import Customer
    from apps.instruments.models import Instrument
    from apps.providers.models import ProviderAccount


# The imports are not at the top: pytest may read this file before Django knows its models.
@pytest.fixture(autouse=True)
def fresh_lines() -> Iterator[None]:
    from apps.providers.registry import forget_connectors

    forget_connectors()
    yield
    forget_connectors()


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def by() -> Actor:
    return Actor("operator", "anna")


@pytest.fixture
def alice(now: datetime, by: Actor) -> "Customer":
    from apps.customers.operations import meet_customer

    return meet_customer(email="alice@example.com", language="de", by=by, now=now)


@pytest.fixture
def bob(now: datetime, by: Actor) -> "Customer":
    from apps.customers.operations import meet_customer

    return meet_customer(email="bob@example.com", language="fr", by=by, now=now)


@pytest.fixture
def bank(now: datetime, by: Actor) -> "ProviderAccount":
    from apps.providers.operations import create_provider_account

    return create_provider_account(
        code="bank", name="Bank", connector="sandbox", settings={}, credential=Secret("c"), by=by, now=now
    )


@pytest.fixture
def link(bank: "ProviderAccount", now: datetime, by: Actor) -> "Callable[[Customer, str], Instrument]":
    from apps.instruments.models import Kind
    from apps.instruments.operations import complete_link, start_link

    def start_and_complete(customer: "Customer", token: str) -> "Instrument":
        started = start_link(customer_id=customer.id, kind=Kind.BANK_ACCOUNT, provider_code=None, by=by, now=now)
        return complete_link(
            link_id=started.id, customer_id=customer.id, parameters={"account_token": token}, by=by, now=now
        )

    return start_and_complete
