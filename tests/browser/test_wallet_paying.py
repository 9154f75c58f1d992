"""A customer with the web wallet: links her bank, pays with and without a network, and reads what came of it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from simulators.scanner import read_picture
from tests.browser.person import PATIENCE_MILLISECONDS, WRONG_PIN, Person, sell, selling
from tests.browser.phones import WebPhone
from tests.browser.test_core_offline import WORKER_READY
from tests.journeys.house import House

POOR = 300


@pytest.fixture
def customer(open_phone: Callable[..., WebPhone], stack: House) -> Person:
    """Return somebody who can pay: with a PIN, and a bank account linked at the bank's own page."""
    person = Person(open_phone())
    person.begins_by_mail(stack)
    person.links_account(stack.clerk.open_contract("Customer", stack.clerk.open_account("Customer", 100_000)))
    return person


def result_of(person: Person) -> str:
    """Return what is told over the whole screen."""
    window = person.page.locator("dialog.result")
    expect(window.get_by_role("heading")).to_be_visible(timeout=PATIENCE_MILLISECONDS)
    return window.inner_text()


def test_she_pays_in_flight_mode_and_hears_of_it_when_she_is_back(customer: Person, stack: House) -> None:
    customer.phone.run(WORKER_READY)
    customer.phone.context.set_offline(True)
    customer.page.reload()
    customer.sees("home")
    customer.reads("Offline")

    code = customer.shows_code()
    receipt = sell(stack.till(), code, 1295)
    customer.phone.context.set_offline(False)

    assert receipt["status"] == "captured"
    told = result_of(customer)
    assert "Bezahlt" in told
    assert "CHF\u00a012.95" in told
    assert "Zürich Limmatplatz" in told


def test_paid_fills_the_screen_at_once_and_goes_by_itself(customer: Person, stack: House) -> None:
    with selling(stack, customer.shows_code(), 4250):
        assert "CHF\u00a042.50" in result_of(customer)

    expect(customer.page.locator("dialog.result")).to_have_count(0, timeout=PATIENCE_MILLISECONDS)
    customer.sees("home")


def test_a_wrong_pin_is_told_with_the_tries_left_and_a_new_code_pays(customer: Person, stack: House) -> None:
    customer.forgets_pin()
    customer.goes_to("home")
    with selling(stack, customer.shows_code(WRONG_PIN), 990):
        told = result_of(customer)
        assert "PIN war falsch" in told
        assert "Noch 2 Versuche" in told

    customer.touches("Neuer Code")
    customer.reads("Noch 2 Versuche")
    customer.types_pin()
    customer.sees("code")


def test_too_little_money_is_told_in_plain_words(open_phone: Callable[..., WebPhone], stack: House) -> None:
    person = Person(open_phone())
    person.begins_by_mail(stack)
    person.links_account(stack.clerk.open_contract("Customer", stack.clerk.open_account("Customer", POOR)))

    with selling(stack, person.shows_code(), 1990):
        told = result_of(person)

    assert "Nicht bezahlt" in told
    assert "insufficient" not in told


def test_an_unusual_payment_is_asked_about_and_the_pin_says_yes(customer: Person, stack: House) -> None:
    with selling(stack, customer.shows_code(), 1100):
        assert "Bezahlt" in result_of(customer)
    customer.touches("Fertig")

    with selling(stack, customer.shows_code(), 2200):
        told = result_of(customer)
        assert "Diesen Betrag bezahlen?" in told
        assert "CHF\u00a022.00" in told
        customer.touches("Ja, mit PIN")
        customer.types_pin_if_asked("dialog .paid")
        expect(customer.page.locator("dialog .paid")).to_be_visible(timeout=PATIENCE_MILLISECONDS)


def test_an_unusual_payment_that_she_refuses_is_not_paid(customer: Person, stack: House) -> None:
    with selling(stack, customer.shows_code(), 1100):
        result_of(customer)
    customer.touches("Fertig")

    with selling(stack, customer.shows_code(), 2200) as sale:
        assert "Diesen Betrag bezahlen?" in result_of(customer)
        customer.touches("Nein, nicht bezahlen")
        expect(customer.page.locator("dialog .declined")).to_be_visible(timeout=PATIENCE_MILLISECONDS)

    assert sale.result()["decline"]["code"] == "customer_refused"


