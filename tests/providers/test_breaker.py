"""The circuit breaker opens on silence, and on nothing else."""

import threading

from hypothesis import given
from hypothesis import strategies as st

from apps.providers.breaker import (
    REST_SECONDS,
    SILENCES_IN_A_ROW,
    SILENCES_IN_WINDOW,
    TRIAL_SECONDS,
    WINDOW,
    CircuitBreaker,
    Permit,
    State,
)
from apps.providers.contract import (
    Approved,
    ConfigError,
    Declined,
    InquiryOutcome,
    NeverHeardOf,
    NotSent,
    Pending,
    Unknown,
)
from apps.providers.reasons import DeclineReason

ANSWERS: list[InquiryOutcome | ConfigError] = [
    Approved("h"),
    Declined(DeclineReason.DO_NOT_HONOUR),
    Pending(),
    NeverHeardOf(),
    ConfigError("key"),
]
SILENCES: list[InquiryOutcome | ConfigError] = [Unknown("timeout"), NotSent("refused")]


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def admitted(breaker: CircuitBreaker) -> Permit:
    permit = breaker.admit()
    assert permit is not None
    return permit


def opened() -> tuple[CircuitBreaker, Clock]:
    clock = Clock()
    breaker = CircuitBreaker(monotonic=clock)
    for _ in range(SILENCES_IN_A_ROW):
        breaker.record(admitted(breaker), Unknown("timeout"))
    return breaker, clock


def half_opened() -> tuple[CircuitBreaker, Clock]:
    breaker, clock = opened()
    clock.seconds += REST_SECONDS
    breaker.record_health(is_healthy=breaker.claim_probe())
    return breaker, clock


@given(st.lists(st.sampled_from(ANSWERS + SILENCES), max_size=150))
def test_opens_exactly_at_five_in_a_row_or_a_fifth_of_the_last_fifty(
    outcomes: list[InquiryOutcome | ConfigError],
) -> None:
    breaker = CircuitBreaker(monotonic=Clock())
    for count, outcome in enumerate(outcomes, start=1):
        breaker.record(admitted(breaker), outcome)
        silent = [isinstance(seen, Unknown | NotSent) for seen in outcomes[:count]]
        in_a_row = count >= SILENCES_IN_A_ROW and all(silent[-SILENCES_IN_A_ROW:])

        should_be_open = in_a_row or sum(silent[-WINDOW:]) >= SILENCES_IN_WINDOW
        assert breaker.state is (State.OPEN if should_be_open else State.CLOSED)
        if should_be_open:
            break


@given(st.lists(st.sampled_from(ANSWERS), min_size=1, max_size=200))
def test_an_answer_never_trips_it_whatever_it_says(outcomes: list[InquiryOutcome | ConfigError]) -> None:
    breaker = CircuitBreaker(monotonic=Clock())

    for outcome in outcomes:
        breaker.record(admitted(breaker), outcome)

    assert breaker.state is State.CLOSED


def test_an_open_circuit_admits_nobody() -> None:
    breaker, clock = opened()
    clock.seconds += 3600

    assert breaker.admit() is None


def test_one_caller_per_rest_is_asked_to_probe() -> None:
    breaker, clock = opened()

    too_early = breaker.claim_probe()
    clock.seconds += REST_SECONDS
    first, second = breaker.claim_probe(), breaker.claim_probe()
    clock.seconds += REST_SECONDS
    third = breaker.claim_probe()

    assert [too_early, first, second, third] == [False, True, False, True]


def test_stays_open_while_the_provider_is_ill() -> None:
    breaker, _ = opened()

    breaker.record_health(is_healthy=False)

    assert breaker.state is State.OPEN


def test_half_open_tries_one_request_and_its_answer_closes_the_circuit() -> None:
    breaker, _ = half_opened()

    trial = admitted(breaker)
    another = breaker.admit()
    breaker.record(trial, Declined(DeclineReason.INSUFFICIENT_FUNDS))

    assert another is None
    assert breaker.state is State.CLOSED


def test_a_silent_trial_opens_it_again() -> None:
    breaker, _ = half_opened()

    breaker.record(admitted(breaker), NotSent("refused"))

    assert breaker.state is State.OPEN


def test_a_trial_that_never_reports_is_replaced() -> None:
    breaker, clock = half_opened()
    lost = admitted(breaker)

    clock.seconds += TRIAL_SECONDS
    replacement = admitted(breaker)
    breaker.record(lost, Unknown("late"))
    breaker.record(replacement, Approved("h"))

    assert breaker.state is State.CLOSED


def test_late_news_from_before_it_opened_changes_nothing() -> None:
    clock = Clock()
    breaker = CircuitBreaker(monotonic=clock)
    early = admitted(breaker)
    for _ in range(SILENCES_IN_A_ROW):
        breaker.record(admitted(breaker), Unknown("timeout"))
    clock.seconds += REST_SECONDS
    breaker.record_health(is_healthy=True)

    breaker.record(early, Approved("h"))

    assert breaker.state is State.HALF_OPEN


def test_of_many_threads_one_gets_the_trial() -> None:
    breaker, _ = half_opened()
    permits: list[Permit | None] = []
    barrier = threading.Barrier(16)

    def ask() -> None:
        barrier.wait()
        permits.append(breaker.admit())

    threads = [threading.Thread(target=ask) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(permit is not None for permit in permits) == 1
