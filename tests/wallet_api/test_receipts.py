"""A receipt for people says what was signed, in the customer's language, as a page and as a PDF."""

import base64
import hashlib
import json
import re
import zlib
from datetime import datetime

import pytest
from django.http import HttpResponse

from apps.confirmations.tasks import tell
from apps.customers.models import Customer
from apps.keys.models import Purpose
from apps.keys.operations.documents import verify_document
from apps.outbox.models import Message
from apps.paycode.keys import Label
from apps.transactions.models import Payment
from apps.wallet_api.receipts.figures import money_text, quantity_text, rate_text, time_text
from apps.wallet_api.receipts.pdf import shown
from tests.cast import Phone, make_phone
from tests.confirmations.giving import give_back
from tests.shop import Shop, carry_out_all
from tests.wallet_api.door import Door, assert_problem, body_of, come_in

LINES = [
    {"name": "Äpfel", "quantity": "1.250", "amount": 500, "vat_rate_basis_points": 260},
    {"name": "<script>alert(1)</script>", "quantity": "2", "amount": 3750, "vat_rate_basis_points": 810},
]


@pytest.fixture
def paid(shop: Shop, phone: Phone, now: datetime) -> Payment:
    """A captured payment of which a part came back."""
    payment = shop.sell(phone, now=now, lines=LINES, tip_minor=0)
    shop.capture(payment, now=now)
    carry_out_all(payment.id, now=now)
    give_back(shop, payment, 500, now=now)
    for note in Message.objects.filter(topic="confirmations.tell"):
        tell(**note.arguments)
    return payment


def words_in(pdf: bytes) -> str:
    """Return what the pages draw."""
    text = ""
    for stream in re.findall(rb"stream\n(.*?)\nendstream", pdf, re.DOTALL):
        try:
            content = zlib.decompress(stream)
        except zlib.error:
            continue
        text += " ".join(part.decode("windows-1252") for part in re.findall(rb"\((.*?)(?<!\\)\) ?T[jJ]", content))
    return text


def page_of(answer: HttpResponse) -> str:
    assert answer.status_code == 200, answer.content
    assert answer.headers["Content-Type"].startswith("text/html")
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.content.decode()


def test_the_page_says_everything_and_runs_nothing(door: Door, shop: Shop, paid: Payment) -> None:
    answer = door.get(f"payments/{paid.public_id}/receipt/page")

    page = page_of(answer)
    for said in ("Quittung", shop.merchant.legal_name, "Äpfel", "1.25 ×", "CHF\u00a042.50", "8.1\u00a0%", "-5.00"):
        assert said in page, said
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script" not in page
    policy = answer.headers["Content-Security-Policy"]
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "style=" not in page


def test_its_signature_can_be_verified_from_what_it_shows(door: Door, paid: Payment) -> None:
    signed = body_of(door.get(f"payments/{paid.public_id}/receipt"))
    exact = base64.urlsafe_b64decode(signed["document"] + "==")

    page = page_of(door.get(f"payments/{paid.public_id}/receipt/page"))

    for said in (signed["key"], signed["signature"], hashlib.sha256(exact).hexdigest()):
        assert said in page


@pytest.mark.parametrize(
    ("language", "title"),
    [("de", "Quittung"), ("fr", "Quittance"), ("it", "Ricevuta"), ("en", "Receipt")],
)
def test_both_speak_the_customers_language(door: Door, phone: Phone, paid: Payment, language: str, title: str) -> None:
    Customer.objects.filter(id=phone.customer.id).update(language=language)

    page = page_of(door.get(f"payments/{paid.public_id}/receipt/page"))
    pdf = door.get(f"payments/{paid.public_id}/receipt/pdf")

    assert f'<html lang="{language}">' in page
    assert f"<h1>{title}" in page
    assert title in words_in(pdf.content)


