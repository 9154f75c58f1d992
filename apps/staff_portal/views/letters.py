"""Letters with activation codes: a new one, and one after somebody was identified anew."""

import re
from typing import Final
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from apps.customers.errors import UnknownCustomer
from apps.customers.models import Customer
from apps.customers.states import CustomerStatus
from apps.devices.models import ActivationSource, Device
from apps.devices.operations import IssuedCode, issue_activation_code, reidentify_customer
from apps.devices.queries import devices_of
from apps.devices.states import DeviceStatus
from apps.kernel.masking import masked_email
from apps.operators.roles import Permission
from apps.staff_portal.frame import language_of, show
from apps.staff_portal.gate import NotUnderstood, Visitor, chosen, looks_like_card, note_from, page
from apps.staff_portal.letter_pdf import Letterhead, activation_letter
from apps.staff_portal.words.people import DOCUMENTS, PEOPLE

MOST_DEVICES: Final = 100
_MOST_LINES, _LONGEST_LINE = 6, 60
# A number of a passport or an identity card, which nobody needs to keep.
_DOCUMENT_NUMBER: Final = re.compile(r"\d{5,}")
_CHECKS: Final = ("checked_photo", "checked_expiry", "checked_account")


@page(see=Permission.WRITE_LETTERS, change=Permission.WRITE_LETTERS, needs_fresh=True)
def letter(request: HttpRequest, visitor: Visitor, customer_id: UUID) -> HttpResponse:
    """Answer a form with a letter as a PDF; its code is on that sheet and nowhere else."""
    found = _open_customer(customer_id)
    if request.method != "POST":
        shown = {"customer": found, "email": masked_email(found.email)}
        return show(request, "letter", shown, words_of=PEOPLE)
    recipient = _recipient(request)
    issued = issue_activation_code(
        customer_id=found.id, source=ActivationSource.LETTER, by=visitor.actor, now=visitor.now
    )
    return _printed(found, recipient, issued, visitor)


@page(see=Permission.WRITE_LETTERS, change=Permission.WRITE_LETTERS, needs_fresh=True)
def reidentify(request: HttpRequest, visitor: Visitor, customer_id: UUID) -> HttpResponse:
    """Lead through identifying somebody anew; then his phones end and a letter is written, in one go."""
    found = _open_customer(customer_id)
    devices = list(devices_of(found.id).exclude(status=DeviceStatus.REVOKED)[:MOST_DEVICES])
    documents = DOCUMENTS[language_of(request)]
    if request.method != "POST":
        shown = {
            "customer": found,
            "email": masked_email(found.email),
            "devices": devices,
            "documents": documents,
        }
        return show(request, "reidentify", shown, words_of=PEOPLE)
    document, recipient = chosen(request, "document", documents), _recipient(request)
    note = note_from(request, "note", longest=500)
    is_checked = all(request.POST.get(name) == "yes" for name in _CHECKS)
    if not is_checked or not note or _DOCUMENT_NUMBER.search(note):
        raise NotUnderstood
    issued = reidentify_customer(
        customer_id=found.id,
        device_ids=_wanted(request, found),
        checked=document,
        note=note,
        by=visitor.actor,
        now=visitor.now,
    )
    return _printed(found, recipient, issued, visitor)


def _open_customer(customer_id: UUID) -> Customer:
    found = Customer.objects.exclude(status=CustomerStatus.CLOSED).filter(id=customer_id).first()
    if found is None:
        raise UnknownCustomer
    return found


def _wanted(request: HttpRequest, found: Customer) -> list[UUID]:
    """Return the devices whose boxes are ticked, revoked ones too: the operation says that it was too late."""
    devices: list[Device] = list(devices_of(found.id)[:MOST_DEVICES])
    return [device.id for device in devices if request.POST.get(device.public_id) == "yes"]


def _recipient(request: HttpRequest) -> list[str]:
    text = request.POST.get("recipient", "")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    is_fit = 2 <= len(lines) <= _MOST_LINES and all(len(line) <= _LONGEST_LINE for line in lines)
    if not is_fit or looks_like_card(text):
        raise NotUnderstood
    return lines


def _printed(customer: Customer, recipient: list[str], issued: IssuedCode, visitor: Visitor) -> HttpResponse:
    head = Letterhead(sender=settings.WALLET_NAME, recipient=recipient, language=customer.language)
    name = f"letter-{customer.public_id}-{visitor.now:%Y-%m-%d}.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    pdf = activation_letter(head=head, issued=issued, now=visitor.now)
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)
