"""I2 to I5 and I7: as the service's role, nothing is captured that is not authorised, booked, asked for and told."""

from datetime import datetime
from typing import Any

import pytest
from psycopg.errors import CheckViolation, InsufficientPrivilege, RestrictViolation, UniqueViolation

from apps.kernel.ids import uuid7
from apps.ledger.models import Journal
from apps.ledger.queries import broken_journals
from apps.transactions.models import Operation, Payment
from tests.cast import Phone
from tests.invariants.by_hand import (
    attempt_of,
    capture,
    capture_journal,
    journal,
    note,
    operation,
    without,
)
from tests.invariants.service import Service, refused
from tests.shop import Shop, carry_out_all, make_bank

PARTS = ["operation", "work", "books", "payment", "history", "telling"]


@pytest.fixture
def payment(shop: Shop, phone: Phone, now: datetime) -> Payment:
    """An authorised sale."""
    return shop.sell(phone, 1000, now=now)


@pytest.fixture
def training(shop: Shop, phone: Phone, now: datetime) -> Payment:
    """An authorised sale that books nothing."""
    make_bank(now=now, code="sandbox")
    return shop.sell(phone, 1000, now=now, code=phone.make_code(now=now, is_training=True), is_training=True)


def captured_minor(payment: Payment) -> int:
    return Payment.objects.values_list("captured_minor", flat=True).get(id=payment.id)


def test_a_whole_capture_is_accepted(service: Service, payment: Payment) -> None:
    service.run(*without(capture(payment, 400)))
    service.run(*without(capture(payment, 600)))

    assert captured_minor(payment) == 1000
    assert not list(broken_journals())


@pytest.mark.parametrize("missing", PARTS)
def test_no_part_of_a_capture_may_be_missing(service: Service, payment: Payment, missing: str) -> None:
    # The entry in the history is that of a version, so it goes with the payment.
    gone = ["payment", "history"] if missing == "payment" else [missing]

    with refused(CheckViolation, "_is_asked", "_is_carried_out", "_is_in_the_books", "_is_told"):
        service.run(*without(capture(payment, 400), *gone))

    assert (captured_minor(payment), Journal.objects.filter(kind="capture").count()) == (0, 0)


@pytest.mark.parametrize("alone", PARTS[:4])
def test_no_part_of_a_capture_stands_alone(service: Service, payment: Payment, alone: str) -> None:
    parts = without(capture(payment, 400), *(name for name in PARTS if name != alone))
    if alone == "work":
        # A note alone is no news: it is read again with the payment, and says nothing by itself.
        service.run(*parts)
    else:
        with refused(CheckViolation):
            service.run(*parts)


@pytest.mark.parametrize("missing", ["books", "telling", "operation"])
def test_a_second_growth_needs_everything_again(service: Service, payment: Payment, missing: str) -> None:
    service.run(*without(capture(payment, 400)))

    with refused(CheckViolation):
        service.run(*without(capture(payment, 100), missing))

    assert captured_minor(payment) == 400


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": 399},
        {"amount": 401},
        {"amount": -400},
        {"currency": "EUR"},
        {"kind": "sold"},
        {"credit": "suspense:bank"},
        {"credit": "merchant_payable:00000000-0000-7000-8000-000000000000"},
        {"debit": "bank:own"},
    ],
    ids=str,
)
def test_the_books_say_the_same_amount_of_the_same_merchant(
    service: Service, payment: Payment, changes: dict[str, Any]
) -> None:
    parts = capture(payment, 400)
    parts["books"] = capture_journal(payment, **({"amount": 400} | changes))

    with refused(CheckViolation, "payment_is_in_the_books"):
        service.run(*without(parts))


def test_a_sale_is_not_booked_twice(service: Service, payment: Payment) -> None:
    with refused(CheckViolation, "payment_is_in_the_books"):
        service.run(*without(capture(payment, 400)), *capture_journal(payment, 400))


