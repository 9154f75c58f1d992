"""The wallet for everybody: by keyboard, with a reading aid, in four languages, small and large, light and dark."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.person import PATIENCE_MILLISECONDS, Person, selling
from tests.browser.phones import WebPhone
from tests.browser.test_core_offline import WORKER_READY
from tests.journeys.house import PIN, House

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
BEFORE = ("welcome", "activate", "register", "help", "look")
AFTERWARDS = (
    *("home", "history", "means", "more", "devices", "limits", "pin", "look", "account", "help", "handover"),
    *("forgotten", "leave"),
)
NARROW, WIDE = {"width": 320, "height": 568}, {"width": 820, "height": 1180}


@pytest.fixture
def customer(open_phone: Callable[..., WebPhone], stack: House) -> Iterator[Person]:
    """Return somebody who can pay, in a page that lets the checker of accessibility in."""
    person = Person(open_phone(bypass_csp=True))
    person.begins_by_mail(stack)
    person.links_account(stack.clerk.open_contract("Customer", stack.clerk.open_account("Customer", 100_000)))
    yield person
    person.phone.context.set_offline(False)


def barriers(page: Page) -> list[str]:
    """Return what keeps somebody out, in the light and in the dark, and on a small screen."""
    found = []
    if not page.evaluate("typeof globalThis.axe === 'object'"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        violations = page.evaluate(
            "async () => (await axe.run(document)).violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`)"
        )
        found += [f"{scheme}: {violation}" for violation in violations]
    size = page.viewport_size
    page.set_viewport_size(NARROW)
    if page.evaluate("document.documentElement.scrollWidth") > NARROW["width"]:
        found.append("wider than the screen")
    assert size is not None
    page.set_viewport_size(size)
    return found


def test_no_screen_keeps_anybody_out_before_the_enrolment(open_phone: Callable[..., WebPhone]) -> None:
    person = Person(open_phone(bypass_csp=True))
    found = {}
    for screen in BEFORE:
        person.goes_to(screen)
        found[screen] = barriers(person.page)

    assert found == {screen: [] for screen in BEFORE}


def test_no_screen_keeps_anybody_out_afterwards(customer: Person, stack: House) -> None:
    found = {}
    for screen in AFTERWARDS:
        customer.goes_to(screen)
        found[screen] = barriers(customer.page)
    customer.goes_to("home")
    code = customer.shows_code()
    found["code"] = barriers(customer.page)
    customer.forgets_pin()
    customer.sees("home")
    customer.page.locator("button.big").click()
    found["PIN pad"] = barriers(customer.page)
    customer.page.keyboard.press("Escape")
    with selling(stack, code, 1300):
        expect(customer.page.locator("dialog .paid")).to_be_visible(timeout=PATIENCE_MILLISECONDS)
        found["paid"] = barriers(customer.page)
        customer.touches("Quittung")
    customer.sees("payment")
    customer.reads("Unterschrift geprüft: echt")
    found["receipt"] = barriers(customer.page)

    assert found == {screen: [] for screen in found}


def test_everything_from_the_start_to_the_code_goes_by_keyboard(customer: Person) -> None:
    page = customer.page
    customer.forgets_pin()
    customer.goes_to("more")
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_be_focused()

    _tab_to(page, "Bezahlen")
    page.keyboard.press("Enter")
    customer.sees("home")
    expect(heading).to_be_focused()
    _tab_to(page, "Bezahlen", tag="BUTTON")
    page.keyboard.press("Enter")
    customer.reads("Ihre PIN")
    page.keyboard.type(PIN[:3])
    page.keyboard.press("Backspace")
    page.keyboard.type(PIN[2:])
    customer.sees("code")
    expect(page.get_by_role("button", name="Fertig")).to_be_focused()
    page.keyboard.press("Enter")
    customer.sees("home")


def test_the_way_back_leads_to_the_screen_before(customer: Person) -> None:
    customer.goes_to("more")
    customer.touches("Limiten")
    customer.sees("limits")
    customer.page.go_back()
    customer.sees("more")
    customer.page.go_back()
    customer.sees("home")


def test_the_code_is_black_on_white_in_the_dark_and_large_enough(customer: Person) -> None:
    customer.page.emulate_media(color_scheme="dark")
    for size in ({"width": 390, "height": 844}, WIDE):
        customer.page.set_viewport_size(size)
        customer.shows_code()
        drawing = customer.page.locator(".symbol svg")
        box = drawing.bounding_box()
        assert box is not None
        assert box["width"] >= 0.6 * size["width"]
        assert drawing.locator("rect").get_attribute("fill") == "#fff"
        assert drawing.locator("path").get_attribute("fill") == "#000"
        customer.touches("Fertig")
        customer.sees("home")


def test_the_keys_of_the_pad_are_large_and_say_nothing_aloud(customer: Person) -> None:
    customer.forgets_pin()
    customer.goes_to("home")
    customer.page.locator("button.big").click()
    expect(customer.page.locator("dialog .key")).to_have_count(12)
    for key in customer.page.locator("dialog .key").all():
        box = key.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 48

    customer.page.keyboard.type("27")

    assert customer.page.locator("dialog .dot.full").count() == 2
    assert customer.page.locator("dialog .dots").get_attribute("aria-hidden") == "true"
    spoken = customer.page.locator("[role=alert], [role=status], [aria-live]").all_inner_texts()
    assert not any("27" in text or "2 von 6" in text for text in spoken)


@pytest.mark.parametrize(
    ("language", "title"), [("fr", "Langue et apparence"), ("it", "Lingua e aspetto"), ("en", "Language and looks")]
)
def test_the_language_is_chosen_at_once_and_stays(phone: WebPhone, language: str, title: str) -> None:
    person = Person(phone)
    person.goes_to("look")
    person.page.locator("#language").select_option(language)

    person.reads(title)
    assert person.page.locator("html").get_attribute("lang") == language
    person.page.reload()
    person.reads(title)


def test_the_colours_are_chosen_at_once_and_stay(phone: WebPhone) -> None:
    person = Person(phone)
    person.goes_to("look")
    person.page.locator("#theme").select_option("dark")
    person.page.reload()
    person.sees("look")

    assert person.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 23, 26)"


def test_what_needs_the_network_says_so_kindly_and_the_rest_goes_on(customer: Person) -> None:
    customer.phone.run(WORKER_READY)
    customer.phone.context.set_offline(True)
    customer.page.reload()
    customer.reads("Offline")

    for screen in ("means", "limits", "devices", "handover", "account", "pin"):
        customer.goes_to(screen)
        customer.reads("Dafür braucht es das Internet")
    for screen in ("home", "history", "more", "help", "look"):
        customer.goes_to(screen)
        assert customer.page.get_by_text("Dafür braucht es das Internet").count() == 0


def _tab_to(page: Page, name: str, *, tag: str = "A") -> None:
    """Press the tabulator until this is where the keyboard is. Raises AssertionError if it never gets there."""
    for _ in range(40):
        page.keyboard.press("Tab")
        focused = page.evaluate("[document.activeElement.tagName, document.activeElement.innerText.trim()]")
        if focused == [tag, name]:
            return
    raise AssertionError(f"the keyboard never gets to {name}")
