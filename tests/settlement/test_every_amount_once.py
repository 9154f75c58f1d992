"""Whatever is captured, given back and closed in whatever order, each entry ends in exactly one batch.

`--hypothesis-seed=N` plays other games than the usual ones.
"""

from datetime import datetime

from django.core.management import call_command
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from apps.ledger.accounts import merchant_payable
from apps.ledger.queries import balance
from apps.merchants.operations import change_merchant
from apps.settlement.models import Batch
from apps.settlement.operations import close_due_batches
from apps.transactions.models import Payment
from tests.cast import STAFF
from tests.settlement.evening import DAY, NIGHT, assert_all_in_one_batch, buy, close, day_of, give_back
from tests.shop import make_payer, make_shop

# What happens, and to which sale or day, or how much of it, in tenths.
MOVES = st.tuples(st.sampled_from(["buy", "give_back", "close", "close_all", "sleep"]), st.integers(0, 9))
MONEY = st.integers(500, 3000)


@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(moves=st.lists(MOVES, min_size=6, max_size=14), amount=MONEY)
def test_each_amount_is_in_one_batch(now: datetime, moves: list[tuple[str, int]], amount: int) -> None:
    # Examples share one database, and each has a shop of its own.
    shop = make_shop(now=now)
    change_merchant(merchant_id=shop.merchant.id, guards_duplicates=False, by=STAFF, now=now)
    phone, sold, at = make_payer(shop, now=now), list[Payment](), now
    for step, (move, pick) in enumerate(moves):
        match move:
            case "buy":
                sold.append(buy(shop, phone, amount + step, now=at))
            case "give_back" if sold:
                payment = Payment.objects.get(id=sold[pick % len(sold)].id)
                left = payment.captured_minor - payment.refunded_minor
                if part := left * (pick + 1) // 10:
                    give_back(shop, payment, part, now=at)
            case "close":
                # Also of days that are closed already, and without a day in between.
                close(shop, day_of(shop, at) - DAY * (1 + pick % 3), now=at)
            case "close_all":
                close_due_batches(by=NIGHT, now=at)
            case _:
                at += DAY * (1 + pick % 2)
    close_due_batches(by=NIGHT, now=at + DAY)
    close_due_batches(by=NIGHT, now=at + 2 * DAY)

    assert_all_in_one_batch()
    total = sum(batch.captured_minor - batch.refunded_minor for batch in Batch.objects.filter(merchant=shop.merchant))
    assert total == -balance(account=merchant_payable(shop.merchant.id), currency="CHF").amount
    call_command("verify_ledger")
