"""After the first visit the wallet needs no network: it is opened, reloaded, and pays."""

from uuid import uuid4

from tests.browser.phones import WebPhone, load
from tests.journeys.house import House

WORKER_READY = """
  const workers = navigator.serviceWorker;
  await workers.ready;
  if (!workers.controller) {
    await new Promise((resolve) => workers.addEventListener("controllerchange", resolve, { once: true }));
  }
"""


def test_it_is_opened_again_without_a_network_and_pays(phone: WebPhone, stack: House) -> None:
    phone.enrol()
    phone.set_pin()
    phone.link_account()
    phone.run("await globalThis.walletForTests.wallet.refresh();")
    phone.run(WORKER_READY)

    phone.context.set_offline(True)
    phone.page.reload()
    load(phone)
    phone.type_pin()
    code = phone.make_code()

    assert phone.code_of("await globalThis.walletForTests.wallet.contact();") == "no_answer"
    till = stack.till()
    payment = till.await_outcome(till.authorise(code, 900, uuid4().hex), within_seconds=20)
    assert payment["status"] == "authorised"


def test_a_window_opened_without_a_network_shows_the_page_and_its_manifest(phone: WebPhone) -> None:
    phone.run(WORKER_READY)
    phone.context.set_offline(True)

    window = phone.context.new_page()
    window.goto(phone.stack.card["wallet_url"] + "linked?state=abc")

    assert window.locator("meta[name='wallet-version']").get_attribute("content") == phone.run(
        "return document.querySelector(\"meta[name='wallet-version']\").content;"
    )
    status = window.evaluate("async () => (await fetch('/wallet/manifest.webmanifest')).status")
    assert status == 200


def test_the_page_is_allowed_its_own_code_and_no_other(phone: WebPhone) -> None:
    outcomes = phone.run(
        """
        const outcomes = {};
        const attempt = async (name, work) => {
          try { outcomes[name] = await work(); } catch (error) { outcomes[name] = error.name; }
        };
        await attempt("markup", () => { document.createElement("div").innerHTML = "<b>x</b>"; return "done"; });
        await attempt("script", () => { document.createElement("script").src = "/static/x.js"; return "done"; });
        await attempt("elsewhere", async () => (await fetch("http://127.0.0.1:1/", { mode: "no-cors" })).type);
        await attempt("inline", () => new Promise((resolve) => {
          const style = document.createElement("style");
          style.textContent = "body { --leaked: 1 }";
          document.head.append(style);
          resolve(getComputedStyle(document.body).getPropertyValue("--leaked") || "blocked");
        }));
        return outcomes;
        """
    )

    assert outcomes["markup"] == outcomes["script"] == "TypeError"
    assert outcomes["elsewhere"] == "TypeError"
    assert outcomes["inline"] == "blocked"
