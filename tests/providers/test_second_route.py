"""Naming the other line to the same provider."""

import json
from datetime import datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from apps.audit.models import Record
from apps.kernel.actors import Actor
from apps.kernel.ids import uuid7
from apps.kernel.masking import Secret
from apps.providers.errors import InvalidProviderAccount, UnknownProviderAccount
from apps.providers.models import ProviderAccount
from apps.providers.operations import create_provider_account, set_second_route

pytestmark = pytest.mark.django_db(transaction=True)


def account(code: str, now: datetime, by: Actor, *, connector: str = "sandbox") -> ProviderAccount:
    settings = {} if connector == "sandbox" else {"base_url": "https://bank.example:8443"}
    return create_provider_account(
        code=code, name=code, connector=connector, settings=settings, credential=Secret("open"), by=by, now=now
    )


def second_of(first: ProviderAccount) -> ProviderAccount | None:
    return ProviderAccount.objects.select_related("second_route").get(id=first.id).second_route


def test_it_is_named_once_and_taken_away_again(now: datetime, by: Actor) -> None:
    first, second = account("bank", now, by), account("bank-b", now, by)

    for _ in range(2):
        set_second_route(account_id=first.id, second_id=second.id, by=by, now=now)
    assert second_of(first) == second
    assert Record.objects.filter(action="provider.second_route_set").count() == 1

    set_second_route(account_id=first.id, second_id=None, by=by, now=now)
    assert second_of(first) is None


def test_a_route_is_not_its_own_second(now: datetime, by: Actor) -> None:
    first = account("bank", now, by)

    with pytest.raises(InvalidProviderAccount):
        set_second_route(account_id=first.id, second_id=first.id, by=by, now=now)

    with pytest.raises(IntegrityError), transaction.atomic():
        ProviderAccount.objects.filter(id=first.id).update(second_route=first)


def test_another_provider_is_no_second_route(now: datetime, by: Actor) -> None:
    first, other = account("bank", now, by), account("core", now, by, connector="corebank")

    with pytest.raises(InvalidProviderAccount, match="speaks corebank"):
        set_second_route(account_id=first.id, second_id=other.id, by=by, now=now)


def test_an_account_that_is_not_there_is_no_second_route(now: datetime, by: Actor) -> None:
    first = account("bank", now, by)

    with pytest.raises(UnknownProviderAccount):
        set_second_route(account_id=first.id, second_id=uuid7(), by=by, now=now)


def test_the_command_names_it_and_says_so(now: datetime, by: Actor, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = account("bank", now, by), account("bank-b", now, by)

    call_command("set_second_route", account="bank", second="bank-b", json=True)

    assert json.loads(capsys.readouterr().out) == {"code": "bank", "second_route": "bank-b"}
    assert second_of(first) == second
    with pytest.raises(CommandError, match="no provider account 'nobody'"):
        call_command("set_second_route", account="nobody", second="bank-b")