def test_the_pdf_is_a_file_with_the_signed_document_in_it(door: Door, shop: Shop, paid: Payment) -> None:
    answer = door.get(f"payments/{paid.public_id}/receipt/pdf")

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="payment-{paid.public_id}.pdf"'
    assert answer.content.startswith(b"%PDF-")
    drawn = words_in(answer.content).replace("\u00a0", " ")
    for said in ("Quittung", "Äpfel", "CHF 42.50", "8.1 %"):
        assert said in drawn, drawn
    attached = [
        zlib.decompress(part)
        for part in re.findall(rb"/Type /EmbeddedFile.*?stream\n(.*?)\nendstream", answer.content, re.DOTALL)
    ]
    (text,) = attached
    document = verify_document(label=Label.RECEIPT, signed=json.loads(text), purpose=Purpose.RECEIPT)
    assert (document["payment"], document["merchant"]) == (paid.public_id, shop.merchant.legal_name)


def test_drawn_twice_it_is_the_same_file(door: Door, paid: Payment) -> None:
    first, second = (door.get(f"payments/{paid.public_id}/receipt/pdf").content for _ in range(2))

    assert first == second


def test_a_refund_has_both_too(door: Door, paid: Payment) -> None:
    refund = body_of(door.get(f"payments/{paid.public_id}"))["refunds"][0]["id"]
    address = f"payments/{paid.public_id}/refunds/{refund}/receipt"

    page, pdf = page_of(door.get(f"{address}/page")), door.get(f"{address}/pdf")

    assert "Quittung der Rückerstattung" in page
    assert "CHF\u00a05.00" in page
    assert pdf.headers["Content-Disposition"] == f'attachment; filename="refund-{refund}.pdf"'


def test_nobody_gets_somebody_elses_and_there_is_none_before_it_was_captured(
    shop: Shop, phone: Phone, door: Door, paid: Payment, now: datetime
) -> None:
    stranger = come_in(make_phone(now=now), pin=None)
    authorised = shop.sell(phone, 100, now=now)

    for form in ("page", "pdf"):
        assert_problem(stranger.get(f"payments/{paid.public_id}/receipt/{form}"), 404, "receipt_not_found")
        assert_problem(door.get(f"payments/{authorised.public_id}/receipt/{form}"), 404, "receipt_not_found")
        assert_problem(Door().get(f"payments/{paid.public_id}/receipt/{form}"), 401, "unauthenticated")
        assert door.send("GET", f"payments/{paid.public_id}/receipt/{form}", HTTP_ACCEPT="text/html").status_code == 200


def test_a_long_receipt_takes_as_many_pages_as_it_needs(door: Door, shop: Shop, phone: Phone, now: datetime) -> None:
    lines = [
        {"name": f"Artikel {number} mit einem langen Namen, der umbricht", "quantity": "1", "amount": 10}
        | {"vat_rate_basis_points": 260}
        for number in range(100)
    ]
    payment = shop.sell(phone, 1000, now=now, lines=lines)
    shop.capture(payment, now=now)
    for note in Message.objects.filter(topic="confirmations.tell"):
        tell(**note.arguments)

    drawn = words_in(door.get(f"payments/{payment.public_id}/receipt/pdf").content)

    assert "Artikel 99" in drawn


def test_figures_are_as_people_here_read_them() -> None:
    assert money_text(123450, "CHF") == "CHF\u00a01\u2019234.50"
    assert money_text(-5, "CHF") == "CHF\u00a0-0.05"
    assert money_text(1234567, "JPY") == "JPY\u00a01\u2019234\u2019567"
    assert rate_text(810) == "8.1\u00a0%"
    assert rate_text(0) == "0\u00a0%"
    assert [quantity_text(text) for text in ("1", "1.250", "2.0", "10")] == ["1", "1.25", "2", "10"]
    assert time_text("2026-11-23T16:05:14.102Z") == "23.11.2026, 17:05"
    assert time_text("2026-07-23T16:05:14.102Z") == "23.07.2026, 18:05"


@pytest.mark.parametrize(
    ("text", "drawn"),
    [("Zürich – «Œuf» 5 €", "Zürich – «Œuf» 5 €"), ("Dvořák", "Dvorák"), ("Łódź", "?ódz"), ("a\u202eb\0", "a?b?")],
    ids=["ours", "accent", "letter", "control"],
)
def test_what_the_fonts_do_not_have_is_drawn_as_near_as_possible(text: str, drawn: str) -> None:
    assert shown(text) == drawn
