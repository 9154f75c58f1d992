"""What the browser keeps tells nobody whether a guessed PIN is right: everything in it is read, and tried."""

from typing import Any

import pytest

from tests.browser.phones import WebPhone
from tests.journeys.house import PIN

WRONG_PIN = "314159"
HUNT = """
  const { hunt } = await import("/tests/browser/thief.js");
  return hunt(globalThis.walletForTests.wallet.store, argument);
"""


def test_typing_a_pin_right_or_wrong_changes_nothing_that_is_kept(phone: WebPhone) -> None:
    phone.enrol()
    phone.set_pin()
    phone.run("await globalThis.walletForTests.wallet.refresh(); await navigator.serviceWorker.ready;")
    before = _all_of(phone)

    for pin in (WRONG_PIN, PIN):
        phone.type_pin(pin)
        phone.make_code()

    after = _all_of(phone)
    numbers = "mpayment-wallet/own/numbers"
    assert after["databases"].pop(numbers)["counter"] == before["databases"].pop(numbers)["counter"] + 2
    assert after == before


def test_setting_and_proving_a_pin_keeps_what_the_server_says_and_nothing_else(phone: WebPhone) -> None:
    phone.enrol()
    phone.run("await globalThis.walletForTests.wallet.contact(); await navigator.serviceWorker.ready;")
    before = _all_of(phone)

    phone.set_pin()
    phone.run("await globalThis.walletForTests.wallet.confirm();")
    phone.run("await globalThis.walletForTests.wallet.setPin('592653', argument);", PIN)

    after = _all_of(phone)
    changed = {key for key, value in after["databases"].items() if before["databases"].get(key) != value}
    assert changed <= {"mpayment-wallet/kept/state", "mpayment-wallet/kept/clock_offset"}
    assert set(after["databases"]["mpayment-wallet/kept/state"]["pin"]) == {"state", "epoch", "tries_left"}
    assert {**after, "databases": None} == {**before, "databases": None}


def test_whoever_copies_everything_and_even_the_key_cannot_try_a_guess(phone: WebPhone) -> None:
    phone.enrol()
    phone.set_pin()
    phone.link_account()
    phone.run("const { wallet } = globalThis.walletForTests; await wallet.refresh(); await wallet.confirm();")
    phone.run("await globalThis.walletForTests.wallet.payments(); await navigator.serviceWorker.ready;")
    for _ in range(3):
        phone.make_code()

    phone.serve_tests()

    loot = phone.run(HUNT, PIN)

    assert loot["leaves"] > 50
    assert loot["tried"] > 300
    assert (loot["found"], loot["isPinThere"]) == (0, False)


@pytest.mark.parametrize(
    "slip",
    [
        "await sha256(kPin)",
        "(await keyed(await hmacKey(kPin), deviceRef)).slice(0, 12)",
        "toText(await keyed(await hmacKey(kPin), joined(inRealm('pin session', realm), deviceRef)))",
        "argument",
    ],
    ids=["a hash", "a proof", "an answer", "the PIN"],
)
def test_the_thief_would_find_a_slip(phone: WebPhone, slip: str) -> None:
    phone.enrol()
    phone.set_pin()
    phone.serve_tests()
    phone.run(
        f"""
        const {{ joined, sha256, toText }} = await import("/static/wallet/js/bytes.js");
        const {{ deriveKPin, hmacKey, inRealm, keyed, stretchPin }} = await import("/static/wallet/js/keys.js");
        const {{ store }} = globalThis.walletForTests.wallet;
        const {{ deviceRef, keys }} = await store.device();
        const {{ realm }} = await store.root();
        const kPin = await deriveKPin(keys.kDev, await stretchPin(argument, {{ realm, deviceRef }}));
        await store.keep("slip", {slip});
        """,
        PIN,
    )

    loot = phone.run(HUNT, PIN)

    assert loot["found"] > 0 or loot["isPinThere"]


def test_nothing_but_the_wallets_own_files_is_cached(phone: WebPhone) -> None:
    phone.enrol()
    phone.set_pin()
    phone.run("await globalThis.walletForTests.wallet.refresh(); await navigator.serviceWorker.ready;")

    everything = _all_of(phone)

    own = ("GET /static/", "GET /wallet/")
    assert everything["cached"]
    assert [entry for entry in everything["cached"] if not entry.startswith(own)] == []
    assert everything["cookies"] == ""


# Any: what is kept, as JSON.
def _all_of(phone: WebPhone) -> dict[str, Any]:
    phone.serve_tests()
    everything: dict[str, Any] = phone.run("return (await import('/tests/browser/thief.js')).readAll();")
    return everything
