"""The main job from the first mail to the confirmation, and every no that a till may get; by the doors alone."""

import contextlib
import json
import re
import secrets
import time
import urllib.parse
import urllib.request
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from apps.paycode.claims import Purpose
from apps.paycode.symbol import draw_png, draw_terminal
from simulators.bank_customer import Login, decide, withdraw_all
from simulators.caller import Fields
from simulators.clerk import Clerk
from simulators.phone import Phone
from simulators.scanner import read_picture
from simulators.till import Till
from stack.bank_log import BankLog
from stack.timeline import Hop, Timeline

PIN, WRONG_PIN = "271828", "141421"
MAIL_PATIENCE_SECONDS = 15.0
HINT_PATIENCE_SECONDS = 5.0
# The server promises an answer within 8 s; the rest is the way there and back.
LONGEST_ANSWER_SECONDS = 8.5
# The bank's call has 6 s in all: this is later, and the first inquiry finds it slow as well.
SILENT_HOLD_MILLISECONDS, SILENT_INQUIRY_MILLISECONDS = 7000, 2000
TRUE_STATE_SECONDS = 60.0
RICH, POOR = 100_000, 500
_BANK_WORDS = {
    "link": "announces her at the bank's page",
    "redemption": "exchanges the code for a token",
    "consent_end": "ends a consent",
    "description": "asks what the account is called",
    "hold": "has the money held",
    "capture": "takes the money",
    "release": "gives the hold back",
    "refund": "has money given back",
    "reversal": "undoes whatever came of it",
    "inquiry": "asks what came of it",
}
_MAILED_CODE = re.compile(r"\b(\d{4}) ?(\d{4})\b")


@dataclass
class Stage:
    """Who plays: the addresses and keys of a running installation, and what the play needs to remember."""

    line: Timeline
    card: dict[str, Any]
    clerk: Clerk
    phone: Phone
    till: Till
    picture: Path
    bank_log: BankLog
    run: str = field(default_factory=lambda: secrets.token_hex(3))
    account: str = ""
    login: Login | None = None
    # By which certificate and keys the bank's calls were last seen to be protected.
    proof: str = ""
    instruments: dict[str, int] = field(default_factory=dict)
    sales: int = 0

    def next_reference(self) -> str:
        """Return a receipt number that no earlier play has used."""
        self.sales += 1
        return f"demo-{self.run}-{self.sales}"


def money(amount: int) -> str:
    """Return minor units as people read them."""
    return f"CHF {amount // 100}.{amount % 100:02d}"


def play(stage: Stage) -> None:
    """Play all acts. Raises Failed at the first step that does not end as it must."""
    enrol(stage)
    pay_offline_and_hear_at_once(stage)
    pay_offline_and_hear_later(stage)
    be_refused(stage)
    lose_an_answer(stage)
    give_back(stage)
    close_the_day(stage)
    meet_a_silent_bank(stage)
    take_consent_back(stage)
    revoke(stage)
    compare_books(stage)


def enrol(stage: Stage) -> None:
    """Register by mail, enrol, set the PIN, and link two bank accounts."""
    line, phone = stage.line, stage.phone
    email = f"demo-{stage.run}@kundin.example"
    line.act("A customer makes her phone ready")
    with line.hop("phone", "server", "registers with an e-mail address") as hop:
        phone.register(email)
        hop.result = email
    with line.hop("mail", "phone", "brings a code") as hop:
        code = read_mailed_code(stage.card["demo_url"], email)
        hop.expect_that(code is not None, "a letter with a code", f"nothing within {MAIL_PATIENCE_SECONDS:g} s")
        hop.result = "8 digits"
    with line.hop("phone", "server", "returns the code, gets an activation code") as hop:
        activation_code = phone.confirm_registration(email, code or "")
        hop.result = "16 characters"
    with line.hop("phone", "server", "makes its keys and enrols them") as hop:
        enrolled = phone.enrol(activation_code, "Demo phone")
        hop.expect("active", enrolled["status"])
        hop.result = "active, with a certificate"
    with line.hop("phone", "server", "opens a session and sets the PIN, sealed") as hop:
        phone.open_session()
        phone.set_pin(PIN)
        hop.result = "set"
    with line.hop("phone", "server", "opens a session that the PIN confirms") as hop:
        session = phone.open_session(PIN)
        hop.expect_that(bool(session["confirmed_until"]), "a confirmed session", session["confirmed_until"])
        hop.result = "confirmed"
    link_at_the_bank(stage)
    with line.hop("phone", "server", "takes a fresh sync tag and the server's time") as hop:
        phone.sync()
        hop.result = "synchronised"


