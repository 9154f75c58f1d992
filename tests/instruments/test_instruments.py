import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from apps.audit.models import Record
from apps.customers.models import Customer
from apps.instruments.errors import InvalidName, UnknownInstrument
from apps.instruments.models import Instrument
from apps.instruments.operations import make_default, move_instrument, rename_instrument
from apps.instruments.queries import both_payable, instruments_of, payable
from apps.instruments.states import MOVES, InstrumentStatus
from apps.kernel.actors import Actor
from apps.kernel.ids import uuid7
from apps.kernel.transitions import WrongState
from apps.providers.models import ProviderAccount
from apps.providers.operations import set_enabled

Linking = Callable[[Customer, str], Instrument]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def three(alice: Customer, link: Linking) -> list[Instrument]:
    """Handles 1, the default, to 3."""
    return [link(alice, f"token-{handle}") for handle in (1, 2, 3)]


def move(instrument: Instrument, to: InstrumentStatus, now: datetime) -> Instrument:
    by = Actor("operator", "anna")
    customer_id = instrument.customer_id
    return move_instrument(instrument_id=instrument.id, customer_id=customer_id, to=to, reason="asked", by=by, now=now)


def defaults_of(customer: Customer) -> list[int]:
    return [instrument.handle for instrument in instruments_of(customer.id) if instrument.is_default]


def test_a_handle_names_its_instrument_and_zero_the_default(
    alice: Customer, three: list[Instrument], now: datetime, django_assert_num_queries
) -> None:  # type: ignore[no-untyped-def]
    with django_assert_num_queries(1):
        named = payable(alice.id, 2, now=now)
        assert named is not None
        assert (named.handle, named.provider_account.code) == (2, "bank")
    default = payable(alice.id, 0, now=now)

    assert default == three[0]
    assert payable(alice.id, 4, now=now) is None


def test_nobody_pays_with_a_strangers_account(
    alice: Customer, bob: Customer, three: list[Instrument], now: datetime
) -> None:
    assert payable(bob.id, 1, now=now) is None
    assert payable(bob.id, 0, now=now) is None
    assert both_payable(bob.id, 1, 2, now=now) == (None, None)


@pytest.mark.parametrize("status", [InstrumentStatus.SUSPENDED, InstrumentStatus.REMOVED])
def test_a_stopped_instrument_does_not_pay(
    alice: Customer, three: list[Instrument], now: datetime, status: InstrumentStatus
) -> None:
    move(three[1], status, now)

    assert payable(alice.id, 2, now=now) is None
    assert both_payable(alice.id, 2, 3, now=now) == (None, three[2])


def test_an_expired_instrument_does_not_pay(alice: Customer, three: list[Instrument], now: datetime) -> None:
    Instrument.objects.filter(handle=2).update(expires_at=now + timedelta(hours=1))

    assert payable(alice.id, 2, now=now) is not None
    assert payable(alice.id, 2, now=now + timedelta(hours=1)) is None


def test_an_instrument_on_a_route_that_is_off_does_not_pay(
    alice: Customer, three: list[Instrument], bank: ProviderAccount, by: Actor, now: datetime
) -> None:
    set_enabled(account_id=bank.id, is_enabled=False, reason="moving", by=by, now=now)

    assert both_payable(alice.id, 1, 2, now=now) == (None, None)


@pytest.mark.parametrize(
    ("handle", "fallback", "expected"),
    [
        (1, 2, (1, 2)),
        (2, 1, (2, 1)),
        (0, 2, (1, 2)),
        (0, 0, (1, None)),
        (3, 0, (3, None)),
        (3, 3, (3, None)),
        # The default, named once as such and once by its handle, is no second choice.
        (0, 1, (1, None)),
        (4, 2, (None, 2)),
        (2, 4, (2, None)),
    ],
)
def test_the_second_choice_comes_in_the_same_statement(
    alice: Customer,
    three: list[Instrument],
    now: datetime,
    handle: int,
    fallback: int,
    expected: tuple[int | None, int | None],
    django_assert_num_queries,
) -> None:  # type: ignore[no-untyped-def]
    with django_assert_num_queries(1):
        first, second = both_payable(alice.id, handle, fallback, now=now)
        codes = {instrument.provider_account.code for instrument in (first, second) if instrument}

    assert (first and first.handle, second and second.handle) == expected
    assert codes == {"bank"}


