"""Customers and devices as staff see them, and what staff do about them while somebody is on the telephone."""

import hashlib
import io
import re
import zlib
from collections.abc import Callable
from datetime import datetime

import pytest
from PIL import Image, ImageDraw

from apps.audit.models import Record
from apps.customers.models import Customer
from apps.devices.errors import ActivationInvalid
from apps.devices.models import ActivationCode, ActivationSource, Device, RevocationOrder
from apps.devices.operations import IssuedCode, issue_activation_code
from apps.devices.tasks import revoke_many
from apps.instruments.models import Instrument
from apps.kernel.masking import Secret
from apps.mail.models import Letter
from apps.operators.roles import Role
from apps.outbox.models import Message
from apps.pages.moments import ZURICH
from apps.staff_portal.letter_pdf import Letterhead, activation_letter
from apps.transactions.models import Payment
from apps.transactions.states import Status
from simulators.scanner import read_picture
from tests.cast import Phone, make_customer, make_keys, make_phone
from tests.shop import Shop
from tests.staff_portal.desk import sit_down


def test_the_page_of_a_device_tells_what_identifies_it_and_how_it_counts(
    shop: Shop, phone: Phone, now: datetime
) -> None:
    for counter in (3, 7):
        shop.sell(phone, now=now, code=phone.write_code(phone.claims(now=now, counter=counter), now=now))

    text = sit_down(Role.SUPPORT).open(f"/staff/devices/{phone.identity.public_id}").text

    assert hashlib.sha256(phone.public_key).hexdigest() in text
    assert "<dt>Highest counter</dt><dd>7</dd>" in text
    assert "<dt>Skipped counters</dt><dd>3 " in text
    assert "among the newest codes: 2" in text
    assert "Tries left: 3" in text
    assert "device.enrolled" in text


def test_a_revoked_device_says_since_when(phone: Phone) -> None:
    desk = sit_down(Role.SUPPORT).open(f"/staff/devices/{phone.identity.public_id}")

    desk.send("decision", "revoke", reason="customer_asked")

    text = desk.open(desk.location).text
    revoked_at = phone.device().revoked_at
    assert revoked_at is not None
    assert f"Revoked, effective since {revoked_at.astimezone(ZURICH):%d.%m.%Y, %H:%M:%S}." in text


def test_a_phone_is_locked_three_clicks_from_home(shop: Shop, phone: Phone, now: datetime) -> None:
    payment = shop.sell(phone, now=now, reference="R-call")
    desk = sit_down(Role.SUPPORT)

    by_address = desk.open(f"/staff/search?q={phone.customer.email}").text
    assert f"/staff/customers/{phone.customer.public_id}" in by_address
    assert (
        f"/staff/devices/{phone.identity.public_id}" in desk.open(f"/staff/customers/{phone.customer.public_id}").text
    )
    by_reference = desk.open("/staff/search?q=R-call").text
    assert payment.public_id in by_reference
    assert f"/staff/devices/{phone.identity.public_id}" in desk.open(f"/staff/payments/{payment.public_id}").text
    desk.open(f"/staff/devices/{phone.identity.public_id}").send("decision", "lock", reason="customer_asked")

    assert phone.device().status == "locked"


def test_an_address_is_masked_until_somebody_says_why_he_wants_it(phone: Phone) -> None:
    desk = sit_down(Role.SUPPORT).open(f"/staff/customers/{phone.customer.public_id}/contact")
    assert phone.customer.email not in desk.text

    desk.send("reason", "call", note="lost phone")

    assert phone.customer.email in desk.text
    kept = Record.objects.get(action="customer.contact_revealed")
    assert (kept.subject, kept.actor_id) == (phone.customer.public_id, desk.who.public_id)
    assert kept.reason == "call: lost phone"
    assert phone.customer.email not in str(kept.facts)


