"""How the history is read, for a payment now or for one long ago.

Each look is a scalar subquery about a row called `judged`: the payment at hand, or an assessment that was stored. So a
back-test sees of the past exactly what a rule would have seen. Only our own words and checked whole numbers are put
into the text; whatever belongs to a payment travels as a parameter.
"""

# ruff: noqa: S608  # what is put into the text is checked below and in `conditions`

from collections.abc import Sequence
from typing import Final

from apps.fraud.conditions import Look
from apps.fraud.vocabulary import MOST_COUNTED

# Training is no sign of anything on a live till, nor the other way round. Of two at one moment the one with the lower
# id was first; a payment that is judged again is no history of itself.
_EARLIER: Final = """
    earlier.at > judged.at - interval '{minutes} minutes' AND earlier.at <= judged.at
    AND (earlier.at < judged.at OR earlier.id < judged.id) AND earlier.payment_id <> judged.payment_id
    AND earlier.is_training = judged.is_training
"""
_BACK: Final = "earlier.at > judged.at - interval '{minutes} minutes' AND earlier.at <= judged.at"
_COLUMNS: Final = {
    "towns": "town",
    "stores": "store_id",
    "devices": "device_id",
    "instruments": "instrument_id",
}


def look_sql(look: Look) -> str:
    """Return the scalar subquery of one look about the row `judged`."""
    what, _, whose = look.measure.partition("_of_")
    match what:
        case "payments":
            rows = f"SELECT FROM fraud_assessment earlier WHERE {_whose(whose, look)} LIMIT {MOST_COUNTED}"
            return f"1 + (SELECT count(*) FROM ({rows}) AS counted)"
        case "spent_minor":
            return f"""judged.amount_minor + coalesce((SELECT sum(earlier.amount_minor)
                FROM fraud_assessment earlier WHERE {_whose(whose, look)}
                AND earlier.currency = judged.currency), 0)::bigint"""
        case "towns" | "stores" | "devices" | "instruments":
            column = _COLUMNS[what]
            # The payment over again with its second choice names another instrument.
            condition = _whose(whose, look, is_each=what == "instruments")
            rows = f"SELECT earlier.{column}::text FROM fraud_assessment earlier WHERE {condition}"
            return f"""(SELECT count(*) FROM ({rows} UNION SELECT judged.{column}::text) AS met (one)
                WHERE one <> '')"""
        case "percent":
            # How many hundredths of the usual; unknown until there is something usual.
            return f"""(SELECT CASE WHEN count(*) >= {look.after_payments:d} AND sum(earlier.amount_minor) > 0
                THEN div(judged.amount_minor::numeric * 100 * count(*), sum(earlier.amount_minor))::bigint END
                FROM fraud_assessment earlier WHERE {_whose("customer", look)}
                AND earlier.currency = judged.currency)"""
        case "refunds":
            rows = f"SELECT FROM fraud_refunded earlier WHERE {_refunded(whose, look)} LIMIT {MOST_COUNTED}"
            return f"(SELECT count(*) FROM ({rows}) AS counted)"
        case "refunded_minor":
            return f"""coalesce((SELECT sum(earlier.amount_minor) FROM fraud_refunded earlier
                WHERE {_refunded(whose, look)} AND earlier.currency = judged.currency), 0)::bigint"""
        case _:
            raise LookupError(f"nothing is read of the history for {look.measure}")


def looks_sql(looks: Sequence[Look]) -> str:
    """Return the looks as a list of columns, each with a comma in front."""
    return "".join(f", {look_sql(look)}" for look in looks)


def _whose(subject: str, look: Look, *, is_each: bool = False) -> str:
    condition = f"earlier.{subject}_id = judged.{subject}_id AND {_EARLIER.format(minutes=int(look.window_minutes))}"
    # A payment counts once, but for each instrument that it tried.
    return condition if is_each or subject == "instrument" else f"{condition} AND NOT earlier.is_again"


def _refunded(whose: str, look: Look) -> str:
    back = _BACK.format(minutes=int(look.window_minutes))
    if whose == "customer":
        return f"earlier.customer_id = judged.customer_id AND {back}"
    same = "earlier.merchant_id = judged.merchant_id AND earlier.cashier = judged.cashier"
    return f"{same} AND judged.cashier <> '' AND {back}"