def link_at_the_bank(stage: Stage) -> None:
    """Link two accounts at the bank's own page, as a browser does; she says no first, and nothing comes of it."""
    line, clerk, phone = stage.line, stage.clerk, stage.phone
    with line.hop("clerk", "bank", f"gives her e-banking: {money(RICH)}, {money(POOR)}") as hop:
        tokens = [clerk.open_account("Demo customer", balance) for balance in (RICH, POOR)]
        login = stage.login = clerk.open_contract("Demo customer", *tokens)
        ends = [str(clerk.account(token)["iban"])[-4:] for token in tokens]
        stage.account = tokens[0]
        hop.result = f"contract {login.contract}, accounts ...{ends[0]} and ...{ends[1]}"
    back = _visit_bank(stage, login, ends[0], is_yes=False)[1]
    with line.hop("bank", "phone", "sends her back without a code") as hop:
        hop.expect("access_denied", back.get("error"))
        hop.result = "she said no, and nothing is linked"
    for name, end in (("rich", ends[0]), ("poor", ends[1])):
        link, back = _visit_bank(stage, login, end, is_yes=True)
        with line.hop("phone", "server", "hands over what came back") as hop:
            instrument = phone.complete_link(link, back)
            stage.instruments[name] = instrument["handle"]
            hop.expect(f"Bank ...{end}", instrument["label"])
            hop.result = str(instrument["label"])
        _show_bank(stage)


def _visit_bank(stage: Stage, login: Login, end: str, *, is_yes: bool) -> tuple[Fields, dict[str, str]]:
    """Begin a link, go to the bank's page, and return the link with the parameters that came back."""
    with stage.line.hop("phone", "server", "wants to link a bank account") as hop:
        link = stage.phone.begin_link()
        page = urllib.parse.urlsplit(str(link["link_url"]))
        hop.result = f"is sent to {page.scheme}://{page.netloc}{page.path[:14]}..."
    _show_bank(stage)
    answer = "says yes" if is_yes else "says no"
    with stage.line.hop("phone", "bank", f"logs in at its page, chooses ...{end}, {answer}") as hop:
        back = decide(str(link["link_url"]), replace(login, account=end), is_yes=is_yes)
        hop.result = f"is sent back with {' and '.join(sorted(back))}"
    return link, back


def pay_offline_and_hear_at_once(stage: Stage) -> None:
    """Make a code in flight mode, scan it from its picture, authorise; capture while the phone listens."""
    line, phone, amount = stage.line, stage.phone, 4250
    line.act("She pays without a network")
    text = _show_code(stage, PIN, stage.instruments["rich"])
    payment = _authorise(stage, text, amount, "authorised")
    with contextlib.ExitStack() as listening:
        with line.hop("phone", "server", "is online again, opens the live line") as hop:
            phone.go_online()
            phone.open_session()
            wire = listening.enter_context(phone.listen())
            hop.result = f"ready at {wire.seq}"
        asked_at = time.perf_counter()
        _capture(stage, payment)
        with line.hop("server", "phone", "confirms on the live line") as hop:
            hint = wire.await_hint("payment.captured", within_seconds=HINT_PATIENCE_SECONDS)
            hop.expect(payment["id"], hint.get("payment"))
            since = (time.perf_counter() - asked_at) * 1000
            hop.result = f"event {hint['seq']}, {since:.0f} ms after the till asked"
    _show_bank(stage, "capture")
    _check_receipt(stage, payment, amount)


