"""The wallet's modules in a browser, against the whole product: what they make pays, what they keep stays theirs."""

from collections.abc import Callable
from uuid import uuid4

from tests.browser.phones import TEST_FILES, WebPhone, load
from tests.journeys.house import PIN, House

FORTY_CODES = """
  const { wallet } = globalThis.walletForTests;
  await wallet.typePin(argument);
  const codes = await Promise.all(Array.from({ length: 40 }, () => wallet.makeCode()));
  return codes.map((code) => code.counter);
"""


def test_the_browser_keeps_every_promise_that_node_keeps(phone: WebPhone) -> None:
    phone.serve_tests()

    results = phone.run(
        """
        const { knownFrom } = await import(argument + "wallet_js/known.js");
        const { promisesOf } = await import(argument + "wallet_js/promises.js");
        const vectors = await (await fetch(argument + "vectors/payment-code-v1.json")).json();
        const results = [];
        for (const [sentence, check] of promisesOf(knownFrom(vectors))) {
          const broken = await Promise.resolve().then(check).then(() => "", String);
          results.push([sentence, broken]);
        }
        return results;
        """,
        TEST_FILES,
    )

    assert len(results) >= 79
    assert [result for result in results if result[1]] == []


def test_a_code_made_in_the_browser_pays_at_the_till(phone: WebPhone, stack: House) -> None:
    assert phone.enrol() == "active"
    phone.set_pin()
    phone.link_account()
    phone.run("await globalThis.walletForTests.wallet.refresh();")
    till = stack.till()

    payment = till.await_outcome(till.authorise(phone.make_code(), 1295, uuid4().hex), within_seconds=20)
    captured = till.capture(payment["id"])

    assert (payment["status"], captured["status"]) == ("authorised", "captured")
    assert captured["amount"] == 1295


def test_a_code_made_after_the_network_went_away_pays_too(phone: WebPhone, stack: House) -> None:
    phone.enrol()
    phone.set_pin()
    phone.link_account()
    phone.run("await globalThis.walletForTests.wallet.refresh();")
    phone.context.set_offline(True)
    phone.run("globalThis.walletForTests.wallet.pins.forget();")

    assert phone.code_of("await globalThis.walletForTests.wallet.contact();") == "no_answer"
    phone.type_pin()
    codes = [phone.make_code(), phone.make_code()]

    till = stack.till()
    sales = [till.authorise(code, amount, uuid4().hex) for code, amount in zip(codes, (500, 700), strict=True)]
    outcomes = [till.await_outcome(sale, within_seconds=20) for sale in sales]
    assert [outcome["status"] for outcome in outcomes] == ["authorised", "authorised"]


def test_a_wrong_pin_costs_a_try_at_the_till_and_is_forgotten_by_the_phone(phone: WebPhone, stack: House) -> None:
    phone.enrol()
    phone.set_pin()
    phone.link_account()
    phone.run(
        """
        const { wallet } = globalThis.walletForTests;
        await wallet.refresh();
        globalThis.heard = new Promise((resolve) => {
          wallet.addEventListener("event", ({ detail }) => {
            if (detail.event.type === "payment.declined") resolve([detail, wallet.pins.kPin !== null]);
          });
        });
        await wallet.listen();
        """
    )
    phone.type_pin("314159")

    refused = stack.till().authorise(phone.make_code(), 500, uuid4().hex)

    assert refused["decline"]["code"] == "pin_wrong"
    detail, is_remembered = phone.run("return globalThis.heard;")
    assert (detail["isFresh"], detail["payment"]["decline"]["tries_left"], is_remembered) == (True, 2, False)


def test_two_windows_and_many_hands_never_use_one_counter(phone: WebPhone) -> None:
    phone.enrol()
    phone.set_pin()
    other = phone.second_window()
    make = FORTY_CODES.replace("argument", f"'{PIN}'")

    # Begun in both before anybody waits for either.
    for window in (phone, other):
        window.page.evaluate(f"() => {{ globalThis.counters = (async () => {{ {make} }})(); }}")
    counters = [counter for window in (phone, other) for counter in window.run("return globalThis.counters;")]

    assert sorted(counters) == list(range(1, 81))
    assert phone.run("return (await globalThis.walletForTests.wallet.store.numbers()).counter;") == 80


def test_a_counter_is_on_the_disk_before_its_code_is_made(phone: WebPhone) -> None:
    phone.enrol()
    phone.set_pin()

    # The seal is the last step of making a code; whatever fails from the signature on, the number is spent.
    code = phone.code_of(
        """
        const { wallet } = globalThis.walletForTests;
        const sign = crypto.subtle.sign;
        crypto.subtle.sign = () => { throw Object.assign(new Error(), { code: "power_cut" }); };
        try { await wallet.makeCode(); } finally { crypto.subtle.sign = sign; }
        """
    )
    following = phone.run("return (await globalThis.walletForTests.wallet.makeCode()).counter;")

    assert (code, following) == ("power_cut", 2)


