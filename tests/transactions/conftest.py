"""A shop and a payer; nobody rings, so that each test decides when a message is carried out."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from pytest_django import Settings

from apps.fraud.facts import Facts
from apps.fraud.models import Assessment, Verdict
from apps.live.presence import end_presence, note_presence
from apps.transactions.operations import confirm as confirm_module
from apps.transactions.operations import start as start_module
from tests.cast import Phone
from tests.shop import Shop, make_payer, make_shop, moment
from tests.transactions.bank import Bank

Judge = Callable[[Verdict], None]


@pytest.fixture(autouse=True)
def quiet(settings: Settings, transactional_db: None) -> None:
    settings.OUTBOX_DOORBELL = ""
    settings.SOFTWARE_DEVICE_LIMIT = settings.HARDWARE_DEVICE_LIMIT


@pytest.fixture
def now() -> datetime:
    return moment()


@pytest.fixture
def shop(now: datetime) -> Shop:
    return make_shop(now=now)


@pytest.fixture
def phone(shop: Shop, now: datetime) -> Phone:
    return make_payer(shop, now=now)


@pytest.fixture
def bank(monkeypatch: pytest.MonkeyPatch) -> Bank:
    """The bank says what the test scripts, and is the sandbox otherwise."""
    return Bank().install(monkeypatch)


@pytest.fixture
def fraud_says(monkeypatch: pytest.MonkeyPatch) -> Judge:
    """Let the rules judge so from now on."""

    def say(verdict: Verdict) -> None:
        def assess(*, facts: Facts, now: datetime) -> Assessment:
            return Assessment.objects.create(
                payment_id=facts.payment, facts=facts.as_document(), verdict=verdict, score=50, reasons=[], at=now
            )

        monkeypatch.setattr(start_module, "assess", assess)

    return say


@pytest.fixture
def online(phone: Phone) -> Iterator[None]:
    """The phone has an open socket."""
    assert note_presence(str(phone.identity.id))
    yield
    end_presence(str(phone.identity.id))


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A confirmed sale is not waited for: no worker runs."""
    monkeypatch.setattr(confirm_module, "WAIT_FOR_OUTCOME", timedelta(0))