def pay_offline_and_hear_later(stage: Stage) -> None:
    """Pay while the phone is out of reach from beginning to end: the confirmation waits for it."""
    line, phone, amount = stage.line, stage.phone, 780
    line.act("She pays again, and her phone stays offline")
    payment = _authorise(stage, _show_code(stage, PIN, stage.instruments["rich"]), amount, "authorised")
    _capture(stage, payment)
    _show_bank(stage, "capture")
    with line.hop("phone", "server", "asks at its next contact what happened") as hop:
        phone.go_online()
        phone.open_session()
        kinds = _kinds_of(phone, payment["id"])
        hop.expect(["payment.captured"], kinds)
        hop.result = "one confirmation"
    _check_receipt(stage, payment, amount)


def be_refused(stage: Stage) -> None:
    """Wrong PIN, a code shown twice, and an account with too little in it."""
    rich, poor = stage.instruments["rich"], stage.instruments["poor"]
    stage.line.act("The wrong PIN")
    declined = _authorise(stage, _show_code(stage, WRONG_PIN, rich), 1990, "declined", "pin_wrong")
    with stage.line.hop("till", "", "shows the tries left, and what to say") as hop:
        hop.expect(2, declined["decline"]["tries_left"])
        hop.result = f"2 left: {declined['decline']['cashier_message']}"
    stage.line.act("The same code twice")
    text = _show_code(stage, PIN, rich)
    _capture(stage, _authorise(stage, text, 340, "authorised"))
    _show_bank(stage, "capture")
    _authorise(stage, _scan(stage, text), 340, "declined", "already_used")
    stage.line.act("Not enough money in the account")
    _authorise(stage, _show_code(stage, PIN, poor), 1990, "declined", "insufficient_funds")


def lose_an_answer(stage: Stage) -> None:
    """Send a sale, never read the answer, and call it off by the key alone."""
    line, till, amount = stage.line, stage.till, 1480
    line.act("The answer is lost")
    text = _show_code(stage, PIN, stage.instruments["rich"])
    reference = stage.next_reference()
    with till.unanswered(text, amount, reference) as key:
        with line.hop("till", "server", f"asks for {money(amount)}, and hears nothing") as hop:
            deadline = time.monotonic() + HINT_PATIENCE_SECONDS
            while not till.by_reference(reference) and time.monotonic() < deadline:
                time.sleep(0.1)
            hop.result = "does not know what came of it"
        with line.hop("till", "server", "calls it off by the key of the lost call") as hop:
            off = till.cancel_lost(key, reference)
            hop.expect(("cancelled", True), (off["status"], off["safe_to_retry"]))
            hop.result = "cancelled: the sale may be rung up again"
    _show_bank(stage, "release")
    with line.hop("till", "server", "calls off another one, which never came") as hop:
        never = till.cancel_lost(f"never-sent-{stage.run}", stage.next_reference())
        hop.expect("never_arrived", never["status"])
        hop.result = "should it still come, it is refused"


def give_back(stage: Stage) -> None:
    """Refund a part of the first sale; then she comes back, shows a code, and gets another part."""
    line, till = stage.line, stage.till
    line.act("Something comes back")
    sold = next(payment for payment in till.payments.values() if payment["captured"] == 4250)
    _refund(stage, sold, 1000, "Kork")
    stage.phone.go_offline()
    with line.hop("phone", "", "in flight mode: takes the PIN, makes a code to return") as hop:
        text = stage.phone.make_code(PIN, purpose=Purpose.RETURN)
        hop.result = f"number {stage.phone.counter}, {len(text)} characters"
    text = _scan(stage, text)
    with line.hop("till", "server", "asks what she bought here") as hop:
        returned = till.start_return(text)
        refundable = {sale["id"]: sale["refundable"] for sale in returned["sales"]}
        hop.expect(3250, refundable.get(sold["id"]))
        hop.result = f"{len(refundable)} sales, {money(sum(refundable.values()))} can be given back"
    _refund(stage, sold, 250, "Pfand")