def test_a_counter_that_is_not_written_makes_no_code(phone: WebPhone) -> None:
    phone.enrol()
    phone.set_pin()

    code = phone.code_of(
        """
        const put = IDBObjectStore.prototype.put;
        IDBObjectStore.prototype.put = function (value, key) {
          const request = put.call(this, value, key);
          if (key === "numbers") this.transaction.abort();
          return request;
        };
        try { await globalThis.walletForTests.wallet.makeCode(); } finally { IDBObjectStore.prototype.put = put; }
        """
    )

    assert code == "storage_failed"
    assert phone.run("return (await globalThis.walletForTests.wallet.store.numbers()).counter;") == 0


def test_a_browser_that_keeps_no_keys_is_not_enrolled(phone: WebPhone) -> None:
    code = phone.code_of(
        """
        const { wallet } = globalThis.walletForTests;
        const put = IDBObjectStore.prototype.put;
        IDBObjectStore.prototype.put = function (value, key) {
          if (value?.privateKey instanceof CryptoKey) throw new DOMException("no keys here", "DataCloneError");
          return put.call(this, value, key);
        };
        globalThis.asked = [];
        const enrol = wallet.api.enrol;
        wallet.api.enrol = (...all) => { globalThis.asked.push(all); };
        await wallet.enrol({ activationCode: "AAAA", name: "Browser" });
        """
    )

    assert code == "keys_not_kept"
    assert phone.run("return globalThis.asked.length;") == 0
    assert phone.run("return globalThis.walletForTests.wallet.isEnrolled;") is False


def test_a_browser_that_would_hand_the_keys_out_is_not_enrolled(phone: WebPhone) -> None:
    code = phone.code_of(
        """
        const generate = crypto.subtle.generateKey;
        crypto.subtle.generateKey = function (how, _, uses) { return generate.call(this, how, true, uses); };
        try {
          await globalThis.walletForTests.wallet.enrol({ activationCode: "AAAA", name: "Browser" });
        } finally { crypto.subtle.generateKey = generate; }
        """
    )

    assert code == "keys_not_kept"


def test_a_browser_that_cannot_seal_says_what_it_lacks(phone: WebPhone) -> None:
    lack = phone.run(
        """
        const generate = crypto.subtle.generateKey;
        crypto.subtle.generateKey = function (how, ...rest) {
          if (how === "X25519") throw new DOMException("unknown", "NotSupportedError");
          return generate.call(this, how, ...rest);
        };
        const { Wallet } = await import("/static/wallet/js/wallet.js");
        const { readConfig } = await import("/static/wallet/js/config.js");
        try { await Wallet.open(readConfig(document)); } catch (error) { return [error.code, error.detail]; }
        """
    )

    assert lack == ["not_supported", "x25519"]


def test_nobody_can_read_the_keys_that_are_kept(phone: WebPhone) -> None:
    phone.enrol()

    errors = phone.run(
        """
        const { keys } = await globalThis.walletForTests.wallet.store.device();
        const errors = [];
        for (const key of [keys.privateKey, keys.kDev]) {
          for (const format of ["raw", "jwk", "pkcs8"]) {
            try { await crypto.subtle.exportKey(format, key); errors.push("exported"); }
            catch (error) { errors.push(error.name); }
          }
        }
        return errors;
        """
    )

    assert len(errors) == 6
    assert "exported" not in errors


def test_a_hidden_page_forgets_the_pin(phone: WebPhone) -> None:
    phone.enrol()
    phone.set_pin()
    before = phone.run("return globalThis.walletForTests.wallet.pins.secondsLeft;")

    phone.run(
        """
        Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
        """
    )

    assert 170 < before <= 180
    assert phone.code_of("await globalThis.walletForTests.wallet.makeCode();") == "pin_needed"
    # Typed, and hidden while it is stretched: it does not come to life behind the back.
    phone.type_pin()
    assert phone.code_of("await globalThis.walletForTests.wallet.makeCode();") == "pin_needed"