def test_the_history_shows_the_receipt_its_proof_and_the_refund(customer: Person, stack: House) -> None:
    till = stack.till()
    code = customer.shows_code()
    payment = stack.finish(stack.begin(sell, till, code, 4250), within_seconds=40)
    result_of(customer)
    customer.touches("Fertig")
    till.refund(payment["id"], 500, reason="Äpfel faul")
    customer.reads("CHF\u00a05.00 sind von Bergfrisch Genossenschaft zurückgekommen.")

    customer.goes_to("history")
    customer.page.get_by_label("Suchen: Geschäft, Betrag, Belegnummer").fill("42,50")
    customer.page.locator("main a.row").first.click()
    customer.sees("payment")

    for text in ("Unterschrift geprüft: echt", "1.25 × Äpfel", "CHE-000.000.000 MWST", "Teilweise zurückerstattet"):
        customer.reads(text)
    with customer.page.expect_download() as download:
        customer.touches("PDF")
    assert download.value.path().read_bytes().startswith(b"%PDF")
    customer.page.locator("section a.row").click()
    customer.reads("Äpfel faul")
    customer.reads("Unterschrift geprüft: echt")


def test_a_receipt_that_was_seen_is_genuine_without_a_network_too(customer: Person, stack: House) -> None:
    with selling(stack, customer.shows_code(), 700):
        result_of(customer)
        customer.touches("Quittung")
    customer.reads("Unterschrift geprüft: echt")

    customer.phone.run(WORKER_READY)
    customer.phone.context.set_offline(True)
    customer.page.reload()

    customer.reads("Unterschrift geprüft: echt")
    assert customer.page.get_by_role("button", name="PDF").count() == 0


def test_the_code_goes_with_the_pin_session(customer: Person) -> None:
    customer.shows_code()

    customer.forgets_pin()

    customer.sees("home")
    assert customer.page.locator(".symbol").count() == 0
    customer.reads("Zu Ihrer Sicherheit ist der Code weg.")
    customer.page.locator("button.big").click()
    expect(customer.page.locator("dialog .pad")).to_be_visible()


def test_a_new_code_is_another_one_with_its_whole_time(customer: Person) -> None:
    before = customer.shows_code()
    shown = customer.page.locator(".symbol path")
    drawing = shown.get_attribute("d")

    customer.touches("Neuer Code")

    expect(shown).not_to_have_attribute("d", drawing or "")
    customer.reads("neu in 45 s")
    customer.touches("Fertig")
    assert customer.shows_code() != before


def test_two_windows_never_show_the_same_code_and_sign_out_together(customer: Person, stack: House) -> None:
    other = Person(customer.phone.second_window())
    other.sees("home")

    codes = [customer.shows_code(), other.shows_code()]

    assert codes[0] != codes[1]
    for code, amount in zip(codes, (610, 620), strict=True):
        with selling(stack, code, amount) as sale:
            customer.page.locator("dialog.result").first.wait_for()
            if customer.page.locator("dialog .asked").count():
                customer.touches("Ja, mit PIN")
                customer.types_pin_if_asked("dialog .paid")
            result_of(other)
        assert sale.result()["status"] == "captured"
        for person in (customer, other):
            expect(person.page.locator("dialog")).to_have_count(0, timeout=PATIENCE_MILLISECONDS)

    customer.goes_to("leave")
    customer.confirms("Abmelden")
    customer.types_pin_if_asked("main[data-screen=welcome]")
    customer.sees("welcome")
    other.sees("welcome")


def test_installing_is_proposed_after_the_first_success_and_not_before(customer: Person, stack: House) -> None:
    offer = "Object.assign(new Event('beforeinstallprompt'), { prompt: async () => ({ outcome: 'accepted' }) })"
    customer.page.evaluate(f"dispatchEvent({offer})")
    customer.goes_to("more")
    customer.goes_to("home")
    assert customer.page.get_by_text("Schneller zur Hand").count() == 0

    with selling(stack, customer.shows_code(), 880):
        result_of(customer)
    customer.touches("Fertig")

    customer.reads("Schneller zur Hand")
    customer.touches("Jetzt nicht")
    expect(customer.page.get_by_text("Schneller zur Hand")).to_have_count(0)


def test_the_code_for_the_service_desk_shows_what_can_come_back(customer: Person, stack: House) -> None:
    with selling(stack, customer.shows_code(), 880):
        result_of(customer)
    customer.touches("Fertig")

    customer.touches("Code für den Kundendienst")
    customer.types_pin_if_asked("main.code")
    customer.sees("code")
    customer.reads("Dieser Code bezahlt nichts.")

    returned = stack.till().start_return(read_picture(customer.page.screenshot()))
    assert [sale["refundable"] for sale in returned["sales"]] == [880]
