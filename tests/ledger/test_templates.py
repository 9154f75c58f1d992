"""What the events of a payment write, and which account codes exist."""

from uuid import UUID

import pytest

from apps.kernel.money import Money
from apps.ledger import accounts, templates
from apps.ledger.lines import Line

TEN = Money(1000, "CHF")


def total(lines: tuple[Line, ...], account: str) -> int:
    return sum(line.amount.amount for line in lines if line.account == account)


@pytest.mark.parametrize(
    "lines",
    [
        templates.hold(provider="p", amount=TEN),
        templates.release(provider="p", amount=TEN),
        templates.capture(provider="p", merchant="m", amount=TEN, fee=Money(9, "CHF"), vat=Money(1, "CHF")),
        templates.refund(provider="p", merchant="m", amount=TEN, fee=Money(9, "CHF"), vat=Money(1, "CHF")),
        templates.dead_sale_debit(provider="p", amount=TEN),
        templates.dead_sale_refund(provider="p", amount=TEN),
    ],
)
def test_every_template_balances_and_names_real_accounts(lines: tuple[Line, ...]) -> None:
    assert sum(line.amount.amount for line in lines) == 0
    assert all(accounts.is_account(line.account) for line in lines)


def test_a_capture_ends_as_much_of_the_hold_as_it_takes() -> None:
    lines = templates.hold(provider="p", amount=TEN) + templates.capture(provider="p", merchant="m", amount=TEN)

    assert total(lines, "holds:p") == total(lines, "holds_contra:p") == 0
    assert total(lines, "provider_receivable:p") == 1000
    assert total(lines, "merchant_payable:m") == -1000


def test_the_fee_and_its_vat_come_out_of_what_we_owe_the_merchant() -> None:
    lines = templates.capture(provider="p", merchant="m", amount=TEN, fee=Money(9, "CHF"), vat=Money(1, "CHF"))

    assert total(lines, "merchant_payable:m") == -990
    assert total(lines, accounts.FEE_REVENUE) == -9
    assert total(lines, accounts.VAT_PAYABLE) == -1


def test_a_refund_that_returns_the_fee_undoes_the_capture_of_money() -> None:
    fee, vat = Money(9, "CHF"), Money(1, "CHF")
    taken = templates.capture(provider="p", merchant="m", amount=TEN, fee=fee, vat=vat)
    given = templates.refund(provider="p", merchant="m", amount=TEN, fee=fee, vat=vat)

    for account in ("merchant_payable:m", "provider_receivable:p", accounts.FEE_REVENUE, accounts.VAT_PAYABLE):
        assert total(taken + given, account) == 0


def test_a_fee_of_nothing_leaves_no_line() -> None:
    nothing = Money(0, "CHF")

    with_nothing = templates.capture(provider="p", merchant="m", amount=TEN, fee=nothing, vat=nothing)

    assert with_nothing == templates.capture(provider="p", merchant="m", amount=TEN)


@pytest.mark.parametrize("amount", [0, -1])
def test_nothing_and_less_than_nothing_cannot_be_held(amount: int) -> None:
    with pytest.raises(ValueError, match="more than nothing"):
        templates.hold(provider="p", amount=Money(amount, "CHF"))


@pytest.mark.parametrize("identifier", ["", "Upper", "a b", "a:b", "a\n", "ä", "x" * 64])
def test_an_identifier_that_could_spell_one_account_twice_is_refused(identifier: str) -> None:
    with pytest.raises(ValueError, match="is not an account"):
        accounts.bank(identifier)


def test_a_uuid_names_an_account_too() -> None:
    merchant = UUID("019abcde-0000-7000-8000-000000000001")

    assert accounts.merchant_payable(merchant) == "merchant_payable:019abcde-0000-7000-8000-000000000001"
