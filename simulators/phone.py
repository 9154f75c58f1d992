"""A phone: a native app's core in plain Python. Pays without a network, and talks to the server when it has one."""

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from apps.paycode import messages
from apps.paycode.messages import NO_OLD_PROOF, PinSetting
from apps.paycode.seal import seal
from apps.paycode.signatures import sign_message
from simulators.bank_customer import Login, decide
from simulators.caller import Caller, Fields, NoAnswer
from simulators.encoding import from_text, to_text
from simulators.handset import Handset
from simulators.line import Line

TIMEOUT_SECONDS = 15.0


class Offline(Exception):
    """The phone is in flight mode, and this needs a network."""


class CounterBehind(Exception):
    """The server has seen a higher counter than ours: there is a copy of this phone, so it stops."""


class Phone(Handset):
    """A handset with a network, unless it is in flight mode. Raises Refused and NoAnswer as `Caller` does."""

    def __init__(
        self,
        wallet_url: str,
        socket_url: str,
        memory: Path,
        *,
        root_key: bytes | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(memory, root_key=root_key, clock=clock)
        parts = urlsplit(wallet_url)
        self._caller = Caller(f"{parts.scheme}://{parts.netloc}/api/wallet/v1", timeout_seconds=TIMEOUT_SECONDS)
        self._socket_url = f"{socket_url.rstrip('/')}/ws/wallet/"
        # Both in memory only: a phone that was switched off opens a new session.
        self._token = ""
        self._ticket = ""
        self.is_online = True

    def go_offline(self) -> None:
        """Switch the flight mode on."""
        self.is_online = False

    def go_online(self) -> None:
        """Switch the flight mode off."""
        self.is_online = True

    def register(self, email: str, language: str = "de") -> None:
        """Ask for a code by mail."""
        self._call("POST", "registrations", {"email": email, "language": language})

    def confirm_registration(self, email: str, code: str) -> str:
        """Return the activation code that the mailed code gives."""
        answer = self._call("POST", "registrations/confirm", {"email": email, "code": code})
        return str(answer["activation_code"])

    def learn_realm(self) -> None:
        """Fetch the server's keys and time. Raises NotGenuine."""
        self.believe_realm(self._call("GET", "realm"))

    def enrol(self, activation_code: str, name: str, platform: str = "simulator") -> Fields:
        """Make this phone's keys and enrol them; return what the server said."""
        self.learn_realm()
        challenge = self._challenge()
        public_key, proof = self._make_keys(activation_code, challenge)
        fields = {"activation_code": activation_code, "name": name, "platform": platform}
        fields |= {"public_key": to_text(public_key), "challenge": to_text(challenge), "proof": to_text(proof)}
        answer = self._call("POST", "devices", fields)
        given = {name: answer[name] for name in ("device_id", "device_ref", "certificate", "sync")}
        self._memory.keep(**given, counter=0, pin_epoch=0, last_event=0)
        return answer

    def open_session(self, pin: str | None = None) -> Fields:
        """Prove possession of the phone, and with the PIN also its holder."""
        challenge = self._challenge()
        proof = {"realm": self._realm, "device_ref": self._device_ref, "challenge": challenge}
        signature = sign_message(self._private_key, messages.session_message(**proof))
        fields = {"device_id": self.device_id, "challenge": to_text(challenge), "signature": to_text(signature)}
        if pin is not None:
            fields["pin_ok"] = to_text(messages.session_pin_ok(k_pin=self._derive(pin), **proof))
        answer = self._call("POST", "sessions", fields)
        self._token, self._ticket = answer["token"], answer["socket_ticket"]
        return answer

    def set_pin(self, pin: str, old_pin: str | None = None) -> Fields:
        """Set the first PIN, or change it knowing the old one; needs a session."""
        challenge, epoch = self._challenge(), self._memory.facts.pin_epoch + 1
        old_proof = NO_OLD_PROOF
        k_pin = self._derive(pin)
        if old_pin is not None:
            old_proof = messages.pin_change_proof(old_k_pin=self._derive(old_pin), new_k_pin=k_pin, challenge=challenge)
        kid, server_key = self._code_key()
        sealed = seal(
            messages.pack_pin_setting(PinSetting(epoch, k_pin, challenge, old_proof)),
            server_key=server_key,
            info=messages.pin_set_info(realm=self._realm, kid=kid, device_ref=self._device_ref),
        )
        signature = sign_message(self._private_key, messages.pin_set_message(realm=self._realm, sealed=sealed))
        fields = {"kid": kid, "sealed": to_text(sealed), "signature": to_text(signature)}
        answer = self._call("PUT", "device/pin", fields)
        self._memory.keep(pin_epoch=epoch)
        return answer

    def device(self) -> Fields:
        """Return what the server knows of this phone."""
        return self._call("GET", "device")

    def sync(self) -> Fields:
        """Exchange the tag that tells a copy from the original. Raises CounterBehind."""
        with self._memory.lock:
            answer = self._call("POST", "device/sync", {"sync": self._memory.facts.sync})
            self._memory.keep(sync=answer["sync"])
            self._set_clock(answer["server_time"])
        if answer["counter"] > self.counter:
            raise CounterBehind(f"the server has seen {answer['counter']}, this phone made {self.counter}")
        return answer

    def begin_link(self, provider: str = "bank") -> Fields:
        """Return the link and the page on which to go on; needs a confirmed session."""
        return self._call("POST", "instruments", {"kind": "bank_account", "provider": provider})

    def complete_link(self, link: Fields, back: Mapping[str, str]) -> Fields:
        """Hand over what the bank's page sent back, and return the instrument; needs a confirmed session."""
        return self._call("POST", f"instruments/{link['id']}/complete", dict(back))

    def link_at_bank(self, login: Login, provider: str = "bank") -> Fields:
        """Link an account as a person does: to the bank's page, log in, choose, say yes, and back."""
        link = self.begin_link(provider)
        return self.complete_link(link, decide(str(link["link_url"]), login))

    def link_bank_account(self, account_token: str, provider: str = "bank") -> Fields:
        """Link by a token at a provider that has no page, such as the sandbox; needs a confirmed session."""
        return self.complete_link(self.begin_link(provider), {"account_token": account_token})

    def remove_instrument(self, handle: int) -> None:
        """Give a means of payment up; needs a confirmed session."""
        self._call("DELETE", f"instruments/{handle}")

    def instruments(self) -> list[Fields]:
        """Return the means of payment with their handles."""
        return list(self._call("GET", "instruments")["data"])

    @contextlib.contextmanager
    def listen(self) -> Iterator[Line]:
        """Open the live line. It takes the ticket of the session: open a new session before each."""
        self._need_network()
        ticket, self._ticket = self._ticket, ""
        try:
            socket = connect(self._socket_url, open_timeout=TIMEOUT_SECONDS, close_timeout=2)
        except (OSError, WebSocketException) as error:
            raise NoAnswer(f"the socket did not open: {error}") from error
        with socket:
            line = Line(socket)
            line.show_ticket(ticket, within_seconds=TIMEOUT_SECONDS)
            yield line

    def events_after(self, seq: int | None = None) -> list[Fields]:
        """Return what happened since that number, or since the last call, and remember how far we are."""
        after = self._memory.facts.last_event if seq is None else seq
        events = list(self._call("GET", f"events?after={after}")["data"])
        if events:
            self._memory.keep(last_event=max(self._memory.facts.last_event, *(event["seq"] for event in events)))
        return events

    def payment(self, payment_id: str) -> Fields:
        """Return one payment as the history shows it."""
        return self._call("GET", f"payments/{payment_id}")

    def receipt(self, payment_id: str) -> Fields:
        """Return the receipt, once the server's signature has proved it. Raises NotGenuine."""
        return self.believe_receipt(self._call("GET", f"payments/{payment_id}/receipt"))

    def refund_receipt(self, payment_id: str, refund_id: str) -> Fields:
        """Return the receipt of a refund, once the server's signature has proved it. Raises NotGenuine."""
        return self.believe_receipt(self._call("GET", f"payments/{payment_id}/refunds/{refund_id}/receipt"))

    def consent(self, payment_id: str, is_yes: bool, pin: str | None = None) -> Fields:
        """Say yes or no to a payment that asks, as this phone shows it; a yes needs the PIN. Return the payment."""
        # What the holder saw is what is signed: whoever changes it on the way gets a signature that fits nothing.
        shown = self.payment(payment_id)
        return self._call("POST", f"consents/{payment_id}", self._decision(shown, is_yes, pin))

    def limits(self) -> Fields:
        """Return how much this phone may pay, once and in a day."""
        return self._call("GET", "limits")

    def set_limits(self, *, per_payment: int | None = None, per_day: int | None = None) -> Fields:
        """Lower the limits at once, or have them raised in a day; a raise needs a confirmed session."""
        wanted = {"per_payment": per_payment, "per_day": per_day}
        fields = {name: amount for name, amount in wanted.items() if amount is not None}
        return self._call("PUT", "limits", {**fields, "currency": self.limits()["currency"]})

    def devices(self) -> list[Fields]:
        """Return the holder's devices, newest first."""
        return list(self._call("GET", "devices")["data"])

    def hand_over(self) -> str:
        """Return the text of the QR with which a new phone enrols and waits; needs a confirmed session."""
        return str(self._call("POST", "handover", {})["qr_text"])

    def approve(self, device_id: str) -> Fields:
        """Let a phone in that waits, by the name and key that the list shows; needs a confirmed session."""
        new = next(device for device in self.devices() if device["device_id"] == device_id)
        return self._call("POST", f"devices/{device_id}/approve", self._approval(new, self._challenge()))

    def rename(self, device_id: str, name: str) -> Fields:
        """Call one of the holder's devices otherwise."""
        return self._call("POST", f"devices/{device_id}/rename", {"name": name})

    def me(self) -> Fields:
        """Return whose phone it is."""
        return self._call("GET", "me")

    def choose_language(self, language: str) -> Fields:
        """Be spoken to in this language from now on."""
        return self._call("PUT", "me", {"language": language})

    def export(self) -> Fields:
        """Return everything that the server keeps of the holder; needs a confirmed session."""
        return self._call("GET", "me/export")

    def close_account(self) -> Fields:
        """Leave for good; needs a confirmed session."""
        return self._call("POST", "me/close", {})

    def lock(self) -> Fields:
        """Stop this phone for now; it cannot undo that itself."""
        return self._call("POST", f"devices/{self.device_id}/lock", {})

    def revoke(self) -> Fields:
        """Give this phone up for good, also if it is the last one; needs a confirmed session."""
        return self._call("POST", f"devices/{self.device_id}/revoke", {"warning_accepted": True})

    def _challenge(self) -> bytes:
        return from_text(self._call("POST", "challenges", {})["challenge"])

    def _call(self, method: str, path: str, fields: Fields | None = None) -> Fields:
        self._need_network()
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        return self._caller.call(method, path, fields, headers).accepted()

    def _need_network(self) -> None:
        if not self.is_online:
            raise Offline("this phone is in flight mode")
