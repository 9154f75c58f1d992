"""Draws docs/payment-states.md from the code: `python -m tests.transactions.drawing` writes it anew.

The states, moves and times come from the product. The words are here, one sentence for each move, so that a new one
cannot be drawn without being explained.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Final

from apps.transactions import timing
from apps.transactions.states import (
    FIRST,
    MOVES,
    OFF,
    OPEN,
    OPERATION_MOVES,
    REFUND_MOVES,
    CaptureStatus,
    OperationStatus,
    RefundFacet,
    RefundStatus,
    Status,
)

PLACE: Final = Path(__file__).parents[2] / "docs" / "payment-states.md"
COMMAND: Final = "python -m tests.transactions.drawing"

MEANINGS: Final[Mapping[Status, str]] = {
    Status.IN_REVIEW: "Fraud rules hold it until staff release or refuse it.",
    Status.ACTION_REQUIRED: "The customer or the cashier is asked first.",
    Status.AUTHORISING: "A provider is asked for a hold, or is about to be.",
    Status.UNKNOWN: "The provider's answer is lost; it is asked what became of it.",
    Status.AUTHORISED: "The money is held and not taken yet.",
    Status.REVERSING: "The sale is off; whatever is or may be held is being released.",
    Status.CAPTURED: "The sale is in the books. Refunds and releases move amounts, never the status.",
    Status.DECLINED: "A certain no, of ours or of the provider.",
    Status.CANCELLED: "Off, and it is proven that nothing is held.",
    Status.EXPIRED: "The hold ended before anybody captured it; it is voided all the same.",
}

BEGINNINGS: Final[Mapping[Status, str]] = {
    Status.DECLINED: "The code, the PIN, the device, the instrument, a limit or a fraud rule says no, or the customer "
    "must be asked and the phone is not online. No provider is called.",
    Status.IN_REVIEW: "Fraud rules hold it.",
    Status.ACTION_REQUIRED: "Fraud rules want the customer's consent and the phone is online, or it looks like a "
    "duplicate sale and the cashier is asked.",
    Status.AUTHORISING: "Nothing is in the way: attempt and message are committed, then the provider is called.",
}

REASONS: Final[Mapping[tuple[Status, Status], str]] = {
    (Status.IN_REVIEW, Status.AUTHORISING): "Staff release it.",
    (Status.IN_REVIEW, Status.DECLINED): "Staff refuse it, or its deadline passes; the till learns `rejected`.",
    (Status.IN_REVIEW, Status.CANCELLED): "The till cancels; no provider was called.",
    (Status.ACTION_REQUIRED, Status.AUTHORISING): "The customer consents with the PIN, or the cashier confirms.",
    (Status.ACTION_REQUIRED, Status.DECLINED): "The customer refuses (`customer_refused`), or the deadline passes "
    "(`consent_timeout`, `confirm_timeout`).",
    (Status.ACTION_REQUIRED, Status.CANCELLED): "The till cancels; no provider was called.",
    (Status.AUTHORISING, Status.AUTHORISED): "The provider says yes.",
    (
        Status.AUTHORISING,
        Status.DECLINED,
    ): "A certain no, or certainly not sent, and no fallback that the customer signed is left to try.",
    (Status.AUTHORISING, Status.UNKNOWN): "Silence, an unreadable answer, or one that is pending. Never a no.",
    (Status.AUTHORISING, Status.REVERSING): "The till cancels or the deadline passes while the message is out; or an "
    "inquiry has never heard of it.",
    (
        Status.AUTHORISING,
        Status.CANCELLED,
    ): "The till cancels or the deadline passes before any worker took the message up: it is withdrawn.",
    (Status.UNKNOWN, Status.AUTHORISED): "An inquiry finds a yes that is young enough.",
    (Status.UNKNOWN, Status.DECLINED): "An inquiry finds a no.",
    (Status.UNKNOWN, Status.REVERSING): "An inquiry has never heard of it, the till cancels, or the deadline passes.",
    (Status.AUTHORISED, Status.CAPTURED): "Captured in full or in part, up to the hold, before the hold ends.",
    (
        Status.AUTHORISED,
        Status.REVERSING,
    ): "The till cancels; an attended till neither captures nor asks in time; the yes "
    "was found too late; nobody listens for an automatic capture.",
    (Status.AUTHORISED, Status.EXPIRED): "The hold ends.",
    (Status.REVERSING, Status.CANCELLED): "The provider acknowledges that nothing is held, or says twice that it never "
    "existed, once the message cannot arrive any more.",
}

OPERATION_MEANINGS: Final[Mapping[OperationStatus, str]] = {
    OperationStatus.QUEUED: "Committed, and not sent yet.",
    OperationStatus.SENT: "A worker has it in hand, or died with it.",
    OperationStatus.UNKNOWN: "No proof yet: it is asked about, or repeated with the same reference.",
    OperationStatus.SUCCEEDED: "Proven that it happened.",
    OperationStatus.FAILED: "Proven that it did not.",
    OperationStatus.WITHDRAWN: "Certainly never sent.",
}

REFUND_MEANINGS: Final[Mapping[RefundStatus, str]] = {
    RefundStatus.AWAITING_APPROVAL: "Above the merchant's limit: a second person is asked; the amount is reserved.",
    RefundStatus.QUEUED: "Waits for its capture and its turn.",
    RefundStatus.SENT: "On its way to the provider.",
    RefundStatus.UNKNOWN: "No proof yet: repeated with the same reference.",
    RefundStatus.SUCCEEDED: "Given back, and in the books.",
    RefundStatus.FAILED: "Refused, by a person, by the clock or by the provider; the reservation is given back.",
}


def draw() -> str:
    """Return the whole document."""
    parts = [
        "# What may happen to a payment",
        f"Drawn from the code by `{COMMAND}`; a test fails when this page is out of date. PostgreSQL keeps the same "
        "tables by triggers, so that no other move can be written, by whomever.",
        "## The picture",
        _picture(),
        "## Statuses",
        _table(("status", "means", "the till sees", "final"), map(_status_row, Status)),
        "Of a payment that is off (declined, cancelled, reversing, expired) the receipt number may be used again. What "
        "is final stays so: a yes that comes late is undone, and never revives a sale.",
        "## How it begins",
        _table(("status", "when"), ((_code(status), BEGINNINGS[status]) for status in _in_order(FIRST))),
        "## Moves",
        _table(("from", "to", "when"), _moves()),
        "## Messages to providers",
        "One operation is one message, however often it is repeated: its reference never changes. Those of one payment "
        "go out one at a time and in order; only a reversal does not wait for what it undoes.",
        _table(
            ("status", "means", "then"),
            (
                (_code(status), OPERATION_MEANINGS[status], _codes(OPERATION_MOVES[status]))
                for status in OperationStatus
            ),
        ),
        "## Refunds",
        _table(
            ("status", "means", "then"),
            ((_code(status), REFUND_MEANINGS[status], _codes(REFUND_MOVES[status])) for status in RefundStatus),
        ),
        "## Facets",
        f"- `capture_status`: {_words(CaptureStatus)}; the worst of all captures, `sent` also while it is unknown.\n"
        f"- `refund_status`: {_words(RefundFacet)}; `pending` while one is on its way, else by the sum.",
        "## Times",
        _table(("what", "how long"), _times()),
    ]
    return "\n\n".join(parts) + "\n"


def shown(status: Status) -> str:
    """Return what a till sees."""
    if status in OPEN:
        return "processing"
    return Status.CANCELLED.value if status == Status.REVERSING else status.value


def _picture() -> str:
    lines = ["```mermaid", "stateDiagram-v2"]
    lines += [f"    [*] --> {status.value}" for status in _in_order(FIRST)]
    lines += [f"    {origin.value} --> {target.value}" for origin in Status for target in _in_order(MOVES[origin])]
    lines += [f"    {status.value} --> [*]" for status in Status if not MOVES[status]]
    return "\n".join([*lines, "```"])


def _status_row(status: Status) -> tuple[str, ...]:
    end = "" if MOVES[status] else "yes"
    return _code(status), MEANINGS[status], _code(shown(status)), end or ("off" if status in OFF else "")


def _moves() -> Iterable[tuple[str, ...]]:
    for origin in Status:
        for target in _in_order(MOVES[origin]):
            yield _code(origin), _code(target), REASONS[origin, target]


def _times() -> Iterable[tuple[str, str]]:
    yield "A till is answered within", _span(timing.ANSWER_WITHIN)
    yield "A provider may take for one exchange", _span(timedelta(seconds=timing.PROVIDER_DEADLINE_SECONDS))
    yield "The customer's consent", _span(timing.CONSENT_DEADLINE)
    yield "The cashier's confirmation of a possible duplicate", _span(timing.CONFIRM_DEADLINE)
    yield "A review at an attended till", _span(timing.REVIEW_DEADLINE_ATTENDED)
    yield "A review elsewhere", _span(timing.REVIEW_DEADLINE)
    yield "Inquiries about a lost answer, after it was lost", ", ".join(map(_span, timing.INQUIRIES))
    yield "A yes counts up to this age of the question", _span(timing.LATEST_YES)
    yield "Without an outcome the sale is off after", _span(timing.OUTCOME_DEADLINE)
    yield "A release or reversal is repeated after", _repeats(timing.UNDO_REPEATS, timing.UNDO_EVERY)
    yield "It becomes a case after", _span(timing.UNDO_FOR)
    yield "A capture or refund is repeated after", _repeats(timing.CAPTURE_REPEATS, timing.CAPTURE_EVERY)
    yield "It becomes a case after", _span(timing.CAPTURE_ALARM_AFTER)
    yield "A refund waits for its second person", f"{timing.APPROVAL_LASTS.days} days"
    yield "The same amount looks like a duplicate within", _span(timing.DUPLICATE_WITHIN)
    yield "A second code at the same merchant is a fact for fraud within", _span(timing.SECOND_PAYMENT_WITHIN)


def _repeats(steps: Iterable[timedelta], every: timedelta) -> str:
    return f"{', '.join(map(_span, steps))}, then every {_span(every)}"


def _span(span: timedelta) -> str:
    seconds = span.total_seconds()
    for unit, size in (("h", 3_600), ("min", 60)):
        if seconds > 60 and seconds % size == 0:
            return f"{seconds / size:g} {unit}"
    return f"{seconds:g} s"


def _in_order(statuses: frozenset[Status]) -> list[Status]:
    return [status for status in Status if status in statuses]


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _code(word: str) -> str:
    return f"`{word}`"


def _codes(words: frozenset[OperationStatus] | frozenset[RefundStatus]) -> str:
    return ", ".join(sorted(_code(word.value) for word in words)) or "the end"


def _words(facet: type[CaptureStatus] | type[RefundFacet]) -> str:
    return ", ".join(_code(value) for value in facet.values)


if __name__ == "__main__":
    PLACE.write_text(draw(), encoding="utf-8")
