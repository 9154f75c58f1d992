"""What happened is heard once and in order: over the socket, after a cut, and without any socket."""

from typing import Any
from uuid import uuid4

import pytest

from tests.browser.phones import WebPhone
from tests.journeys.house import PIN, House

LISTEN = """
  const { wallet } = globalThis.walletForTests;
  globalThis.heard ??= [];
  wallet.addEventListener("event", ({ detail }) => globalThis.heard.push(detail));
  await wallet.listen();
"""
DECIDE = "return globalThis.walletForTests.wallet.decide(argument, true);"
STATE = "return globalThis.walletForTests.wallet.lineState;"
# Every socket that is opened from now on fails at once, as behind a proxy that does not know them.
NO_SOCKETS = """
  globalThis.WebSocket = class extends EventTarget {
    constructor() { super(); setTimeout(() => this.onclose?.({ code: 1006 })); }
    send() {}
    close() {}
  };
"""


@pytest.fixture
def payer(phone: WebPhone) -> WebPhone:
    phone.enrol()
    phone.set_pin()
    phone.link_account()
    phone.run("await globalThis.walletForTests.wallet.refresh();")
    return phone


def test_a_payment_is_heard_over_the_socket_at_once(payer: WebPhone, stack: House) -> None:
    payer.run(LISTEN)
    assert stack.eventually(lambda: payer.run(STATE) == "live", within_seconds=20)

    paid = _pay(payer, stack, 1295)

    assert stack.eventually(lambda: _captured(payer) == [paid], within_seconds=20)
    [last] = [detail for detail in _heard(payer) if detail["event"]["type"] == "payment.captured"]
    assert (last["isFresh"], last["payment"]["amount"], last["payment"]["status"]) == (True, 1295, "captured")
    assert last["event"]["device"] == payer.run("return globalThis.walletForTests.wallet.device.deviceId;")


def test_what_happened_while_the_line_was_cut_is_heard_once_and_in_order(payer: WebPhone, stack: House) -> None:
    payer.run(LISTEN)
    assert stack.eventually(lambda: payer.run(STATE) == "live", within_seconds=20)
    codes = [payer.make_code(), payer.make_code()]
    payer.context.set_offline(True)
    assert stack.eventually(lambda: payer.run(STATE) == "offline", within_seconds=20)
    paid = [_sell(stack, code, amount) for code, amount in zip(codes, (500, 700), strict=True)]

    payer.context.set_offline(False)

    assert stack.eventually(lambda: _captured(payer) == paid, within_seconds=40)
    assert stack.eventually(lambda: payer.run(STATE) == "live", within_seconds=20)
    numbers = [detail["event"]["seq"] for detail in _heard(payer)]
    assert numbers == sorted(set(numbers))


def test_without_sockets_the_list_is_read(payer: WebPhone, stack: House) -> None:
    payer.run(NO_SOCKETS)
    payer.run(LISTEN)
    payer.run("globalThis.walletForTests.wallet.watch(true);")

    paid = _pay(payer, stack, 1295)

    assert stack.eventually(lambda: _captured(payer) == [paid], within_seconds=40)
    assert payer.run(STATE) == "polling"


def test_what_was_heard_is_not_heard_again_after_a_reload(payer: WebPhone, stack: House) -> None:
    payer.run(LISTEN)
    paid = _pay(payer, stack, 1295)
    assert stack.eventually(lambda: _captured(payer) == [paid], within_seconds=20)

    again = payer.second_window()
    again.run(LISTEN)
    assert stack.eventually(lambda: again.run(STATE) == "live", within_seconds=20)
    assert _heard(again) == []
    payer.run("await globalThis.walletForTests.wallet.setPin('592653', argument);", PIN)

    assert stack.eventually(lambda: _kinds(again) == ["device.pin_changed"], within_seconds=20)


def test_a_payment_that_asks_is_answered_where_it_is_shown(payer: WebPhone, stack: House) -> None:
    payer.run(LISTEN)
    assert stack.eventually(lambda: payer.run(STATE) == "live", within_seconds=20)
    _pay(payer, stack, 1295)
    till = stack.till()
    # The second one so soon: the shop wants to hear it from the customer, whose phone is there.
    asked = till.authorise(payer.make_code(), 800, uuid4().hex)
    assert asked["action"]["type"] == "customer_consent"
    wanted = "consent.requested"
    assert stack.eventually(lambda: wanted in _kinds(payer), within_seconds=20)
    [heard] = [each for each in _heard(payer) if each["event"]["type"] == wanted]

    changed = payer.code_of(DECIDE, {**heard["payment"], "amount": 700})
    payer.run(DECIDE, heard["payment"])

    assert changed == "signature_invalid"
    assert till.await_outcome(asked, within_seconds=20)["status"] == "authorised"


def _pay(phone: WebPhone, stack: House, amount: int) -> str:
    return _sell(stack, phone.make_code(), amount)


def _sell(stack: House, code: str, amount: int) -> str:
    till = stack.till()
    payment = till.await_outcome(till.authorise(code, amount, uuid4().hex), within_seconds=20)
    return str(till.capture(payment["id"])["id"])


# Any: what JavaScript returns.
def _heard(phone: WebPhone) -> list[dict[str, Any]]:
    return list(phone.run("return globalThis.heard;"))


def _kinds(phone: WebPhone) -> list[str]:
    return [each["event"]["type"] for each in _heard(phone)]


def _captured(phone: WebPhone) -> list[str]:
    return [each["event"]["payment"] for each in _heard(phone) if each["event"]["type"] == "payment.captured"]