def test_the_wallet_lists_what_was_not_removed(alice: Customer, three: list[Instrument], now: datetime) -> None:
    move(three[1], InstrumentStatus.REMOVED, now)
    move(three[2], InstrumentStatus.SUSPENDED, now)

    assert [instrument.handle for instrument in instruments_of(alice.id)] == [1, 3]


def test_every_move_follows_the_table_also_in_the_database(three: list[Instrument], now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'instrument_stays'")
        source: str = cursor.fetchone()[0]
    in_database = json.loads(source.partition("'")[2].partition("'")[0])

    assert {state: frozenset(targets) for state, targets in in_database.items()} == MOVES
    assert set(MOVES) == set(InstrumentStatus)
    move(three[0], InstrumentStatus.SUSPENDED, now)
    move(three[0], InstrumentStatus.ACTIVE, now)
    move(three[0], InstrumentStatus.REMOVED, now)
    with pytest.raises(WrongState):
        move(three[0], InstrumentStatus.ACTIVE, now)


def test_moving_twice_leaves_one_trace(three: list[Instrument], now: datetime) -> None:
    for _ in range(2):
        removed = move(three[0], InstrumentStatus.REMOVED, now)

    assert (removed.removed_at, removed.is_default) == (now, False)
    (trace,) = Record.objects.filter(action="instrument.removed")
    assert (trace.subject, trace.reason) == (three[0].public_id, "asked")


def test_when_the_default_is_removed_the_lowest_active_one_takes_its_place(
    alice: Customer, three: list[Instrument], now: datetime
) -> None:
    move(three[1], InstrumentStatus.SUSPENDED, now)

    move(three[0], InstrumentStatus.REMOVED, now)

    assert defaults_of(alice) == [3]
    assert Record.objects.filter(action="instrument.made_default", subject=three[2].public_id).count() == 1


def test_a_suspended_default_stays_the_choice_and_pays_nothing(
    alice: Customer, three: list[Instrument], now: datetime
) -> None:
    move(three[0], InstrumentStatus.SUSPENDED, now)

    assert defaults_of(alice) == [1]
    assert payable(alice.id, 0, now=now) is None


def test_what_is_resumed_becomes_the_default_where_there_is_none(
    alice: Customer, three: list[Instrument], now: datetime
) -> None:
    move(three[2], InstrumentStatus.SUSPENDED, now)
    move(three[1], InstrumentStatus.REMOVED, now)
    move(three[0], InstrumentStatus.REMOVED, now)
    without = defaults_of(alice)

    move(three[2], InstrumentStatus.ACTIVE, now)

    assert (without, defaults_of(alice)) == ([], [3])


def test_a_customer_chooses_the_default(alice: Customer, three: list[Instrument], by: Actor, now: datetime) -> None:
    for _ in range(2):
        make_default(instrument_id=three[2].id, customer_id=alice.id, by=by, now=now)

    assert defaults_of(alice) == [3]
    assert Record.objects.filter(action="instrument.made_default").count() == 1


def test_only_an_active_one_can_be_chosen(alice: Customer, three: list[Instrument], by: Actor, now: datetime) -> None:
    move(three[2], InstrumentStatus.SUSPENDED, now)

    with pytest.raises(WrongState):
        make_default(instrument_id=three[2].id, customer_id=alice.id, by=by, now=now)
    assert defaults_of(alice) == [1]


def test_choosing_and_removing_at_once_leaves_one_default(
    alice: Customer, three: list[Instrument], by: Actor, now: datetime
) -> None:
    def change(place: int) -> None:
        try:
            if place % 2:
                make_default(instrument_id=three[place % 3].id, customer_id=alice.id, by=by, now=now)
            else:
                move(three[0], InstrumentStatus.REMOVED, now)
        except WrongState:
            pass
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(change, range(16)))

    (default,) = defaults_of(alice)
    assert default in (2, 3)


def test_a_customer_names_his_account(alice: Customer, three: list[Instrument], by: Actor, now: datetime) -> None:
    for _ in range(2):
        renamed = rename_instrument(instrument_id=three[0].id, customer_id=alice.id, name=" Lohnkonto ", by=by, now=now)

    assert (renamed.name, Instrument.objects.get(handle=1).name) == ("Lohnkonto", "Lohnkonto")
    assert Record.objects.filter(action="instrument.renamed").count() == 1


