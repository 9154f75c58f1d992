"""Who the demo is about. All of it is made up."""

from dataclasses import dataclass
from typing import Final

from apps.kernel.money import Money
from apps.merchants.models import Language, Mode, TillKind


@dataclass(frozen=True, slots=True)
class TillPlan:
    """A till, and in which mode its key works."""

    name: str
    kind: TillKind
    mode: Mode = Mode.LIVE


@dataclass(frozen=True, slots=True)
class StorePlan:
    """A store with its tills, which speak the language of the place."""

    name: str
    town: str
    language: Language
    tills: tuple[TillPlan, ...]


LEGAL_NAME: Final = "Bergfrisch Genossenschaft"
VAT_NUMBER: Final = "CHE-000.000.000 MWST"
PER_PAYMENT_LIMIT: Final = Money(100_000, "CHF")


@dataclass(frozen=True, slots=True)
class CustomerPlan:
    """Somebody with a letter and without a phone yet. The domain is reserved for examples: no mail ever arrives."""

    email: str
    language: Language


CUSTOMERS: Final = (
    CustomerPlan("anna@kundin.example", Language.GERMAN),
    CustomerPlan("luc@client.example", Language.FRENCH),
    CustomerPlan("chiara@cliente.example", Language.ITALIAN),
)

STORES: Final = (
    StorePlan(
        "Zürich Limmatplatz",
        "Zürich",
        Language.GERMAN,
        (
            TillPlan("Kasse 1", TillKind.ATTENDED),
            TillPlan("Kasse 2", TillKind.ATTENDED),
            TillPlan("Self-Checkout 1", TillKind.SELF_CHECKOUT),
            TillPlan("Schulungskasse", TillKind.ATTENDED, Mode.TEST),
        ),
    ),
    StorePlan("Bern Marktgasse", "Bern", Language.GERMAN, (TillPlan("Kasse 1", TillKind.ATTENDED),)),
    StorePlan("Lausanne Flon", "Lausanne", Language.FRENCH, (TillPlan("Caisse 1", TillKind.ATTENDED),)),
)
