"""What a key is good for, and what each call asks of it."""

from datetime import datetime, timedelta

import pytest

from apps.merchants.models import Mode, TillScope
from apps.merchants.operations import issue_till_key
from tests.pos_api.till import TillProgram, assert_problem
from tests.shop import STAFF, Shop

# Fixed, since it names the cases: every process that runs the tests must name them alike.
SOME = "pay_" + "0" * 26
CALLS = [
    ("POST", "payments", TillScope.PAYMENTS),
    ("GET", "payments?reference=R1", TillScope.PAYMENTS),
    ("GET", f"payments/{SOME}", TillScope.PAYMENTS),
    ("POST", f"payments/{SOME}/capture", TillScope.PAYMENTS),
    ("POST", f"payments/{SOME}/confirm", TillScope.PAYMENTS),
    ("POST", f"payments/{SOME}/cancel", TillScope.PAYMENTS),
    ("POST", "cancellations", TillScope.PAYMENTS),
    ("POST", f"payments/{SOME}/refunds", TillScope.REFUNDS),
    ("GET", f"payments/{SOME}/refunds", TillScope.REFUNDS),
    ("POST", "returns", TillScope.RETURNS),
    ("POST", "day-close", TillScope.DAY_CLOSE),
    ("GET", "events", TillScope.EVENTS),
]


def program(shop: Shop, *scopes: TillScope, now: datetime) -> TillProgram:
    issued = issue_till_key(
        till_id=shop.till.id, mode=Mode.LIVE, overlap=timedelta(0), scopes=scopes, by=STAFF, now=now
    )
    return TillProgram(issued.text.reveal())


@pytest.mark.parametrize(("method", "path", "scope"), CALLS)
def test_a_key_without_the_scope_is_told_which_it_lacks(
    shop: Shop, now: datetime, method: str, path: str, scope: TillScope
) -> None:
    till = program(shop, *(set(TillScope) - {scope}), now=now)

    answer = till.get(path) if method == "GET" else till.post(path)

    assert assert_problem(answer, 403, "scope_missing")["scope"] == scope.value


@pytest.mark.parametrize(("method", "path", "scope"), CALLS)
def test_a_key_with_the_scope_alone_comes_in(
    shop: Shop, now: datetime, method: str, path: str, scope: TillScope
) -> None:
    till = program(shop, scope, now=now)

    answer = till.get(path) if method == "GET" else till.post(path)

    assert answer.status_code in (200, 400, 404)


def test_any_key_may_ask_who_it_is(shop: Shop, now: datetime) -> None:
    assert program(shop, TillScope.EVENTS, now=now).get("till").status_code == 200