def close_the_day(stage: Stage) -> None:
    """Sell once at another till, and close its day with a sale that never was."""
    line, amount = stage.line, 640
    line.act("A till closes its day")
    key = [till["key"] for till in stage.card["tills"] if till["mode"] == "live"][-1]
    # Not the till of the other acts: what that one sold today can still be cancelled.
    till = Till(stage.card["pos_url"], key)
    with line.hop("till", "server", "asks who it is, and what time it is") as hop:
        me = till.whoami()
        zone = ZoneInfo(me["merchant"]["time_zone"])
        today = datetime.fromisoformat(me["server_time"]).astimezone(zone).date().isoformat()
        hop.result = f"{me['name']}, {me['store']['name']}, {today}"
    payment = _authorise(stage, _show_code(stage, PIN, stage.instruments["rich"]), amount, "authorised", till=till)
    _capture(stage, payment, till=till)
    _show_bank(stage, "capture")
    invented = stage.next_reference()
    with line.hop("till", "server", f"closes with a sale of {money(990)} that never was") as hop:
        lines = [
            {"reference": payment["reference"], "amount": amount, "type": "payment"},
            {"reference": invented, "amount": 990, "type": "payment"},
        ]
        closed = till.close_day(today, payments=[amount, 990], lines=lines)
        found = {each["reference"]: (each["told"], each["ours"]) for each in closed["differences"]}
        hop.expect((False, (990, 0)), (closed["matched"], found.get(invented)))
        hop.expect(None, found.get(payment["reference"]))
        hop.result = f"told: {invented} is {money(990)} there, {money(0)} here"
    # The bank's books are compared with both.
    stage.till.payments.update(till.payments)


def meet_a_silent_bank(stage: Stage) -> None:
    """Let the bank keep silent: the till is answered in time, and the payment ends in a true state."""
    line, clerk, amount = stage.line, stage.clerk, 2310
    line.act("The bank does not answer")
    before = clerk.account(stage.account)
    text = _show_code(stage, PIN, stage.instruments["rich"])
    with line.hop("clerk", "bank", "orders silence") as hop:
        clerk.order_fault("hold", "delay", milliseconds=SILENT_HOLD_MILLISECONDS)
        clerk.order_fault("inquiry", "delay", milliseconds=SILENT_INQUIRY_MILLISECONDS)
        hop.result = f"holds {SILENT_HOLD_MILLISECONDS / 1000:g} s, inquiries {SILENT_INQUIRY_MILLISECONDS / 1000:g} s"
    started = time.perf_counter()
    payment = _authorise(stage, text, amount, "processing")
    with line.hop("till", "", "was answered in time") as hop:
        seconds = time.perf_counter() - started
        hop.expect_that(seconds < LONGEST_ANSWER_SECONDS, f"less than {LONGEST_ANSWER_SECONDS} s", f"{seconds:.1f} s")
        hop.expect(False, payment["safe_to_release_goods"])
        hop.result = f"{seconds:.1f} s: nothing is sure, nothing is handed over"
    with line.hop("till", "server", "waits for the truth") as hop:
        payment = stage.till.await_outcome(payment, TRUE_STATE_SECONDS)
        true_states = ("authorised", "cancelled", "declined")
        hop.expect_that(payment["status"] in true_states, " or ".join(true_states), payment["status"])
        hop.result = _told(payment)
    _show_bank(stage)
    clerk.clear_faults()
    if payment["status"] == "authorised":
        with line.hop("till", "server", "the customer has gone: cancels") as hop:
            hop.expect("cancelled", stage.till.cancel(payment["id"])["status"])
            hop.result = "cancelled"
        _show_bank(stage, "release")
    with line.hop("clerk", "bank", "looks into the account") as hop:
        after = _settled_account(stage, before)
        hop.expect((before["balance"], before["available"]), (after["balance"], after["available"]))
        hop.result = "nothing debited, nothing held"