def test_without_a_reason_nothing_is_revealed(phone: Phone) -> None:
    desk = sit_down(Role.SUPPORT).open(f"/staff/customers/{phone.customer.public_id}/contact")

    desk.send("reason", "curious", note="")

    assert (desk.status, phone.customer.email in desk.text) == (400, False)
    assert not Record.objects.filter(action="customer.contact_revealed").exists()


def test_staff_close_an_account_as_a_whole_and_once(phone: Phone) -> None:
    desk = sit_down(Role.FRAUD_ANALYST).open(f"/staff/customers/{phone.customer.public_id}")
    action, hidden = desk.fields("decision", "close")
    fields = hidden | {"decision": "close", "reason": "customer_asked", "note": "by letter"}

    statuses = [desk.send_fields(action, fields).status for _ in range(2)]

    assert statuses == [303, 409]
    assert Customer.objects.get(id=phone.customer.id).status == "closed"
    assert set(Device.objects.filter(customer=phone.customer).values_list("status", flat=True)) == {"revoked"}
    assert Instrument.objects.get(customer=phone.customer).status == "removed"
    assert Record.objects.get(action="customer.closed").reason == "customer_asked: by letter"
    assert Letter.objects.filter(to=phone.customer.email, subject="Ihr Konto ist geschlossen").count() == 1


def test_an_account_with_an_open_payment_is_not_closed(hold: Callable[..., Payment], phone: Phone) -> None:
    payment = hold()
    desk = sit_down(Role.FRAUD_ANALYST).open(f"/staff/customers/{phone.customer.public_id}")

    desk.send("decision", "close", reason="customer_asked")

    assert (desk.status, "open_payments" in desk.text) == (409, True)
    assert Payment.objects.get(id=payment.id).status == Status.IN_REVIEW
    assert phone.device().status == "active"


def test_support_closes_nobody(now: datetime) -> None:
    phone = make_phone(now=now)

    desk = sit_down(Role.SUPPORT).open(f"/staff/customers/{phone.customer.public_id}")

    assert 'value="close"' not in desk.text


ADDRESS = "Alice Muster\r\nBahnhofstrasse 1\r\n8001 Zürich"
CHECKED = {"checked_photo": "yes", "checked_expiry": "yes", "checked_account": "yes", "document": "passport"}


def words_on(pdf: bytes) -> str:
    """Return what the fonts of a letter write, which the library compresses as it is."""
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    pages = b"".join(zlib.decompress(stream) for stream in streams)
    return re.sub(r"\\([()\\])", r"\1", " ".join(re.findall(r"\((.*?)(?<!\\)\) Tj", pages.decode("windows-1252"))))


def code_on(pdf: bytes) -> str:
    found = re.search(r"\b(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}\b", words_on(pdf))
    assert found is not None
    return found.group()


def everything_kept() -> str:
    records = [f"{kept.reason} {kept.facts} {kept.subject}" for kept in Record.objects.all()]
    messages = [str(message.arguments) for message in Message.objects.all()]
    return " ".join(records + messages)