def test_a_sale_that_is_captured_is_not_booked_again(service: Service, payment: Payment) -> None:
    service.run(*without(capture(payment, 400)))

    with refused(CheckViolation, "payment_is_in_the_books"):
        service.run(*capture_journal(payment, 400))
    # Asking for the answer earlier makes nothing pass.
    with refused(CheckViolation, "payment_is_in_the_books"):
        service.run(*capture_journal(payment, 400), "SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize("subject", ["pay_" + "0" * 26, "pay_1", "ref_" + "0" * 26, "pay_" + "z" * 26])
def test_nothing_is_booked_for_a_sale_that_does_not_exist(service: Service, payment: Payment, subject: str) -> None:
    accounts = {"debit": "provider_receivable:bank", "credit": f"merchant_payable:{payment.merchant_id}"}

    with refused(CheckViolation, "payment_is_in_the_books"):
        service.run(*journal(subject, 400, **accounts))


def test_a_capture_is_taken_out_of_the_books_only_for_another(service: Service, payment: Payment) -> None:
    service.run(*without(capture(payment, 400)))
    booked = Journal.objects.get(kind="capture")
    accounts = {"credit": "provider_receivable:bank", "debit": f"merchant_payable:{payment.merchant_id}"}
    mirror = journal("correction", 400, kind="reversal", reverses=booked.id, **accounts)

    with refused(CheckViolation, "payment_is_in_the_books"):
        service.run(*mirror)

    service.run(*mirror, *capture_journal(payment, 400))


def test_training_is_captured_and_books_nothing(service: Service, training: Payment) -> None:
    with refused(CheckViolation, "payment_is_in_the_books"):
        service.run(*without(capture(training, 400)), *capture_journal(training, 400))

    service.run(*without(capture(training, 400)))

    assert captured_minor(training) == 400


def test_nothing_is_captured_above_the_hold(service: Service, payment: Payment) -> None:
    with refused(CheckViolation, "payment_captured_and_released_within_authorised"):
        service.run(*without(capture(payment, 1001)))


@pytest.mark.parametrize("amount", [1, 1000, 1001])
def test_no_debit_is_asked_for_that_no_payment_says(service: Service, payment: Payment, amount: int) -> None:
    asked = operation(payment, "capture", amount)

    with refused(CheckViolation, "payment_captured_is_asked"):
        service.run(asked, note("transactions.carry_out", "operation_id", asked[1]["id"]))


def test_no_debit_is_asked_for_in_another_currency(service: Service, payment: Payment) -> None:
    parts = capture(payment, 400)
    asked = operation(payment, "capture", 400, currency="EUR")
    parts |= {"operation": [asked], "work": [note("transactions.carry_out", "operation_id", asked[1]["id"])]}

    with refused(CheckViolation, "payment_captured_is_asked"):
        service.run(*without(parts))


@pytest.mark.parametrize(
    ("statement", "error"),
    [
        # I3: no capture without authorisation.
        ("UPDATE transactions_payment SET authorised_minor = 1000, status = 'authorised' WHERE id = %(id)s", "proven"),
        ("UPDATE transactions_payment SET authorised_minor = 1 WHERE id = %(id)s", "proven"),
        ("UPDATE transactions_payment SET status = 'captured' WHERE id = %(id)s", "cannot become"),
        ("UPDATE transactions_payment SET authorised_minor = 1001 WHERE id = %(id)s", "authorised_within_amount"),
    ],
)
def test_nothing_is_authorised_that_no_provider_promised(
    service: Service, shop: Shop, phone: Phone, now: datetime, statement: str, error: str
) -> None:
    started = shop.start(phone.make_code(now=now), 1000, now=now)

    with refused(CheckViolation, error):
        service.run(statement, id=started.payment_id)


@pytest.mark.parametrize(
    ("change", "error", "word"),
    [
        ("authorised_minor = 999", RestrictViolation, "only grow"),
        ("captured_minor = 0", RestrictViolation, "only grow"),
        ("version = version - 1", RestrictViolation, "only grow"),
        ("released_minor = 601", CheckViolation, "within_authorised"),
        ("released_minor = -1", RestrictViolation, "only grow"),
        ("refunded_minor = 1", CheckViolation, "payment_refunds_add_up"),
        ("refunded_minor = 401", CheckViolation, "refunded_within_captured"),
        ("refund_reserved_minor = 1", CheckViolation, "payment_refunds_add_up"),
        ("refund_reserved_minor = 401", CheckViolation, "refunded_within_captured"),
        ("status = 'authorised'", CheckViolation, "cannot become"),
        ("status = 'cancelled'", CheckViolation, "cannot become"),
        ("status = 'paid'", CheckViolation, "cannot become"),
        ("amount_minor = 5", InsufficientPrivilege, ""),
        ("currency = 'EUR'", InsufficientPrivilege, ""),
        ("reference = 'other'", InsufficientPrivilege, ""),
        ("business_date = current_date + 1", InsufficientPrivilege, ""),
        ("till_id = till_id", InsufficientPrivilege, ""),
        ("customer_id = customer_id", InsufficientPrivilege, ""),
        ("is_training = true", InsufficientPrivilege, ""),
        ("lost_minor = 1", InsufficientPrivilege, ""),
    ],
)
def test_a_captured_sale_stays_what_it_is(
    service: Service, payment: Payment, change: str, error: type[Any], word: str
) -> None:
    service.run(*without(capture(payment, 400)))

    with refused(error, word):
        service.run(f"UPDATE transactions_payment SET {change} WHERE id = %(id)s", id=payment.id)  # noqa: S608  # above


@pytest.mark.parametrize("status", ["authorised", "captured", "cancelled", "expired", "reversing", "unknown"])
def test_no_sale_begins_in_the_middle(service: Service, payment: Payment, status: str) -> None:
    with refused(CheckViolation, "does not begin as"):
        copy_of(service, payment, status=status)


@pytest.mark.parametrize("sums", ["authorised", "captured", "released", "refunded", "refund_reserved", "lost"])
def test_no_sale_begins_with_sums(service: Service, payment: Payment, sums: str) -> None:
    with refused(RestrictViolation, "begins without sums"):
        copy_of(service, payment, status="authorising", **{f"{sums}_minor": 1})


def test_the_same_reference_is_one_live_sale(service: Service, payment: Payment) -> None:
    with refused(UniqueViolation, "payment_reference_is_one_live_sale"):
        copy_of(service, payment, status="authorising", reference=payment.reference)


def copy_of(service: Service, payment: Payment, **changes: Any) -> None:
    """Insert the sale again as a new row of the sums of a fresh one, with these columns changed."""
    fresh = {field.column: field.value_from_object(payment) for field in Payment._meta.concrete_fields}
    fresh |= {name: 0 for name in fresh if name.endswith("_minor") and name != "amount_minor"}
    fresh |= {"id": uuid7(), "reference": f"copy-{uuid7()}", "lines": "[]"} | changes
    names = ", ".join(fresh)
    values = ", ".join(f"%({name})s" for name in fresh)
    service.run(f"INSERT INTO transactions_payment ({names}) VALUES ({values})", **fresh)  # noqa: S608  # our columns


@pytest.mark.parametrize(
    ("change", "error", "word"),
    [
        # I7: what is queued, sent or unknown is looked at again.
        ("next_check_at = NULL", CheckViolation, "an_open_operation_is_looked_at_again"),
        ("status = 'sent', next_check_at = NULL", CheckViolation, "an_open_operation_is_looked_at_again"),
        # I5: an accepted capture is carried out.
        ("status = 'withdrawn', next_check_at = NULL", RestrictViolation, "carried out"),
        ("status = 'succeeded'", CheckViolation, "cannot become"),
        ("status = 'failed'", CheckViolation, "cannot become"),
        ("status = 'lost'", CheckViolation, "cannot become"),
        ("amount_minor = 1", InsufficientPrivilege, ""),
        ("currency = 'EUR'", InsufficientPrivilege, ""),
        ("reference = 'another'", InsufficientPrivilege, ""),
        ("verb = 'void'", InsufficientPrivilege, ""),
        ("target = 'another'", InsufficientPrivilege, ""),
        ("payment_id = payment_id", InsufficientPrivilege, ""),
        ("refund_id = NULL", InsufficientPrivilege, ""),
    ],
)
def test_an_accepted_capture_is_carried_out_as_it_was_accepted(
    service: Service, payment: Payment, change: str, error: type[Any], word: str
) -> None:
    service.run(*without(capture(payment, 400)))

    with refused(error, word):
        service.run(f"UPDATE transactions_operation SET {change} WHERE verb = 'capture'")  # noqa: S608  # above


def test_the_note_of_a_capture_stays_until_it_is_done(service: Service, payment: Payment) -> None:
    service.run(*without(capture(payment, 400)))

    with refused(InsufficientPrivilege):
        service.run("DELETE FROM outbox_message WHERE topic = 'transactions.carry_out'")
    with refused(InsufficientPrivilege):
        service.run("UPDATE outbox_message SET arguments = '{}'")
    with refused(CheckViolation, "message_done_only_after_a_try"):
        service.run("UPDATE outbox_message SET done_at = now() WHERE tries = 0")


def test_an_operation_does_not_begin_sent(service: Service, payment: Payment) -> None:
    statement, values = operation(payment, "void", 1000)

    with refused(CheckViolation, "does not begin as"):
        service.run((statement.replace("'queued'", "'succeeded'"), values))
    with refused(CheckViolation, "an_open_operation_is_looked_at_again"):
        service.run((statement.replace("0, now(), now()", "0, NULL, now()"), values))
    with refused(CheckViolation, "operation_verb_is_known"):
        service.run((statement, values | {"verb": "charge"}))


def test_what_a_provider_said_is_written_once(service: Service, payment: Payment) -> None:
    with refused(RestrictViolation, "cannot change"):
        service.run("UPDATE transactions_operation SET provider_reference = 'mine' WHERE verb = 'authorise'")
    with refused(RestrictViolation, "cannot change"):
        service.run("UPDATE transactions_attempt SET hold_reference = 'mine'")
    with refused(InsufficientPrivilege):
        service.run("UPDATE transactions_attempt SET provider_account_id = provider_account_id")


def test_one_authorisation_is_live_and_one_message_on_its_way(
    service: Service, shop: Shop, phone: Phone, now: datetime
) -> None:
    started = shop.start(phone.make_code(now=now), 1000, now=now)
    payment = Payment.objects.get(id=started.payment_id)

    with refused(UniqueViolation, "one_authorisation_is_live"):
        service.run(operation(payment, "authorise", 1000))


def test_two_captures_are_not_on_their_way_at_once(service: Service, payment: Payment) -> None:
    service.run(*without(capture(payment, 400)))
    service.run(*without(capture(payment, 100)))

    with refused(UniqueViolation, "operations_go_out_one_at_a_time"):
        service.run("UPDATE transactions_operation SET status = 'sent', sent_at = now() WHERE verb = 'capture'")


def test_a_code_pays_once(service: Service, payment: Payment) -> None:
    again = (
        "INSERT INTO codes_spentcode (id, counter, kid, text_digest, body, signature, result, subject_kind, subject_id,"
        " at, device_id, till_id) SELECT %(id)s, {counter}, kid, text_digest, body, signature, result, subject_kind,"
        " {subject}, at, device_id, till_id FROM codes_spentcode"
    )

    with refused(UniqueViolation, "code_is_spent_once"):
        service.run(again.format(counter="counter", subject="%(other)s"), id=uuid7(), other=uuid7())
    with refused(UniqueViolation, "subject_spends_one_code"):
        service.run(again.format(counter="counter + 1", subject="subject_id"), id=uuid7())
    with refused(InsufficientPrivilege):
        service.run("UPDATE codes_spentcode SET counter = counter + 1")
    with refused(InsufficientPrivilege):
        service.run("DELETE FROM codes_spentcode")
    with refused(RestrictViolation, "cannot fall"):
        service.run("UPDATE devices_device SET counter = 0")


def test_nobody_is_told_paid_about_what_is_not_captured(service: Service, payment: Payment) -> None:
    confirmation = (
        "INSERT INTO confirmations_confirmation (id, payment_id, event_id, customer_id, device_id, kind, at)"
        " SELECT %(id)s, id, %(id)s, customer_id, device_id, 'captured', now() FROM transactions_payment"
    )

    with refused(CheckViolation, "is not what confirmation"):
        service.run(confirmation, id=uuid7())


def test_history_is_only_added_to(service: Service, payment: Payment) -> None:
    for change in ("UPDATE transactions_paymentevent SET kind = 'other'", "DELETE FROM transactions_paymentevent"):
        with refused(InsufficientPrivilege):
            service.run(change)
    with refused(UniqueViolation, "payment_event_is_one_per_version"):
        service.run(
            "INSERT INTO transactions_paymentevent (id, payment_id, version, kind, status, actor, facts, at) SELECT"
            " %(id)s, payment_id, version, 'other', status, 'system:hand', '{}', at FROM transactions_paymentevent"
            " LIMIT 1",
            id=uuid7(),
        )


def test_what_was_written_by_hand_is_carried_out_like_any_other(
    service: Service, payment: Payment, now: datetime
) -> None:
    parts, hold = capture(payment, 1000), attempt_of(payment).hold_reference
    ((statement, values),) = parts["operation"]
    parts["operation"] = [(statement.replace("a hold", hold), values)]
    service.run(*without(parts))

    settled = carry_out_all(payment.id, now=now)

    assert (settled.capture_status, Operation.objects.get(verb="capture").status) == ("succeeded", "succeeded")