def take_consent_back(stage: Stage) -> None:
    """Withdraw the consents at the bank's page: the bank tells the server, and nothing is paid from there any more."""
    line, phone = stage.line, stage.phone
    line.act("She takes her consent back at the bank")
    if stage.login is None:
        raise LookupError("nobody has e-banking yet")
    with line.hop("phone", "bank", "withdraws her consents at the bank's page") as hop:
        hop.expect(2, withdraw_all(stage.card["bank_page_url"], stage.login))
        hop.result = "both are withdrawn"
    with line.hop("bank", "server", "tells it by signed notices") as hop:
        phone.go_online()
        phone.open_session()
        deadline = time.monotonic() + TRUE_STATE_SECONDS
        while phone.instruments() and time.monotonic() < deadline:
            time.sleep(0.1)
        hop.expect([], phone.instruments())
        hop.result = "it asked back, and removed both"
    _show_bank(stage)
    rich = stage.instruments["rich"]
    _authorise(stage, _show_code(stage, PIN, rich), 1180, "declined", "instrument_unusable")


def revoke(stage: Stage) -> None:
    """Give the phone up; its next code is refused."""
    line, phone = stage.line, stage.phone
    line.act("A phone that was given up")
    with line.hop("phone", "server", "gives itself up for good") as hop:
        phone.go_online()
        phone.open_session(PIN)
        phone.revoke()
        hop.result = "revoked"
    _authorise(stage, _show_code(stage, PIN, stage.instruments["rich"]), 560, "declined", "rejected")


def compare_books(stage: Stage) -> None:
    """Compare what the till was told with what the bank has booked."""
    line, clerk = stage.line, stage.clerk
    line.act("The bank's books")
    captured = sum(payment["captured"] - payment["refunded"] for payment in stage.till.payments.values())
    with line.hop("clerk", "bank", "compares the account with what the tills kept") as hop:
        expected = RICH - captured
        deadline = time.monotonic() + TRUE_STATE_SECONDS
        # The till was told at once; the bank learns of a capture a moment later.
        while (account := clerk.account(stage.account))["balance"] != expected and time.monotonic() < deadline:
            time.sleep(0.1)
        hop.expect((expected, expected), (account["balance"], account["available"]))
        hop.result = f"{money(RICH)} - {money(captured)} = {money(expected)}"
    with line.hop("clerk", "bank", "proves the books") as hop:
        books = clerk.books()
        hop.expect((0, 0), (books["trial_balance"]["CHF"], books["unbalanced_journals"]))
        hop.result = "all journals balance"


def read_mailed_code(demo_url: str, email: str) -> str | None:
    """Return the digits that were mailed to a new customer; None when no letter comes."""
    address = f"{demo_url}mail.json?{urllib.parse.urlencode({'to': email})}"
    deadline = time.monotonic() + MAIL_PATIENCE_SECONDS
    while time.monotonic() < deadline:
        with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310 -- our own address, from the card
            for letter in json.loads(answer.read()):
                if found := _MAILED_CODE.search(letter["text"]):
                    return found[1] + found[2]
        time.sleep(0.1)
    return None


def _show_code(stage: Stage, pin: str, instrument: int) -> str:
    """Go offline, make a code, draw it, and return what a scanner reads from the picture."""
    line, phone = stage.line, stage.phone
    phone.go_offline()
    with line.hop("phone", "", "in flight mode: takes the PIN, makes a code") as hop:
        text = phone.make_code(pin, instrument=instrument)
        hop.result = f"number {phone.counter}, {len(text)} characters"
    return _scan(stage, text)


def _scan(stage: Stage, text: str) -> str:
    with stage.line.hop("phone", "till", "draws it, shows it to the scanner") as hop:
        picture = draw_png(text)
        if not stage.line.has_picture:
            stage.picture.write_bytes(picture)
            picture = stage.picture.read_bytes()
        read = read_picture(picture)
        hop.expect(text, read)
        hop.result = "read back, every character"
    stage.line.show_once(draw_terminal(text))
    return read


