"""I2: as the service's role, nothing is begun without a code that was spent for it, and the history is whole."""

from datetime import datetime
from uuid import UUID

import pytest
from psycopg.errors import CheckViolation, UniqueViolation

from apps.kernel.ids import uuid7
from apps.transactions.models import Payment, PaymentEvent
from tests.cast import Phone
from tests.invariants.service import Service, Step, refused
from tests.shop import Shop

COPY = """
    INSERT INTO transactions_payment SELECT (jsonb_populate_record(model, jsonb_build_object(
        'id', %(id)s::text, 'reference', 'by-hand', 'version', 1, 'status', %(status)s::text,
        'decline_code', CASE WHEN %(status)s = 'declined' THEN 'rejected' ELSE '' END,
        'decline_detail', CASE WHEN %(status)s = 'declined' THEN 'rejected' ELSE '' END,
        'ended_at', CASE WHEN %(status)s = 'declined' THEN now() END,
        'deadline_at', CASE WHEN %(status)s = 'declined' THEN NULL ELSE model.deadline_at END))).*
    FROM transactions_payment model WHERE id = %(model)s
"""
SPENT = """
    INSERT INTO codes_spentcode SELECT (jsonb_populate_record(spent, jsonb_build_object(
        'id', %(spent)s::text, 'counter', spent.counter + 1000, 'subject_id', %(id)s::text,
        'result', %(result)s::text))).*
    FROM codes_spentcode spent WHERE subject_id = %(model)s
"""
EVENT = """
    INSERT INTO transactions_paymentevent (id, payment_id, version, kind, status, actor, facts, at)
    VALUES (%(event)s, %(id)s, %(version)s, 'payment.started', 'authorising', 'system:hand', '{}', now())
"""
TOUCH = "UPDATE transactions_payment SET version = version + 1 WHERE id = %(id)s"


@pytest.fixture
def model(shop: Shop, phone: Phone, now: datetime) -> Payment:
    """A sale that has just begun."""
    started = shop.start(phone.make_code(now=now), 1000, now=now)
    return Payment.objects.get(id=started.payment_id)


def begun(model: Payment, *, status: str = "authorising", result: str = "accepted") -> dict[str, Step]:
    """Return what the beginning of another sale like this one is."""
    values = {"id": uuid7(), "model": model.id, "status": status, "result": result, "spent": uuid7()}
    values |= {"event": uuid7(), "version": 1}
    return {"payment": (COPY, values), "code": (SPENT, values), "history": (EVENT, values)}


def event(payment_id: UUID, version: int) -> Step:
    return EVENT, {"event": uuid7(), "id": payment_id, "version": version}


def test_a_sale_with_its_code_and_its_history_is_accepted(service: Service, model: Payment) -> None:
    service.run(*begun(model).values())

    assert Payment.objects.count() == 2


def test_no_sale_begins_without_a_spent_code(service: Service, model: Payment) -> None:
    parts = begun(model)

    with refused(CheckViolation, "payment_spends_a_code"):
        service.run(parts["payment"], parts["history"])


def test_no_sale_begins_with_a_code_that_was_refused(service: Service, model: Payment) -> None:
    with refused(CheckViolation, "payment_spends_a_code"):
        service.run(*begun(model, result="pin_wrong").values())


def test_a_refused_sale_needs_no_code(service: Service, model: Payment) -> None:
    parts = begun(model, status="declined")

    service.run(parts["payment"], parts["history"])

    assert Payment.objects.filter(status="declined").count() == 1


def test_no_sale_begins_without_an_entry_in_its_history(service: Service, model: Payment) -> None:
    parts = begun(model)

    with refused(CheckViolation, "payment_version_is_told"):
        service.run(parts["payment"], parts["code"])


def test_no_change_goes_without_an_entry(service: Service, model: Payment) -> None:
    with refused(CheckViolation, "payment_version_is_told"):
        service.run((TOUCH, {"id": model.id}))

    service.run((TOUCH, {"id": model.id}), event(model.id, model.version + 1))
    assert PaymentEvent.objects.filter(payment=model).count() == 2


def test_no_entry_tells_of_a_version_that_never_was(service: Service, model: Payment) -> None:
    with refused(CheckViolation, "payment_event_is_of_a_version"):
        service.run(event(model.id, model.version + 1))


def test_no_version_is_told_twice(service: Service, model: Payment) -> None:
    with refused(UniqueViolation, "payment_event_is_one_per_version"):
        service.run(event(model.id, model.version))
