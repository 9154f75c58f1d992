"""What each event of a payment writes into the books: pure functions that return balanced lines."""

from apps.kernel.money import Money
from apps.ledger import accounts
from apps.ledger.accounts import Identifier
from apps.ledger.lines import Line, credit, debit

Lines = tuple[Line, ...]


def hold(*, provider: Identifier, amount: Money) -> Lines:
    """A provider promised the amount (authorised)."""
    return (
        debit(accounts.holds(provider), amount),
        credit(accounts.holds_contra(provider), amount),
    )


def release(*, provider: Identifier, amount: Money) -> Lines:
    """A hold, or the rest of one, ended without a capture (released, expired)."""
    return (
        debit(accounts.holds_contra(provider), amount),
        credit(accounts.holds(provider), amount),
    )


def capture(
    *, provider: Identifier, merchant: Identifier, amount: Money, fee: Money | None = None, vat: Money | None = None
) -> Lines:
    """The customer is charged: the hold ends for this amount, the provider owes us, we owe the merchant.

    The merchant's fee (net, with its VAT beside it) is part of the same journal, so that a capture
    without its fee cannot exist. The debit of `provider_receivable` is exactly the captured amount.
    """
    return (
        *release(provider=provider, amount=amount),
        debit(accounts.provider_receivable(provider), amount),
        credit(accounts.merchant_payable(merchant), amount),
        *_fee(merchant, fee, vat),
    )


def refund(
    *, provider: Identifier, merchant: Identifier, amount: Money, fee: Money | None = None, vat: Money | None = None
) -> Lines:
    """The provider accepted a refund. `fee` and `vat` are what the contract gives back to the merchant, if it does."""
    return (
        debit(accounts.merchant_payable(merchant), amount),
        credit(accounts.provider_receivable(provider), amount),
        *(Line(line.account, -line.amount) for line in _fee(merchant, fee, vat)),
    )


def dead_sale_debit(*, provider: Identifier, amount: Money) -> Lines:
    """A provider debited a customer for a sale that is off; the money waits for its refund."""
    return (
        debit(accounts.provider_receivable(provider), amount),
        credit(accounts.suspense(provider), amount),
    )


def dead_sale_refund(*, provider: Identifier, amount: Money) -> Lines:
    """The provider accepted the refund of a dead sale's debit."""
    return (
        debit(accounts.suspense(provider), amount),
        credit(accounts.provider_receivable(provider), amount),
    )


def _fee(merchant: Identifier, fee: Money | None, vat: Money | None) -> Lines:
    parts = ((accounts.FEE_REVENUE, fee), (accounts.VAT_PAYABLE, vat))
    payable = accounts.merchant_payable(merchant)
    # A line of nothing is refused by the books; a fee that rounds to nothing leaves none.
    return tuple(line for account, part in parts if part for line in (debit(payable, part), credit(account, part)))
