"""A whole till in sixty lines. Scan a code, type an amount in minor units; `r` starts a return, nothing ends the day.

PYTHONPATH=clients/python POS_URL=https://pay.example.ch/api/pos/v1 TILL_KEY=till_test_... python docs/example_till.py
"""

import os
from datetime import datetime
from zoneinfo import ZoneInfo

from mpayment_till import Client, Json, NoAnswer, Payment, Refused, new_key

till = Client(os.environ["POS_URL"], os.environ["TILL_KEY"])
me = till.whoami()
today = datetime.now(ZoneInfo(me["merchant"]["time_zone"])).date().isoformat()
print(f"{me['merchant']['legal_name']}, {me['name']} ({me['mode']})")
lines: list[Json] = []


def sell(code: str, amount: int, reference: str) -> None:
    """Sell once: goods only when the server says so, and nothing left open whatever happens."""
    key = new_key()  # a real till writes it to its disk before it sends anything
    try:
        payment = till.wait(till.authorise(code, amount, reference, key=key))
        if payment.action == "cashier_confirm":
            same = input("Looks like the same sale again. Another one? (y/n) ") != "y"
            payment = till.cancel(payment.id) if same else till.wait(till.confirm(payment.id))
        if payment.status == "authorised":
            payment = till.capture(payment.id)
        elif payment.is_waiting:
            payment = till.cancel(payment.id)
    except NoAnswer:
        till.cancel_lost(key, reference)  # nobody knows what came of it: whatever it was, it is called off
        print("No answer: nothing was sold.")
        return
    except Refused as refused:
        if words := refused.problem.get("decline"):
            print(words["cashier_message"], words["customer_message"], sep="\n  ")
        else:
            till.cancel_lost(key, reference)  # what was held before the refusal, if anything
            print(f"not paid: {refused}")
        return
    show(payment)


def show(payment: Payment) -> None:
    """Tell the cashier, print the receipt, remember the line for the evening."""
    if payment.safe_to_release_goods:
        print(f"PAID {payment.captured}", *payment.raw["receipt"]["customer"], sep="\n  ")
        lines.append({"reference": payment.reference, "amount": payment.captured, "type": "payment"})
    else:
        no = payment.decline
        print(*((no.cashier_message, no.customer_message) if no else (f"not paid: {payment.status}",)), sep="\n  ")


def take_back(code: str) -> None:
    """Give back the newest sale of the customer who shows the code."""
    for sale in till.start_return(code).sales[:1]:
        refund = till.refund(sale.payment.id, sale.refundable, reason="brought back")
        print(f"refund {refund.status} {refund.amount}")
        lines.append({"reference": sale.payment.reference, "amount": refund.amount, "type": "refund"})


while code := input("code: "):
    match input("amount, or r: "):
        case "r":
            take_back(code)
        case amount:
            sell(code, int(amount), f"{today}-{new_key()[:8]}")

amounts = {kind: [line["amount"] for line in lines if line["type"] == kind] for kind in ("payment", "refund")}
counts = {kind: (len(found), sum(found)) for kind, found in amounts.items()}
closed = till.close_day(today, payments=counts["payment"], refunds=counts["refund"], lines=lines)
print("day closed, matched" if closed.matched else f"day closed, differences: {closed.differences}")
