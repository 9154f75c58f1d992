"""Set up the demo's retailer; what is there already stays as it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from apps.demo.retailer import LEGAL_NAME, PER_PAYMENT_LIMIT, STORES, VAT_NUMBER, StorePlan, TillPlan
from apps.kernel.actors import Actor
from apps.kernel.masking import Secret
from apps.merchants.models import Merchant, Mode, Store, Till
from apps.merchants.operations import create_merchant, create_store, create_till, issue_till_key
from apps.merchants.queries import till_key_for

ACTOR = Actor("system", "seed_demo")


@dataclass(frozen=True, slots=True)
class DemoTill:
    """A till as whoever plays the cashier needs it."""

    public_id: str
    mode: Mode
    key: Secret[str]
    name: str
    store: str


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
