"""Customers and their devices: what they have, and stopping it."""

from typing import Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from apps.accounts.closing import close_account
from apps.customers.errors import UnknownCustomer
from apps.customers.models import Customer
from apps.customers.operations import move_customer, reveal_contact
from apps.customers.states import MOVES as CUSTOMER_MOVES
from apps.customers.states import CustomerStatus
from apps.devices.errors import UnknownDevice
from apps.devices.models import Device
from apps.devices.operations import move_device
from apps.devices.queries import device_with, devices_of
from apps.devices.states import FINAL_REASONS, MOVES, DeviceStatus
from apps.instruments.models import Instrument
from apps.instruments.operations import move_instrument
from apps.instruments.states import InstrumentStatus
from apps.kernel.ids import from_public_id
from apps.kernel.masking import masked_email
from apps.operators.roles import Permission
from apps.staff_portal.device_facts import facts_of
from apps.staff_portal.frame import language_of, show
from apps.staff_portal.gate import EditConflict, NotUnderstood, Visitor, go_to, page, reason_from
from apps.staff_portal.timelines import newest_records, record_entries
from apps.staff_portal.views.home import suspended_devices
from apps.staff_portal.words.people import PEOPLE, REVEAL_REASONS
from apps.staff_portal.words.work import STOP_REASONS
from apps.transactions.staff_queries import newest_payments_of

MOST_SHOWN: Final = 100
MOST_PAYMENTS: Final = 20
DEVICE_MOVES: Final = {
    "lock": DeviceStatus.LOCKED,
    "unlock": DeviceStatus.ACTIVE,
    "revoke": DeviceStatus.REVOKED,
}
CUSTOMER_DECISIONS: Final = {"freeze": CustomerStatus.FROZEN, "unfreeze": CustomerStatus.ACTIVE}
INSTRUMENT_DECISIONS: Final = {"suspend": InstrumentStatus.SUSPENDED, "resume": InstrumentStatus.ACTIVE}


@page(see=Permission.SEE_CUSTOMERS)
def devices(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Show the devices that were stopped, the newest first."""
    return show(request, "devices", {"devices": list(suspended_devices()[:MOST_SHOWN])})


@page(see=Permission.SEE_CUSTOMERS, change=Permission.MOVE_DEVICES, needs_fresh=True)
def device(request: HttpRequest, visitor: Visitor, device_id: UUID) -> HttpResponse:
    """Show one device; lock, unlock or revoke it, from the next code on."""
    found = device_with(device_id)
    if found is None:
        raise UnknownDevice
    reasons = STOP_REASONS[language_of(request)]
    if request.method == "POST":
        decision = request.POST.get("decision", "")
        if decision not in DEVICE_MOVES:
            raise NotUnderstood
        note = reason_from(request, reasons)
        _refuse_stale(request, found.status)
        to = DEVICE_MOVES[decision]
        move_device(device_id=device_id, to=to, reason="staff", note=note, by=visitor.actor, now=visitor.now)
        return go_to(request.path, done="done_saved")
    records = newest_records(found.public_id)
    shown = {
        "device": found,
        "facts": facts_of(found, records=records, now=visitor.now),
        "email": masked_email(found.customer.email),
        "decisions": _ways(found) if visitor.may(Permission.MOVE_DEVICES) else [],
        "reasons": reasons,
        "payments": newest_payments_of(device_id=found.id, limit=MOST_PAYMENTS),
        "entries": record_entries(records),
    }
    return show(request, "device", shown, words_of=PEOPLE)


def _ways(device: Device) -> list[str]:
    """Return what may be done to the device now."""
    status = DeviceStatus(device.status)
    is_final = status == DeviceStatus.SUSPENDED and device.status_reason in FINAL_REASONS
    ways = [name for name, to in DEVICE_MOVES.items() if to in MOVES[status]]
    return [name for name in ways if not (name == "unlock" and (is_final or status == DeviceStatus.PENDING))]


@page(see=Permission.SEE_CUSTOMERS, change=Permission.MOVE_CUSTOMERS, needs_fresh=True)
def customer(request: HttpRequest, visitor: Visitor, customer_id: UUID) -> HttpResponse:
    """Show one customer with devices and means of payment; freeze him, or suspend one of these."""
    found = Customer.objects.filter(id=customer_id).first()
    if found is None:
        raise UnknownCustomer
    if request.method == "POST":
        _move(request, visitor, found)
        return go_to(request.path, done="done_saved")
    ways = [name for name, to in CUSTOMER_DECISIONS.items() if to in CUSTOMER_MOVES[CustomerStatus(found.status)]]
    may_move = visitor.may(Permission.MOVE_CUSTOMERS)
    shown = {
        "customer": found,
        "email": masked_email(found.email),
        "devices": list(devices_of(found.id)[:MOST_SHOWN]),
        "instruments": list(Instrument.objects.filter(customer=found).order_by("handle")[:MOST_SHOWN]),
        "decisions": ways if may_move else [],
        "may_close": may_move and found.status != CustomerStatus.CLOSED,
        "may_move": may_move,
        "may_write_letters": visitor.may(Permission.WRITE_LETTERS) and found.status != CustomerStatus.CLOSED,
        "reasons": STOP_REASONS[language_of(request)],
        "payments": newest_payments_of(customer_id=found.id, limit=MOST_PAYMENTS),
        "entries": record_entries(newest_records(found.public_id)),
    }
    return show(request, "customer", shown, words_of=PEOPLE)


@page(see=Permission.SEE_CUSTOMERS, change=Permission.MOVE_DEVICES)
def contact(request: HttpRequest, visitor: Visitor, customer_id: UUID) -> HttpResponse:
    """Show the customer's address in full to whoever says why; the evidence keeps both."""
    found = Customer.objects.filter(id=customer_id).first()
    if found is None:
        raise UnknownCustomer
    reasons, email = REVEAL_REASONS[language_of(request)], ""
    if request.method == "POST":
        reason = reason_from(request, reasons)
        email = reveal_contact(customer_id=found.id, reason=reason, by=visitor.actor, now=visitor.now)
    shown = {"customer": found, "masked": masked_email(found.email), "email": email, "reasons": reasons}
    return show(request, "contact", shown, words_of=PEOPLE)


def _move(request: HttpRequest, visitor: Visitor, found: Customer) -> None:
    decision, reason = request.POST.get("decision", ""), reason_from(request, STOP_REASONS[language_of(request)])
    if decision in CUSTOMER_DECISIONS:
        _refuse_stale(request, found.status)
        to = CUSTOMER_DECISIONS[decision]
        move_customer(customer_id=found.id, to=to, reason=reason, by=visitor.actor, now=visitor.now)
    elif decision == "close":
        _refuse_stale(request, found.status)
        close_account(customer_id=found.id, reason=reason, by=visitor.actor, now=visitor.now)
    elif decision in INSTRUMENT_DECISIONS:
        try:
            instrument_id = from_public_id("ins", request.POST.get("instrument", ""))
        except ValueError:
            raise NotUnderstood from None
        move_instrument(
            instrument_id=instrument_id,
            customer_id=found.id,
            to=INSTRUMENT_DECISIONS[decision],
            reason=reason,
            by=visitor.actor,
            now=visitor.now,
        )
    else:
        raise NotUnderstood


def _refuse_stale(request: HttpRequest, status: str) -> None:
    """Raise EditConflict where the page was read before somebody moved the thing."""
    if request.POST.get("status") != status:
        raise EditConflict
