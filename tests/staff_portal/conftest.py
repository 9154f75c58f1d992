"""A shop, a payer, a payment that is held, nobody who was there a moment ago, and a browser for who wants one.

The browser is driven from a thread of its own: its event loop would keep Django's database from being used here.
"""

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any, TypeVar

import pytest
from playwright.sync_api import Page, sync_playwright
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from apps.fraud.facts import Facts
from apps.fraud.models import Assessment, Verdict
from apps.operators.roles import Role
from apps.transactions.models import Payment
from apps.transactions.operations import start as start_module
from tests.browser.conftest import ARGUMENTS, CHROMIUM, MISSING
from tests.cast import Phone
from tests.shop import Shop, make_payer, make_shop, moment
from tests.staff_portal.desk import sit_down

Value = TypeVar("Value")
LOGIN_BUCKET = "rate:staff-login:127.0.0.1"


@pytest.fixture(autouse=True)
def fresh(settings: Settings, transactional_db: None) -> Iterator[None]:
    # Not at the top: pytest may read this file before Django knows its models.
    from apps.keys.queries import forget_code_keys
    from apps.live.connection import live_redis

    settings.OUTBOX_DOORBELL = ""
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.SOFTWARE_DEVICE_LIMIT = settings.HARDWARE_DEVICE_LIMIT
    forget_code_keys()
    live_redis().delete(LOGIN_BUCKET)
    yield
    live_redis().delete(LOGIN_BUCKET)
    forget_code_keys()


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
def hold(shop: Shop, phone: Phone, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Payment]:
    """Return what sells something for which the rules want a person to look."""

    def assess(*, facts: Facts, now: datetime) -> Assessment:
        return Assessment.objects.create(
            payment_id=facts.payment,
            facts=facts.as_document(),
            verdict=Verdict.REVIEW,
            score=50,
            reasons=["new device <b>"],
            at=now,
        )

    monkeypatch.setattr(start_module, "assess", assess)

    # Any: whatever fields a Sale has.
    def sell(amount: int = 98765, **sale: Any) -> Payment:
        payment = shop.sell(phone, amount, now=now, **sale)
        # Twenty seconds are enough for people, and not for a browser on a busy machine.
        Payment.objects.filter(id=payment.id).update(deadline_at=now + timedelta(minutes=5))
        return payment

    return sell


@pytest.fixture
def on_page(live_server: LiveServer, settings: Settings) -> Callable[..., object]:
    """Return what lets somebody do something on a page of the portal, as an operator of a role."""
    path = shutil.which(CHROMIUM)
    if path is None:
        pytest.skip(MISSING)
    settings.ALLOWED_HOSTS = ["localhost"]
    settings.CSRF_COOKIE_SECURE = False

    def run(role: Role, does: Callable[[Page], Value], *, has_script: bool = True) -> Value:
        token = sit_down(role).client.cookies["staff_session"].value

        def drive() -> Value:
            with sync_playwright() as driver:
                browser = driver.chromium.launch(executable_path=path, args=ARGUMENTS)
                context = browser.new_context(
                    base_url=live_server.url, java_script_enabled=has_script, bypass_csp=False
                )
                context.add_cookies([{"name": "staff_session", "value": token, "url": f"{live_server.url}/staff/"}])
                try:
                    return does(context.new_page())
                finally:
                    browser.close()

        with ThreadPoolExecutor(1) as pool:
            return pool.submit(drive).result()

    return run
