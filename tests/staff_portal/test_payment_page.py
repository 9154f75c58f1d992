"""One payment on one page: what happened, what proves it, and what may be done about it now."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from apps.approvals.models import Approval
from apps.codes.models import SpentCode
from apps.operators.models import Session
from apps.operators.roles import Role
from apps.staff_portal.timelines import payment_timeline
from apps.transactions.models import Payment, PaymentEvent, Refund
from apps.transactions.states import RefundStatus, Status
from tests.cast import Phone
from tests.shop import Shop
from tests.staff_portal.desk import Desk, sit_down
from tests.transactions.counter import buy, set_refund_limit


@pytest.fixture
def paid(shop: Shop, phone: Phone, now: datetime) -> Payment:
    return buy(shop, phone, 4250, now=now, reference="R-4711")


def open_refund(desk: Desk, payment: Payment) -> Desk:
    return desk.open(f"/staff/payments/{payment.public_id}/refund")


def test_a_refund_is_three_steps_from_the_first_page(paid: Payment) -> None:
    desk = sit_down(Role.FINANCE)

    found = desk.open("/staff/search?q=R-4711")
    assert f'href="/staff/payments/{paid.public_id}"' in found.text
    page = desk.open(f"/staff/payments/{paid.public_id}")
    assert f'href="/staff/payments/{paid.public_id}/refund"' in page.text
    open_refund(desk, paid)
    assert 'value="42.50"' in desk.text
    desk.send("amount", "42.50", reason="returned", note="cork")

    assert (desk.status, desk.location) == (303, f"/staff/payments/{paid.public_id}?done=done_saved")
    refund = Refund.objects.get()
    assert (refund.amount_minor, refund.status, refund.asked_by) == (4250, RefundStatus.QUEUED, str(desk.who.actor))
    text = desk.open(f"/staff/payments/{paid.public_id}").text
    assert desk.who.name in text
    assert "returned: cork" in text
    assert f"/staff/payments/{paid.public_id}/refund" not in text


def test_a_double_click_gives_back_once(paid: Payment) -> None:
    desk = sit_down(Role.FINANCE)
    action, hidden = open_refund(desk, paid).fields("amount")
    fields = hidden | {"amount": "10", "reason": "price", "note": ""}

    assert desk.send_fields(action, fields).status == desk.send_fields(action, fields).status == 303

    assert Refund.objects.get().amount_minor == 1000
    # The same form with another amount is not the same wish.
    assert desk.send_fields(action, fields | {"amount": "11"}).status == 422
    assert Refund.objects.count() == 1


@pytest.mark.parametrize("amount", ["", "0", "-5", "1e3", "42.505", "9999999999999999", "zehn"])
def test_what_is_no_amount_gives_back_nothing(paid: Payment, amount: str) -> None:
    desk = open_refund(sit_down(Role.FINANCE), paid).send("amount", amount, reason="returned", note="")

    assert desk.status == 422
    assert 'href="#amount"' in desk.text
    assert not Refund.objects.exists()


def test_no_more_is_given_back_than_is_left(paid: Payment) -> None:
    desk = open_refund(sit_down(Role.FINANCE), paid).send("amount", "42.51", reason="returned", note="")

    assert (desk.status, Refund.objects.count()) == (422, 0)


def test_above_the_limit_a_second_person_is_asked(paid: Payment, shop: Shop, now: datetime) -> None:
    set_refund_limit(shop, 2000, now=now)
    desk = open_refund(sit_down(Role.FINANCE), paid)
    assert "Above this limit a second person decides: CHF\u00a020.00" in desk.text

    desk.send("amount", "20.01", reason="returned", note="")

    approval = Approval.objects.get()
    assert approval.maker == str(desk.who.actor)
    page = desk.open(f"/staff/payments/{paid.public_id}").text
    assert "awaits approval" in page
    assert f'href="/staff/approvals/{approval.id}"' in page


def test_money_moves_only_with_a_fresh_second_factor_and_the_right_role(paid: Payment) -> None:
    desk = open_refund(sit_down(Role.FINANCE), paid)
    Session.objects.update(fresh_until=None)
    assert desk.send("amount", "42.50", reason="returned", note="").location.startswith("/staff/confirm")

    support = sit_down(Role.SUPPORT)
    assert "/refund" not in support.open(f"/staff/payments/{paid.public_id}").text
    assert open_refund(support, paid).status == 403
    assert not Refund.objects.exists()


def test_an_authorised_payment_is_cancelled(shop: Shop, phone: Phone, now: datetime) -> None:
    payment = shop.sell(phone, 4250, now=now)
    desk = sit_down(Role.MERCHANT_SERVICES)
    assert f"/staff/payments/{payment.public_id}/cancel" in desk.open(f"/staff/payments/{payment.public_id}").text

    desk.open(f"/staff/payments/{payment.public_id}/cancel").send(
        "form", desk.fields("form")[1]["form"], reason="mistake"
    )

    assert desk.status == 303
    assert Payment.objects.get().status == Status.REVERSING
    text = desk.open(f"/staff/payments/{payment.public_id}").text
    assert f"/staff/payments/{payment.public_id}/cancel" not in text
    assert "there is nothing to cancel" in desk.open(f"/staff/payments/{payment.public_id}/cancel").text


def test_a_payment_that_was_captured_meanwhile_is_not_cancelled(shop: Shop, phone: Phone, now: datetime) -> None:
    payment = shop.sell(phone, 4250, now=now)
    desk = sit_down(Role.FINANCE).open(f"/staff/payments/{payment.public_id}/cancel")
    shop.capture(payment, now=now)

    desk.send("form", desk.fields("form")[1]["form"], reason="mistake")

    assert (desk.status, Payment.objects.get().status) == (409, Status.CAPTURED)


def test_the_page_shows_books_messages_and_evidence(paid: Payment) -> None:
    text = sit_down(Role.SUPPORT).open(f"/staff/payments/{paid.public_id}").text

    assert "holds:bank" in text
    assert f"merchant_payable:{paid.merchant_id}" in text
    assert "authorise: approved" in text
    assert bytes(SpentCode.objects.get().signature).hex() in text


def test_the_kept_signature_is_verified_again(paid: Payment, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = sit_down(Role.SUPPORT)
    address = f"/staff/payments/{paid.public_id}/code"
    assert f'action="{address}"' in desk.open(f"/staff/payments/{paid.public_id}").text
    assert "Verified again: the evidence is sound." in desk.open(address).text

    # The rows cannot be changed here; so somebody else's key is what the device is said to have.
    def with_other_key(*, kind: str, subject_id: object) -> SpentCode:
        spent = SpentCode.objects.select_related("device", "till").get(subject_kind=kind, subject_id=subject_id)
        spent.counter += 1
        return spent

    monkeypatch.setattr("apps.staff_portal.views.payment_moves.code_spent_for", with_other_key)
    assert "the evidence is not sound" in desk.open(address).text


def test_the_timeline_says_how_long_each_step_took(paid: Payment) -> None:
    entries = payment_timeline(paid.id, paid.public_id)

    assert entries[0].after == ""
    assert [entry.at for entry in entries] == sorted(entry.at for entry in entries)
    moved = [(earlier, entry) for earlier, entry in pairwise(entries) if entry.after]
    assert moved
    for earlier, entry in moved:
        assert entry.after.startswith("+")
        assert entry.at - earlier.at >= timedelta(microseconds=500)
    assert PaymentEvent.objects.filter(payment=paid).count() <= len(entries)


def test_a_held_payment_has_at_most_three_main_actions(hold: Callable[..., Payment]) -> None:
    payment = hold()

    text = sit_down(Role.ADMINISTRATOR).open(f"/staff/payments/{payment.public_id}").text

    assert text.count('name="decision"') == 2
    assert text.count(f'href="/staff/payments/{payment.public_id}/cancel"') == 1
    assert f'href="/staff/payments/{payment.public_id}/refund"' not in text
