"""A second phone of the same customer, and what one phone may do about another."""

from collections.abc import Callable
from uuid import uuid4

from tests.browser.phones import WebPhone
from tests.journeys.house import PIN, House

ENROL = """
  const { wallet } = globalThis.walletForTests;
  return wallet.enrol({ activationCode: argument, name: "Neues Telefon" });
"""
APPROVE = """
  const { wallet } = globalThis.walletForTests;
  const { data } = await wallet.api.devices();
  const waiting = data.find((device) => device.status === "pending");
  return [waiting.name, (await wallet.approve(waiting)).status];
"""


def test_a_new_phone_waits_until_the_old_one_lets_it_in_and_then_pays(
    open_phone: Callable[[], WebPhone], stack: House
) -> None:
    old, new = open_phone(), open_phone()
    old.enrol()
    old.set_pin()
    old.link_account()
    handover = old.run("return globalThis.walletForTests.wallet.api.handover();")

    assert new.run(ENROL, handover["qr_text"]) == "pending"
    assert new.run("return (await globalThis.walletForTests.wallet.contact()).status;") == "pending"
    assert old.run(APPROVE) == ["Neues Telefon", "active"]

    new.set_pin("592653")
    new.run("await globalThis.walletForTests.wallet.refresh();")
    till = stack.till()
    payment = till.await_outcome(till.authorise(new.make_code(), 900, uuid4().hex), within_seconds=20)
    assert payment["status"] == "authorised"


def test_what_needs_the_pin_says_so_before_it_asks_the_server(phone: WebPhone) -> None:
    phone.enrol()
    phone.set_pin()
    phone.run("globalThis.walletForTests.wallet.pins.forget();")
    asked: list[str] = []
    phone.page.on("request", lambda request: asked.append(request.url))

    code = phone.code_of("await globalThis.walletForTests.wallet.api.handover();")

    assert code == "pin_needed"
    assert [url for url in asked if "/api/" in url] == []


def test_a_changed_pin_counts_from_then_on_and_the_old_one_no_more(phone: WebPhone) -> None:
    phone.enrol()
    phone.set_pin()
    wrong = phone.code_of("await globalThis.walletForTests.wallet.setPin('592653', '314159');")
    phone.run("await globalThis.walletForTests.wallet.setPin('592653', argument);", PIN)
    confirm = "await globalThis.walletForTests.wallet.sessions.confirm();"

    phone.type_pin(PIN)
    old = phone.code_of(confirm)
    phone.type_pin("592653")

    assert (wrong, old, phone.code_of(confirm)) == ("pin_wrong", "pin_wrong", "")


def test_weak_and_second_first_pins_are_refused_here(phone: WebPhone) -> None:
    phone.enrol()

    codes = [phone.code_of("await globalThis.walletForTests.wallet.setPin(argument);", pin) for pin in ("123456", "12")]
    phone.set_pin()
    again = phone.code_of("await globalThis.walletForTests.wallet.setPin('592653');")

    assert (codes, again) == (["pin_weak", "pin_weak"], "pin_set_already")


def test_a_receipt_is_handed_out_as_a_file(phone: WebPhone, stack: House) -> None:
    phone.enrol()
    phone.set_pin()
    phone.link_account()
    phone.run("await globalThis.walletForTests.wallet.refresh();")
    till = stack.till()
    payment = till.await_outcome(till.authorise(phone.make_code(), 900, uuid4().hex), within_seconds=20)
    till.capture(payment["id"])
    read = (
        "const file = await globalThis.walletForTests.wallet.api.receiptFile('pdf', argument);"
        "return [file.type, new TextDecoder('latin1').decode(await file.slice(0, 5).arrayBuffer())];"
    )
    assert stack.eventually(lambda: phone.code_of(read, payment["id"]) == "", within_seconds=20)

    assert phone.run(read, payment["id"]) == ["application/pdf", "%PDF-"]
