"""Set up the demo's retailer, bank and customers; what is there already stays as it is."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from apps.customers.operations import meet_customer
from apps.demo.retailer import (
    CUSTOMERS,
    LEGAL_NAME,
    PER_PAYMENT_LIMIT,
    STORES,
    VAT_NUMBER,
    CustomerPlan,
    StorePlan,
    TillPlan,
)
from apps.devices.models import ActivationCode, ActivationSource
from apps.devices.operations import issue_activation_code, revoke_activation_codes
from apps.kernel.actors import Actor
from apps.kernel.masking import Secret
from apps.merchants.models import Merchant, Mode, Store, Till
from apps.merchants.operations import create_merchant, create_store, create_till, issue_till_key
from apps.merchants.queries import till_key_for
from apps.providers.models import ProviderAccount
from apps.providers.operations import (
    LineRequest,
    change_provider_account,
    create_provider_account,
    request_line_keys,
)

ACTOR = Actor("system", "seed_demo")
# A letter that ends before somebody has read it is no use.
LEAST_LIFE: Final = timedelta(days=1)
# By so many of its first characters a code is found.
LOOKUP_LENGTH: Final = 6


@dataclass(frozen=True, slots=True)
class DemoTill:
    """A till as whoever plays the cashier needs it."""

    public_id: str
    mode: Mode
    key: Secret[str]
    name: str
    store: str


@dataclass(frozen=True, slots=True)
class DemoCustomer:
    """A customer, and the code of the letter with which one phone can be enrolled."""

    email: str
    language: str
    activation_code: Secret[str]


def seed_retailer(*, known_keys: Mapping[str, Secret[str]], now: datetime) -> list[DemoTill]:
    """Make what is missing of the demo's merchant, stores and tills, and return the tills with a key each.

    `known_keys` are those of an earlier run by public id: one that is still valid is returned again, any other till
    gets a new key and its old ones end. Not for two runs at once: each may make a retailer.
    """
    merchant = Merchant.objects.filter(legal_name=LEGAL_NAME).order_by("id").first() or create_merchant(
        legal_name=LEGAL_NAME, vat_number=VAT_NUMBER, per_payment_limit=PER_PAYMENT_LIMIT, by=ACTOR, now=now
    )
    tills: list[DemoTill] = []
    for plan in STORES:
        store = Store.objects.filter(merchant=merchant, name=plan.name).first() or create_store(
            merchant_id=merchant.id, name=plan.name, town=plan.town, by=ACTOR, now=now
        )
        tills.extend(_seed_till(store, plan, each, known_keys, now) for each in plan.tills)
    return tills


def _seed_till(
    store: Store, place: StorePlan, plan: TillPlan, known_keys: Mapping[str, Secret[str]], now: datetime
) -> DemoTill:
    till = Till.objects.filter(store=store, name=plan.name).first() or create_till(
        store_id=store.id, name=plan.name, kind=plan.kind, language=place.language, by=ACTOR, now=now
    )
    key = known_keys.get(till.public_id)
    if key is None or not _opens(key, till, plan.mode, now):
        key = issue_till_key(till_id=till.id, mode=plan.mode, overlap=timedelta(0), by=ACTOR, now=now).text
    return DemoTill(till.public_id, plan.mode, key, till.name, store.name)


def _opens(key: Secret[str], till: Till, mode: Mode, now: datetime) -> bool:
    found = till_key_for(key.reveal(), now=now)
    return found is not None and found.till_id == till.id and found.mode == mode


def seed_bank(
    *, base_url: str, credential: Secret[str], notice_url: str | None = None, now: datetime
) -> LineRequest | None:
    """Open the routes to the bank simulator and to the sandbox, or let the first one know where the bank is now.

    `notice_url` is where the bank reaches us; without it, it tells us nothing.
    Return what the bank must yet know of us for a secured line, None where the line is a plain one.
    """
    settings = {"base_url": base_url} | ({"notice_url": notice_url} if notice_url else {})
    bank = ProviderAccount.objects.filter(code="bank").first()
    if bank is None:
        bank = create_provider_account(
            code="bank",
            name="Bank",
            connector="corebank",
            settings=settings,
            credential=credential,
            by=ACTOR,
            now=now,
        )
    else:
        kept = {name: value for name, value in bank.settings.items() if name != "line" or _is_secured(base_url)}
        change_provider_account(account_id=bank.id, settings=kept | settings, credential=credential, by=ACTOR, now=now)
    if not ProviderAccount.objects.filter(code="sandbox").exists():
        # In memory, and asks nobody for a key; but an account always has one.
        nobodys = Secret("sandbox")
        create_provider_account(
            code="sandbox", name="Sandbox", connector="sandbox", settings={}, credential=nobodys, by=ACTOR, now=now
        )
    if not _is_secured(base_url):
        return None
    return request_line_keys(account_id=bank.id, renew=False, by=ACTOR, now=now)


def _is_secured(base_url: str) -> bool:
    return base_url.startswith("https:")


def seed_customers(*, known_codes: Collection[str], now: datetime) -> list[DemoCustomer]:
    """Return the demo's customers, each with an activation code that still works.

    A code among `known_codes` that is unused and good for another day is returned again; otherwise there is a new one,
    and the older ones end.
    """
    return [_seed_customer(plan, known_codes, now) for plan in CUSTOMERS]


def _seed_customer(plan: CustomerPlan, known_codes: Collection[str], now: datetime) -> DemoCustomer:
    customer = meet_customer(email=plan.email, language=plan.language, by=ACTOR, now=now)
    still_open = set(
        ActivationCode.objects.filter(
            customer=customer, used_at=None, revoked_at=None, failures=0, expires_at__gt=now + LEAST_LIFE
        ).values_list("lookup", flat=True)
    )
    code = next((Secret(known) for known in known_codes if known[:LOOKUP_LENGTH] in still_open), None)
    if code is None:
        revoke_activation_codes(customer_id=customer.id, by=ACTOR, now=now)
        code = issue_activation_code(customer_id=customer.id, source=ActivationSource.LETTER, by=ACTOR, now=now).code
    return DemoCustomer(plan.email, plan.language, code)
