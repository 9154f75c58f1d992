"""Becoming a customer, and getting a second phone: by mail, by letter, by link, and with the old phone's agreement."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.person import PATIENCE_MILLISECONDS, Person
from tests.browser.phones import WebPhone
from tests.journeys.house import House


def test_a_wrong_activation_code_is_told_kindly(phone: WebPhone) -> None:
    person = Person(phone)
    person.sees("welcome")
    person.touches("Ich habe einen Aktivierungscode")
    field = person.page.get_by_label("Aktivierungscode")

    field.press_sequentially("oil0 1234")
    assert field.input_value() == "0110-1234"
    person.touches("Aktivieren")
    person.reads("Der Code hat 16 Buchstaben und Ziffern.")
    expect(field).to_be_focused()

    field.fill("0000 0000 0000 0000")
    person.touches("Aktivieren")
    person.reads("Dieser Code ist falsch, verbraucht oder zu alt.")


def test_a_letters_link_fills_the_code_in_and_leaves_no_trace_in_the_address(phone: WebPhone, stack: House) -> None:
    person = Person(phone)
    code = stack.card["activation_codes"][0]

    person.page.goto("about:blank")
    person.page.goto(f"{stack.card['wallet_url']}#activate={code}")
    person.sees("activate")

    assert person.page.get_by_label("Aktivierungscode").input_value().replace("-", "") == code
    assert code not in person.page.url
    person.touches("Aktivieren")
    person.chooses_pin()
    person.reads("Noch kein Bankkonto")


def test_easy_pins_and_two_that_differ_are_not_taken(phone: WebPhone, stack: House) -> None:
    person = Person(phone)
    person.begins_by_mail(stack)
    person.goes_to("pin")
    person.types_pin()

    person.reads("Wählen Sie 6 Ziffern")
    person.page.keyboard.type("123456")
    person.reads("Die Ziffern folgen aufeinander")
    person.page.keyboard.type("141421")
    person.reads("Geben Sie dieselbe PIN noch einmal ein")
    person.page.keyboard.type("141422")
    person.reads("Die beiden waren nicht gleich")
    person.page.keyboard.type("141421")
    person.reads("Geben Sie dieselbe PIN noch einmal ein")
    person.page.keyboard.type("141421")

    person.reads("Ihre PIN ist geändert.")


def test_a_second_phone_waits_until_the_first_one_agrees(open_phone: Callable[..., WebPhone], stack: House) -> None:
    old, new = Person(open_phone()), Person(open_phone())
    old.begins_by_mail(stack)
    old.goes_to("handover")
    old.touches("Code zeigen")
    old.types_pin_if_asked(".code-text")
    code = old.page.locator(".code-text").inner_text()

    new.goes_to("activate")
    new.page.get_by_label("Aktivierungscode").fill(code)
    new.page.get_by_label("Name dieses Geräts").fill("Neues Telefon")
    new.touches("Aktivieren")
    new.sees("pending")
    new.reads("Wählen Sie «Neues Telefon» und geben Sie es mit Ihrer PIN frei")

    old.goes_to("devices")
    old.reads("Ein neues Gerät wartet auf Sie")
    old.page.locator("a.row", has_text="Neues Telefon").click()
    old.reads("Ist das Ihr neues Telefon?")
    old.confirms("Freigeben")
    old.types_pin_if_asked("main[data-screen=devices]:has-text('Kann bezahlen'), .note:has-text('freigegeben')")
    new.chooses_pin()

    old.goes_to("devices")
    old.page.locator("a.row", has_text="Neues Telefon").click()
    old.confirms("Sperren")
    new.reads("Dieses Telefon kann nicht bezahlen")


def test_a_forgotten_pin_empties_the_phone_and_begins_anew(phone: WebPhone, stack: House) -> None:
    person = Person(phone)
    person.begins_by_mail(stack)
    person.goes_to("forgotten")

    person.confirms("Neu einrichten")

    person.sees("welcome")
    assert person.phone.run("return Object.keys(localStorage);") == []
    expect(person.page.locator("nav")).to_be_hidden(timeout=PATIENCE_MILLISECONDS)


def test_a_browser_that_cannot_keep_the_wallet_safe_is_told_so_in_words(phone: WebPhone) -> None:
    phone.context.add_init_script("Object.defineProperty(Navigator.prototype, 'locks', { value: undefined })")
    phone.page.reload()

    person = Person(phone)
    person.reads("Nicht in diesem Browser")
    person.reads("Dieser Browser ist zu alt für das Wallet.")
    expect(person.page.locator("nav")).to_be_hidden()
