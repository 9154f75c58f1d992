"""The chart of accounts: string codes, so that the books need no table of merchants or providers.

Every account exists once per currency. An identifier is in lower case, because two spellings
of one account would be two accounts.
"""

import re
from typing import Final
from uuid import UUID

Identifier = str | UUID

_OF_SOMEONE: Final = (
    "provider_receivable",
    "bank",
    "dispute_receivable",
    "sponsor_receivable",
    "merchant_payable",
    "suspense",
    "provider_cost",
    "incentive_expense",
    "holds",
    "holds_contra",
)
_OF_THE_HOUSE: Final = (
    "payout_in_transit",
    "incentive_liability",
    "vat_payable",
    "fee_revenue",
    "chargeback_loss",
    "rounding",
)

# Read by Python and by PostgreSQL; only syntax that means the same to both.
ACCOUNT_PATTERN: Final = f"^(({'|'.join(_OF_SOMEONE)}):[a-z0-9][a-z0-9_.-]{{0,62}}|({'|'.join(_OF_THE_HOUSE)}))$"

PAYOUT_IN_TRANSIT: Final = "payout_in_transit"
INCENTIVE_LIABILITY: Final = "incentive_liability"
VAT_PAYABLE: Final = "vat_payable"
FEE_REVENUE: Final = "fee_revenue"
CHARGEBACK_LOSS: Final = "chargeback_loss"
ROUNDING: Final = "rounding"


def is_account(code: str) -> bool:
    """Say whether the database would accept the code."""
    return re.fullmatch(ACCOUNT_PATTERN, code) is not None


def _of(kind: str, identifier: Identifier) -> str:
    code = f"{kind}:{identifier}"
    if not is_account(code):
        raise ValueError(f"{code!r} is not an account")
    return code


def provider_receivable(provider: Identifier) -> str:
    """What the provider owes us."""
    return _of("provider_receivable", provider)


def bank(account: Identifier) -> str:
    """What lies on our own bank account; an IBAN goes in lower case, without spaces."""
    return _of("bank", account)


def dispute_receivable(provider: Identifier) -> str:
    """What a provider took back while a dispute is open."""
    return _of("dispute_receivable", provider)


def sponsor_receivable(sponsor: Identifier) -> str:
    """What a sponsor owes us for its share of an incentive."""
    return _of("sponsor_receivable", sponsor)


def merchant_payable(merchant: Identifier) -> str:
    """What we owe the merchant; a credit, so its balance is normally negative."""
    return _of("merchant_payable", merchant)


def suspense(provider: Identifier) -> str:
    """Money that came through the provider and belongs to nobody yet."""
    return _of("suspense", provider)


def provider_cost(provider: Identifier) -> str:
    """What the provider charges us."""
    return _of("provider_cost", provider)


def incentive_expense(campaign: Identifier) -> str:
    """What a campaign costs us."""
    return _of("incentive_expense", campaign)


def holds(provider: Identifier) -> str:
    """Memo: the open holds at the provider."""
    return _of("holds", provider)


def holds_contra(provider: Identifier) -> str:
    """Memo: the other side of `holds`."""
    return _of("holds_contra", provider)