def test_signing_out_leaves_nothing_in_any_window(phone: WebPhone) -> None:
    phone.enrol()
    phone.set_pin()
    other = phone.second_window()
    for window in (phone, other):
        # The screens begin anew at once, and would keep what a new beginning keeps.
        window.run("navigation.addEventListener('navigate', (event) => event.preventDefault());")
    other.run(
        """
        globalThis.gone = new Promise((resolve) => globalThis.walletForTests.wallet.addEventListener("gone", resolve));
        await navigator.serviceWorker.ready;
        """
    )

    left = phone.run(
        """
        await globalThis.walletForTests.wallet.signOut();
        // A window that is slow to let go keeps the database from being deleted for a while; what counts is in it.
        const rows = [];
        for (const { name } of await indexedDB.databases()) {
          const request = indexedDB.open(name);
          const database = await new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
          for (const store of database.objectStoreNames) {
            const all = database.transaction(store).objectStore(store).getAllKeys();
            rows.push(...(await new Promise((resolve) => (all.onsuccess = () => resolve(all.result)))));
          }
          database.close();
        }
        return {
          rows,
          caches: await caches.keys(),
          workers: (await navigator.serviceWorker.getRegistrations()).length,
        };
        """
    )
    other.run("await globalThis.gone;")

    assert left == {"rows": [], "caches": [], "workers": 0}
    assert other.code_of("await globalThis.walletForTests.wallet.makeCode();") == "not_enrolled"


def test_a_copy_of_the_phone_is_noticed_and_the_phone_stops(phone: WebPhone, stack: House) -> None:
    phone.enrol()
    phone.set_pin()
    phone.link_account()
    phone.run("await globalThis.walletForTests.wallet.refresh();")
    stack.till().authorise(phone.make_code(), 500, uuid4().hex)
    # As if the profile had been put back to what it was before that code.
    phone.run(
        """
        const database = await new Promise((resolve) => {
          const request = indexedDB.open("mpayment-wallet");
          request.onsuccess = () => resolve(request.result);
        });
        const transaction = database.transaction("own", "readwrite");
        const numbers = await new Promise((resolve) => {
          const request = transaction.objectStore("own").get("numbers");
          request.onsuccess = () => resolve(request.result);
        });
        transaction.objectStore("own").put({ ...numbers, counter: 0 }, "numbers");
        await new Promise((resolve) => { transaction.oncomplete = resolve; });
        database.close();
        """
    )

    assert phone.code_of("await globalThis.walletForTests.wallet.refresh();") == "counter_behind"

    load(phone)
    phone.type_pin()
    assert phone.code_of("await globalThis.walletForTests.wallet.makeCode();") == "counter_behind"
    assert phone.code_of("await globalThis.walletForTests.wallet.contact();") == "device_locked"


def test_a_signed_receipt_is_shown_without_a_network_and_a_forged_one_never(phone: WebPhone, stack: House) -> None:
    phone.enrol()
    phone.set_pin()
    phone.link_account()
    phone.run("await globalThis.walletForTests.wallet.refresh();")
    till = stack.till()
    payment = till.await_outcome(till.authorise(phone.make_code(), 1295, uuid4().hex), within_seconds=20)
    till.capture(payment["id"])
    read = "return globalThis.walletForTests.wallet.receipt(argument);"
    assert stack.eventually(lambda: phone.code_of(read, payment["id"]) == "", within_seconds=20)
    receipt = phone.run(read, payment["id"])
    phone.context.set_offline(True)

    kept = phone.run(read, payment["id"])
    phone.run(
        """
        const { store } = globalThis.walletForTests.wallet;
        const signed = await store.receipt(argument);
        const { fromText, toText } = await import("/static/wallet/js/bytes.js");
        const document = new TextDecoder().decode(fromText(signed.document)).replace('"amount":1295', '"amount":9999');
        await store.keepReceipt(argument, { ...signed, document: toText(new TextEncoder().encode(document)) });
        """,
        payment["id"],
    )

    assert receipt["amount"] == 1295
    assert kept == receipt
    assert phone.code_of(read, payment["id"]) == "not_genuine"


def test_an_old_realm_document_and_another_root_are_not_believed(open_phone: Callable[[], WebPhone]) -> None:
    phone = open_phone()
    phone.enrol()
    phone.run(
        """
        const { store } = globalThis.walletForTests.wallet;
        const realm = await store.realm();
        realm.document.version += 1000;
        await store.keepRealm(realm);
        """
    )

    assert phone.code_of("await globalThis.walletForTests.wallet.refresh();") == "not_genuine"

    # A page that names another root after the enrolment: the kept one counts, and the wallet goes on.
    second = open_phone()
    second.enrol()
    second.run(
        """
        const other = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
        const { Wallet } = await import("/static/wallet/js/wallet.js");
        const { readConfig } = await import("/static/wallet/js/config.js");
        const rootKey = new Uint8Array(await crypto.subtle.exportKey("raw", other.publicKey));
        const wallet = await Wallet.open({ ...readConfig(document), rootKey });
        await wallet.refresh();
        """
    )