def _authorise(
    stage: Stage, text: str, amount: int, status: str, decline: str | None = None, *, till: Till | None = None
) -> Fields:
    with stage.line.hop("till", "server", f"asks for {money(amount)}") as hop:
        payment = (till or stage.till).authorise(text, amount, stage.next_reference())
        hop.expect(status if decline is None else f"{status} ({decline})", _told(payment))
        hop.result = _told(payment)
    _show_bank(stage)
    return payment


def _show_bank(stage: Stage, awaited: str = "") -> None:
    """Show what has gone on between the server and the bank since the last time, until the awaited call or a second."""
    deadline = time.monotonic() + 1
    seen: set[str] = set()
    while True:
        for call in stage.bank_log.new_calls():
            seen.add(call.call)
            result = f"answers {call.status}" if call.status else "no answer"
            note = f"{result}, after an ordered {call.fault}" if call.fault else result
            note = f"{note} ({call.line})" if call.line else note
            if call.proof and call.proof != stage.proof:
                # Once, and again when a key has changed.
                stage.proof, note = call.proof, f"{note}; {call.proof}"
            what = _BANK_WORDS.get(call.call, call.call)
            stage.line.note("server", "bank", what, milliseconds=call.milliseconds, result=note)
        if not awaited or awaited in seen or time.monotonic() > deadline:
            return
        time.sleep(0.02)


def _refund(stage: Stage, payment: Fields, amount: int, reason: str) -> None:
    """Give a part back, and wait until the bank has done it."""
    line, till = stage.line, stage.till
    before = till.get(payment["id"])["refunded"]
    with line.hop("till", "server", f"gives {money(amount)} back: {reason}") as hop:
        refund = till.refund(payment["id"], amount, reason=reason)
        hop.expect(amount, refund["amount"])
        hop.result = str(refund["status"])
    _show_bank(stage, "refund")
    with line.hop("till", "server", "asks whether it is there") as hop:
        deadline = time.monotonic() + TRUE_STATE_SECONDS
        while (now := till.get(payment["id"]))["refund_status"] == "pending" and time.monotonic() < deadline:
            time.sleep(0.1)
        hop.expect((before + amount, False), (now["refunded"], now["safe_to_release_goods"]))
        hop.result = f"{money(now['refunded'])} of {money(now['captured'])} given back"


def _capture(stage: Stage, payment: Fields, *, till: Till | None = None) -> None:
    with stage.line.hop("till", "server", f"captures {money(payment['amount'])}") as hop:
        captured = (till or stage.till).capture(payment["id"])
        hop.expect(("captured", True), (captured["status"], captured["safe_to_release_goods"]))
        hop.result = "captured: the goods may go"


def _check_receipt(stage: Stage, payment: Fields, amount: int) -> None:
    with stage.line.hop("phone", "server", "fetches the receipt and checks the signature") as hop:
        receipt = stage.phone.receipt(payment["id"])
        _expect_receipt(hop, receipt, payment, amount)
        hop.result = f"genuine, {receipt['merchant']}, {money(amount)}"


def _expect_receipt(hop: Hop, receipt: Fields, payment: Fields, amount: int) -> None:
    shown = (receipt["payment"], receipt["amount"], receipt["currency"])
    hop.expect((payment["id"], amount, "CHF"), shown)


def _told(payment: Fields) -> str:
    return f"{payment['status']} ({payment['decline']['code']})" if payment.get("decline") else str(payment["status"])


def _settled_account(stage: Stage, before: Fields) -> Fields:
    deadline = time.monotonic() + TRUE_STATE_SECONDS
    while True:
        account = stage.clerk.account(stage.account)
        if account["available"] == before["available"] or time.monotonic() > deadline:
            return account
        time.sleep(0.2)


def _kinds_of(phone: Phone, payment_id: str) -> list[str]:
    """Return what the phone has heard of the payment, once it has heard something; it asks again for a while."""
    deadline = time.monotonic() + HINT_PATIENCE_SECONDS
    while True:
        kinds = [str(event["type"]) for event in phone.events_after() if event.get("payment") == payment_id]
        if kinds or time.monotonic() > deadline:
            return kinds
        time.sleep(0.1)
