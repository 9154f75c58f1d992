"""The till of docs/example_till.py behind the cashier port, played through its keyboard and its screen.

`python -m conformance.tills.example`. It makes its own receipt numbers, and never leaves a sale open.
"""

import ast
import contextlib
import os
import subprocess
import sys

from conformance.port import Screen, serve
from conformance.tills.virtual import minor_units
from stack.services import CHECKOUT

PROMPTS = (b"code: ", b"amount, or r: ", b"(y/n) ")
ASKS = PROMPTS[-1].decode()
PAID, CLOSED, DIFFERENT = "PAID ", "day closed", "day closed, differences: "


class ExampleTill:
    """Types what the cashier types, and reads what stands on the screen."""

    _process: "subprocess.Popen[bytes] | None" = None

    def start(self, server: str, key: str, clock_offset_seconds: int) -> Screen:
        if clock_offset_seconds:
            return Screen("unsupported")
        self.end()
        self._process = subprocess.Popen(  # noqa: S603 -- our own example
            [sys.executable, str(CHECKOUT / "docs" / "example_till.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ
            | {
                "POS_URL": server,
                "TILL_KEY": key,
                "PYTHONPATH": str(CHECKOUT / "clients" / "python"),
                "PYTHONIOENCODING": "utf-8",
            },
        )
        self._last: dict[str, Screen] = {}
        said = self._read()
        is_ready = self._process.poll() is None
        return Screen("ready", till={"vendor": "mpayment", "name": said.strip()}) if is_ready else Screen("error", said)

    def sell(self, reference: str, amount: str, code: str, capture: bool = True) -> Screen:
        if not capture or reference in self._last:
            return Screen("unsupported")
        self._type(code)
        self._type(str(minor_units(amount)))
        return self._shown(reference)

    def confirm(self, reference: str, another: bool) -> Screen:
        self._type("y" if another else "n")
        return self._shown(reference)

    def cancel(self, reference: str) -> Screen:
        last = self._last[reference]
        if last.shows == "ask_cashier":
            return self.confirm(reference, another=False)
        return Screen("unsupported") if last.shows == "paid" else last

    def close_day(self) -> Screen:
        self._type("")
        said = self._said.strip().splitlines()[-1]
        if not said.startswith(CLOSED):
            return Screen("error", message=said)
        found = ast.literal_eval(said.removeprefix(DIFFERENT)) if said.startswith(DIFFERENT) else []
        names = ("type", "reference", "told", "ours")
        return Screen("day_closed", differences=tuple({name: each[name] for name in names} for each in found))

    def _shown(self, reference: str) -> Screen:
        said = self._said
        if said.endswith(ASKS):
            screen = Screen("ask_cashier", message=said)
        else:
            # The prompt for the next code stands below.
            first, *more = said.removesuffix(PROMPTS[0].decode()).strip("\n").splitlines() or [""]
            lines = [line.removeprefix("  ") for line in more]
            if first.startswith(PAID):
                screen = Screen("paid", receipt=tuple(lines))
            else:
                # Nothing is open, and the till asks for the next code.
                screen = Screen("not_paid", message=first, customer_message=" ".join(lines), may_retry=True)
        self._last[reference] = screen
        return screen

    def _type(self, text: str) -> None:
        if self._process is None or self._process.stdin is None:
            raise BrokenPipeError("the till is not running")
        self._process.stdin.write(f"{text}\n".encode())
        self._process.stdin.flush()
        self._said = self._read()

    def _read(self) -> str:
        """Return what is written up to the next question, or up to the end."""
        said = b""
        if self._process is not None and self._process.stdout is not None:
            while not said.endswith(PROMPTS) and (more := self._process.stdout.read(1)):
                said += more
            if not said.endswith(PROMPTS):
                self._process.wait()
        return said.decode()

    def end(self) -> None:
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()


if __name__ == "__main__":
    till = ExampleTill()
    try:
        serve(till)
    finally:
        till.end()
