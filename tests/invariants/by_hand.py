"""A capture and a refund written by hand, statement by statement, so that a test can leave one out or bend one.

Whole, they are accepted: `service.run(*capture(payment, 500).values())`.
"""

from typing import Any
from uuid import UUID

from apps.kernel.ids import uuid7
from apps.transactions.models import Attempt, Operation, Payment
from tests.invariants.service import Step

JOURNAL = """
    INSERT INTO ledger_journal (id, kind, currency, business_date, subject, posting_count, reverses_id, created_at)
    VALUES (%(id)s, %(kind)s, %(currency)s, current_date, %(subject)s, 2, %(reverses)s, now())
"""
POSTINGS = """
    INSERT INTO ledger_posting (journal_id, position, account, currency, amount_minor)
    VALUES (%(id)s, 1, %(debit)s, %(currency)s, %(amount)s), (%(id)s, 2, %(credit)s, %(currency)s, -%(amount)s::bigint)
"""
OPERATION = """
    INSERT INTO transactions_operation (id, payment_id, attempt_id, verb, status, reference, amount_minor, currency,
        is_final, refund_id, target, provider_reference, tries, next_check_at, created_at)
    VALUES (%(id)s, %(payment)s, %(attempt)s, %(verb)s, 'queued', %(id)s::text, %(amount)s, %(currency)s, true,
        %(refund)s, 'a hold', '', 0, now(), now())
"""
NOTE = """
    INSERT INTO outbox_message (id, topic, arguments, created_at, due_at, tries, last_error)
    VALUES (%(id)s, %(topic)s, jsonb_build_object(%(name)s::text, %(value)s::text), now(), now(), 0, '')
"""
EVENT = """
    INSERT INTO transactions_paymentevent (id, payment_id, version, kind, status, actor, facts, at)
    SELECT %(id)s, id, version, %(kind)s, status, 'system:hand', jsonb_build_object('amount', %(amount)s::bigint), now()
    FROM transactions_payment WHERE id = %(payment)s
"""
CAPTURED = """
    UPDATE transactions_payment SET status = 'captured', captured_minor = captured_minor + %(amount)s,
        captured_at = now(), version = version + 1, capture_status = 'queued', deadline_at = NULL
    WHERE id = %(payment)s
"""
REFUND = """
    INSERT INTO transactions_refund (id, payment_id, till_id, status, amount_minor, currency, reason, cashier, lines,
        asked_by, failure_reason, created_at)
    SELECT %(id)s, id, till_id, 'queued', %(amount)s, %(currency)s, '', '', '[]', 'system:hand', '', now()
    FROM transactions_payment WHERE id = %(payment)s
"""
RESERVED = """
    UPDATE transactions_payment SET refund_reserved_minor = refund_reserved_minor + %(amount)s, version = version + 1,
        refund_status = 'pending' WHERE id = %(payment)s
"""


def attempt_of(payment: Payment) -> Attempt:
    return Attempt.objects.select_related("provider_account").filter(payment=payment).latest("number")


def journal(
    subject: str,
    amount: int,
    *,
    kind: str = "capture",
    debit: str,
    credit: str,
    currency: str = "CHF",
    reverses: UUID | None = None,
) -> list[Step]:
    """Return a balanced entry."""
    values = {"id": uuid7(), "kind": kind, "currency": currency, "subject": subject, "reverses": reverses}
    values |= {"debit": debit, "credit": credit, "amount": amount}
    return [(JOURNAL, values), (POSTINGS, values)]


def capture_journal(payment: Payment, amount: int, **changes: Any) -> list[Step]:
    """Return the entry that a capture of this amount makes."""
    accounts = {
        "debit": f"provider_receivable:{attempt_of(payment).provider_account.code}",
        "credit": f"merchant_payable:{payment.merchant_id}",
    }
    return journal(payment.public_id, amount, **(accounts | changes))


def operation(payment: Payment, verb: str, amount: int, *, currency: str = "CHF", refund: UUID | None = None) -> Step:
    """Return a message to the provider, queued at the moment of the transaction."""
    values = {"id": uuid7(), "payment": payment.id, "attempt": attempt_of(payment).id, "verb": verb}
    return OPERATION, values | {"amount": amount, "currency": currency, "refund": refund}


def note(topic: str, name: str, value: UUID) -> Step:
    """Return a note with one argument, due at the moment of the transaction."""
    return NOTE, {"id": uuid7(), "topic": topic, "name": name, "value": str(value)}


def capture(payment: Payment, amount: int, **changes: Any) -> dict[str, list[Step]]:
    """Return everything that a capture is; `changes` bend its entry in the books."""
    asked, event = operation(payment, "capture", amount), uuid7()
    values = {"payment": payment.id, "amount": amount}
    return {
        "operation": [asked],
        "work": [note("transactions.carry_out", "operation_id", asked[1]["id"])],
        "books": [] if payment.is_training else capture_journal(payment, amount, **changes),
        "payment": [(CAPTURED, values)],
        "history": [(EVENT, values | {"id": event, "kind": "payment.captured"})],
        "telling": [note("confirmations.tell", "event_id", event)],
    }


def refund(payment: Payment, amount: int, *, currency: str = "CHF") -> dict[str, list[Step]]:
    """Return everything that the asking for a refund is."""
    values = {"id": uuid7(), "payment": payment.id, "amount": amount, "currency": currency}
    told = values | {"id": uuid7(), "kind": "refund.asked"}
    asked = operation(payment, "refund", amount, refund=values["id"])
    return {
        "refund": [(REFUND, values)],
        "operation": [asked],
        "work": [note("transactions.carry_out", "operation_id", asked[1]["id"])],
        "payment": [(RESERVED, values), (EVENT, told)],
    }


def without(parts: dict[str, list[Step]], *names: str) -> list[Step]:
    """Return the statements of all parts but these."""
    assert set(names) <= parts.keys()
    return [step for name, steps in parts.items() if name not in names for step in steps]


def accepted_part(refund: UUID) -> list[Step]:
    """Return what turns the only part of a refund into one that the provider took, and nothing else."""
    part = Operation.objects.get(refund_id=refund).id
    move = "UPDATE transactions_operation SET status = %(to)s, next_check_at = now() WHERE id = %(id)s"
    return [(move, {"to": to, "id": part}) for to in ("sent", "succeeded")]