@pytest.mark.parametrize("name", ["x" * 41, "a\nb", "a\u202eb", "a\x00"])
def test_a_name_that_would_not_show_well_is_refused(
    alice: Customer, three: list[Instrument], by: Actor, now: datetime, name: str
) -> None:
    with pytest.raises(InvalidName):
        rename_instrument(instrument_id=three[0].id, customer_id=alice.id, name=name, by=by, now=now)


def test_a_stranger_changes_nothing(bob: Customer, three: list[Instrument], by: Actor, now: datetime) -> None:
    target = three[1].id
    with pytest.raises(UnknownInstrument):
        rename_instrument(instrument_id=target, customer_id=bob.id, name="mine", by=by, now=now)
    with pytest.raises(UnknownInstrument):
        make_default(instrument_id=target, customer_id=bob.id, by=by, now=now)
    with pytest.raises(UnknownInstrument):
        move_instrument(
            instrument_id=target, customer_id=bob.id, to=InstrumentStatus.REMOVED, reason="", by=by, now=now
        )
    with pytest.raises(UnknownInstrument):
        make_default(instrument_id=uuid7(), customer_id=bob.id, by=by, now=now)


def test_a_removed_one_is_not_renamed(alice: Customer, three: list[Instrument], by: Actor, now: datetime) -> None:
    move(three[1], InstrumentStatus.REMOVED, now)

    with pytest.raises(WrongState):
        rename_instrument(instrument_id=three[1].id, customer_id=alice.id, name="old", by=by, now=now)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE instruments_instrument SET handle = 9 WHERE handle = 1",
        "UPDATE instruments_instrument SET customer_id = gen_random_uuid()",
        "UPDATE instruments_instrument SET wrapped_token = '\\x00'",
        "UPDATE instruments_instrument SET nonce = '\\x00', wrapped_token = '\\x00'",
        "UPDATE instruments_instrument SET token_digest = '\\x00' WHERE handle = 1",
        "UPDATE instruments_instrument SET currency = 'EUR'",
        "DELETE FROM instruments_instrument",
        "TRUNCATE instruments_instrument CASCADE",
    ],
)
def test_the_database_keeps_what_a_handle_means(three: list[Instrument], statement: str) -> None:
    with pytest.raises(DatabaseError, match=r"keeps its|never removed|refused"), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_database_never_brings_a_removed_one_back(three: list[Instrument], now: datetime) -> None:
    move(three[1], InstrumentStatus.REMOVED, now)

    with pytest.raises(DatabaseError, match="cannot become active from removed"), transaction.atomic():
        Instrument.objects.filter(handle=2).update(status="active", removed_at=None)


def test_a_token_may_be_sealed_again_under_another_key(three: list[Instrument]) -> None:
    changed = Instrument.objects.filter(handle=1).update(kek_id="next", nonce=b"n" * 12, wrapped_token=b"w")

    assert changed == 1


def test_the_database_refuses_two_defaults_a_second_handle_and_a_default_that_was_removed(
    three: list[Instrument],
) -> None:
    with pytest.raises(IntegrityError, match="instrument_default_is_one_per_customer"), transaction.atomic():
        Instrument.objects.filter(handle=2).update(is_default=True)
    fields = {field.attname: getattr(three[1], field.attname) for field in Instrument._meta.concrete_fields}
    new = {"id": uuid7(), "token_digest": b"new"}
    for change, name in [
        ({}, "instrument_handle_is_unique_per_customer"),
        ({"handle": 0}, "instrument_handle_fits_its_byte"),
        ({"handle": 256}, "instrument_handle_fits_its_byte"),
        ({"handle": 9, "token_digest": three[1].token_digest}, "instrument_token_is_linked_once_per_customer"),
        ({"handle": 9, "status": "removed"}, "instrument_removed_has_a_time_and_is_no_default"),
        ({"handle": 9, "status": "asleep"}, "instrument_status_is_known"),
        ({"handle": 9, "kind": "cash"}, "instrument_kind_is_known"),
        ({"handle": 9, "currency": "XXX"}, "instrument_currency_is_supported"),
    ]:
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            Instrument.objects.create(**fields | new | change)
