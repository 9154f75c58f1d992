"""The line to the server: limits, outages, later versions of the server, clocks, and certificates."""

import itertools
import ssl
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from conformance.certificate import write_strangers_certificate
from conformance.recording import Exchange, Fields
from conformance.scenario import scenario
from conformance.stage import NotPlayed, Stage, need
from conformance.troubles import Altered, Refusing

DAY_SECONDS = 86_400
# A little more than the longest pause that a till may have chosen by itself.
RETRY_AFTER_SECONDS = 3
TOLERANCE_SECONDS = 0.15
POS_TIME_TOLERANCE = timedelta(minutes=5)


def _need_obedience(sent: list[Exchange]) -> None:
    """Each repetition came when the answer before it said, and not sooner."""
    for before, after in itertools.pairwise(sent):
        waited = after.asked_at - (before.answered_at or before.asked_at)
        wanted = RETRY_AFTER_SECONDS if before.status == 429 else 1
        need(
            waited >= wanted - TOLERANCE_SECONDS,
            f"it came again after {waited:.1f} s, though it was told to wait {wanted} s",
        )


@scenario(
    "rate_limited",
    title="Too many requests",
    rule="`429` with `Retry-After`: nothing was changed; repeat with the same key, not before that.",
    section="problems",
    advice="Wait the seconds of `Retry-After`, and send the same bytes with the same key.",
    patience_seconds=15.0,
)
def rate_limited(stage: Stage) -> None:
    sale = stage.sale()
    stage.between.order("POST", "payments", Refusing(429, "too_many_requests", RETRY_AFTER_SECONDS))
    screen = stage.sell(sale)
    sent = stage.posts(sale)
    stage.need_one_intention(sent, "the sale")
    _need_obedience(sent)
    stage.need_paid(screen, sale)


@scenario(
    "unavailable",
    title="A server that is away for a moment",
    rule="`503`: nothing was changed; repeat with the same key as `Retry-After` says.",
    section="problems",
    advice="Treat 503 as 429: the same bytes, the same key, after `Retry-After`.",
    patience_seconds=15.0,
)
def unavailable(stage: Stage) -> None:
    sale = stage.sale()
    stage.between.order("POST", "payments", Refusing(503, "unavailable", 1), times=2)
    screen = stage.sell(sale)
    sent = stage.posts(sale)
    stage.need_one_intention(sent, "the sale")
    _need_obedience(sent)
    stage.need_paid(screen, sale)


@scenario(
    "unknown_members",
    title="A server with new members in its answers",
    rule="New members may appear in answers: ignore what you do not know.",
    section="rules-for-every-call",
    advice="Read the members that you need; never fail at one more, at any depth.",
)
def unknown_members(stage: Stage) -> None:
    sale = stage.sale()
    newer = Altered("from a later version of the server: with new members", _with_news)
    stage.between.order("POST", "payments", newer, times=None)
    stage.between.order("POST", "payments/*/capture", newer, times=None)
    stage.between.order("GET", "payments/*", newer, times=None)
    stage.need_paid(stage.sell(sale), sale)


def _with_news(answer: Fields) -> Fields:
    news: Fields = {"loyalty": {"points": 12, "levels": ["a", None]}, "new_flag": True, "new_text": "ß"}
    deep = {name: {**answer[name], "new_member": 1} for name in ("instrument", "receipt") if answer.get(name)}
    return {**news, **answer, **deep}


@scenario(
    "older_answer",
    title="An answer that was overtaken",
    rule="`version` only grows: an answer with a lower one than was seen changes nothing.",
    section="post-payments",
    advice="Keep the highest `version` of each payment with what it said, and drop older answers.",
)
def older_answer(stage: Stage) -> None:
    sale = stage.sale()
    stage.need_paid(stage.sell(sale), sale)
    (paid,) = stage.truth.payments(sale.reference)
    if stage.driver.ask("cancel", reference=sale.reference).shows != "not_paid":
        # The day is closed: it is given back in another way, which is as good.
        stage.driver.ask("refund", reference=sale.reference, amount=sale.amount)
    if not stage.truth.is_off(sale.reference):
        raise NotPlayed("the sale could not be given back")

    def earlier(answer: Fields) -> Fields:
        return {**answer, "data": [paid]} if "data" in answer else paid

    overtaken = Altered("an older answer, which was overtaken", earlier)
    stage.between.order("GET", "payments/*", overtaken, times=None)
    stage.between.order("GET", "payments", overtaken, times=None)
    looked = stage.driver.ask("look", reference=sale.reference)
    stage.need_no_goods(looked)


@scenario(
    "clock_skew",
    title="A till whose clock is a day fast",
    rule="The server's time decides: a till refuses no code by its own clock; `pos_time` is for its own records.",
    section="post-payments",
    advice="Send every scanned code; send your own clock as `pos_time`, in RFC 3339, and do not correct it.",
    clock_offset_seconds=DAY_SECONDS,
)
def clock_skew(stage: Stage) -> None:
    sale = stage.sale()
    screen = stage.sell(sale)
    sent = stage.posts(sale)
    need(bool(sent), f"it did not send the code, and shows {screen.shows}")
    for each in sent:
        if (told := each.asked.get("pos_time")) is not None:
            _need_own_clock(str(told))
    stage.need_paid(screen, sale)


def _need_own_clock(told: str) -> None:
    try:
        off = datetime.fromisoformat(told) - (datetime.now(UTC) + timedelta(seconds=DAY_SECONDS))
    except (TypeError, ValueError):
        need(False, f"its pos_time {told!r} is no time with a zone in RFC 3339")
        return
    need(abs(off) < POS_TIME_TOLERANCE, f"its pos_time {told!r} is not what its clock says")


@scenario(
    "wrong_certificate",
    title="A server with a certificate of nobody's",
    rule="Over HTTPS a till talks to a server only when its certificate is right: the key and the code are not sent.",
    section="rules-for-every-call",
    advice="Check the certificate's chain and name, and have no switch that turns this off.",
    patience_seconds=1.0,
)
def wrong_certificate(stage: Stage) -> None:
    sale = stage.sale()
    with tempfile.TemporaryDirectory(prefix="mpayment-stranger-") as directory:
        certificate, key = write_strangers_certificate(Path(directory))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        with stage.between.listening(context) as stranger:
            started = stage.start(stranger)
            screen = stage.sell(sale) if started.shows == "ready" else started
    said = [f"{each.method} {each.path}" for each in stage.between.recording.exchanges]
    need(not said, f"it talked to a server that it could not know: {', '.join(said[:3])}")
    stage.need_no_goods(screen)
    if stage.truth.payments(sale.reference):
        raise NotPlayed("the sale is at the server, though the till could not reach it")