def test_a_letter_holds_the_code_in_the_language_of_whoever_gets_it(
    phone: Phone, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    desk = sit_down(Role.SUPPORT).open(f"/staff/customers/{phone.customer.public_id}/letter")

    desk.send("recipient", ADDRESS)

    assert (desk.status, desk.page.headers["Content-Type"]) == (200, "application/pdf")
    assert re.fullmatch(r'attachment; filename="[a-z0-9_.-]+\.pdf"', desk.page.headers["Content-Disposition"])
    assert desk.page.headers["Cache-Control"] == "no-store"
    for told in ("Ihr Aktivierungscode", "Gültig bis", "Bahnhofstrasse 1", "8001 Zürich"):
        assert told in words_on(desk.page.content)
    code = code_on(desk.page.content)
    for secret in (code, code.replace("-", "")):
        assert secret not in everything_kept() + caplog.text + desk.page.headers["Content-Disposition"]
    assert Record.objects.filter(action="activation.issued", actor_id=desk.who.public_id).exists()
    assert Phone().enrol_with(code, now=now).customer_id == phone.customer.id


@pytest.mark.parametrize("language", ["de", "fr", "it", "en"])
def test_the_letter_fits_on_one_page_in_every_language(language: str, now: datetime) -> None:
    head = Letterhead(sender="Wallet", recipient=[f"Line {number} Łódź" for number in range(6)], language=language)

    pdf = activation_letter(head=head, issued=IssuedCode(Secret("0123456789ABCDEF"), now), now=now)

    assert len(re.findall(rb"/Type /Page\b", pdf)) == 1
    assert code_on(pdf) == "0123-4567-89AB-CDEF"


@pytest.mark.parametrize("recipient", ["", "one line", "a\r\n" * 7, f"a\r\n{'x' * 61}", "a\r\n4111 1111 1111 1111"])
def test_a_letter_to_nowhere_issues_no_code(phone: Phone, recipient: str) -> None:
    desk = sit_down(Role.SUPPORT).open(f"/staff/customers/{phone.customer.public_id}/letter")
    issued = ActivationCode.objects.count()

    desk.send("recipient", recipient)

    assert (desk.status, ActivationCode.objects.count()) == (400, issued)


def test_a_forgotten_pin_ends_the_phone_and_brings_a_letter_once(phone: Phone, now: datetime) -> None:
    path = f"/staff/customers/{phone.customer.public_id}/reidentify"
    desk = sit_down(Role.SUPPORT).open(path)
    before = issue_activation_code(
        customer_id=phone.customer.id, source=ActivationSource.COUNTER, by=desk.who.actor, now=now
    )
    action, hidden = desk.fields("document")
    fields = hidden | CHECKED | {phone.identity.public_id: "yes", "recipient": ADDRESS, "note": "at the counter"}

    first = desk.send_fields(action, fields)
    pdf, status = first.page.content, first.status
    again = desk.send_fields(action, fields).status

    assert (status, again) == (200, 409)
    assert (phone.device().status, phone.device().status_reason) == ("revoked", "reidentified")
    kept = Record.objects.get(action="customer.reidentified")
    assert (kept.reason, kept.facts["checked"]) == ("at the counter", "passport")
    assert kept.facts["devices"] == [phone.identity.public_id]
    with pytest.raises(ActivationInvalid):
        Phone().enrol_with(before.code.reveal(), now=now)
    assert Phone().enrol_with(code_on(pdf), now=now).status == "active"


@pytest.mark.parametrize(
    "wrong", [{"checked_photo": ""}, {"document": "library"}, {"note": ""}, {"note": "S1234567"}, {"recipient": ""}]
)
def test_whoever_was_not_checked_gets_nothing_and_loses_nothing(phone: Phone, wrong: dict[str, str]) -> None:
    desk = sit_down(Role.SUPPORT).open(f"/staff/customers/{phone.customer.public_id}/reidentify")
    action, hidden = desk.fields("document")
    issued = ActivationCode.objects.count()
    fields = hidden | CHECKED | {phone.identity.public_id: "yes", "recipient": ADDRESS, "note": "at the counter"}

    desk.send_fields(action, fields | wrong)

    assert desk.status == 400
    assert (phone.device().status, ActivationCode.objects.count()) == ("active", issued)


@pytest.mark.parametrize("name", ["letter", "reidentify"])
def test_letters_ask_for_a_fresh_second_factor(phone: Phone, name: str) -> None:
    desk = sit_down(Role.SUPPORT, is_fresh=False).open(f"/staff/customers/{phone.customer.public_id}/{name}")
    issued = ActivationCode.objects.count()

    desk.send("recipient", ADDRESS)

    assert (desk.status, desk.location.partition("?")[0]) == (303, "/staff/confirm")
    assert ActivationCode.objects.count() == issued


BULK = "/staff/devices/bulk-revocation"


def crowd(count: int, now: datetime) -> list[Phone]:
    make_keys(now=now)
    phones = [Phone() for _ in range(count)]
    for phone in phones:
        phone.enrol(make_customer(now=now), now=now, platform="android 3.1")
    return phones


def test_many_devices_are_looked_at_first_and_then_revoked_with_progress_in_sight(now: datetime) -> None:
    phones = crowd(3, now)
    desk = sit_down(Role.FRAUD_ANALYST).open(f"{BULK}?platform=android+3.1")
    assert "Devices that match: 3" in desk.text
    assert all(phone.identity.public_id in desk.text for phone in phones)
    action, hidden = desk.fields("order")
    fields = hidden | {"reason": "vulnerability", "note": "CVE"}

    assert [desk.send_fields(action, fields).status for _ in range(2)] == [303, 303]
    assert "0 / 3" in desk.open(BULK).text
    order = RevocationOrder.objects.get()
    revoke_many(order_id=str(order.id))

    assert {phone.device().status for phone in phones} == {"revoked"}
    assert "3 / 3" in desk.open(BULK).text
    assert (order.maker, order.reason) == (str(desk.who.actor), "vulnerability: CVE")
    assert desk.who.name in desk.text


def test_above_twenty_the_number_is_typed(now: datetime) -> None:
    crowd(21, now)
    desk = sit_down(Role.FRAUD_ANALYST).open(f"{BULK}?platform=android+3.1")
    action, hidden = desk.fields("order")
    assert "expected" not in hidden
    fields = hidden | {"reason": "vulnerability", "note": ""}

    assert desk.send_fields(action, fields).status == 400
    assert desk.send_fields(action, fields | {"expected": "20"}).status == 409
    assert not RevocationOrder.objects.exists()
    assert desk.send_fields(action, fields | {"expected": "21"}).status == 303


@pytest.mark.parametrize(
    "query", ["enrolled_from=yesterday", f"platform={'x' * 33}", "enrolled_until=2026-13-01T00:00"]
)
def test_what_is_no_filter_is_refused(query: str) -> None:
    assert sit_down(Role.FRAUD_ANALYST).open(f"{BULK}?{query}").status == 400


def test_many_devices_need_a_fresh_second_factor_and_their_own_permission(now: datetime) -> None:
    crowd(1, now)
    desk = sit_down(Role.FRAUD_ANALYST, is_fresh=False).open(f"{BULK}?platform=android+3.1")
    action, hidden = desk.fields("order")

    desk.send_fields(action, hidden | {"reason": "fraud", "note": ""})

    assert (desk.status, RevocationOrder.objects.count()) == (303, 0)
    assert sit_down(Role.SUPPORT).open(BULK).status == 403


def drawn_on(pdf: bytes) -> bytes:
    """Return a picture of the squares that a letter draws, which are those of its symbol."""
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    page = b"".join(zlib.decompress(stream) for stream in streams)
    squares = re.findall(r"([\d.]+) ([\d.]+) ([\d.]+) (-?[\d.]+) re f", page.decode("windows-1252"))
    picture = Image.new("L", (595 * 4, 842 * 4), 255)
    pen = ImageDraw.Draw(picture)
    for left, bottom, width, height in (map(float, square) for square in squares):
        low, high = sorted((842 - bottom, 842 - bottom - height))
        pen.rectangle([left * 4, low * 4, (left + width) * 4, high * 4], fill=0)
    png = io.BytesIO()
    picture.save(png, "PNG")
    return png.getvalue()


def test_the_symbol_on_the_letter_reads_as_the_code(now: datetime) -> None:
    head = Letterhead(sender="Wallet", recipient=["Alice Muster", "8001 Zürich"], language="fr")

    pdf = activation_letter(head=head, issued=IssuedCode(Secret("0123456789ABCDEF"), now), now=now)

    assert read_picture(drawn_on(pdf)) == "0123456789ABCDEF"
