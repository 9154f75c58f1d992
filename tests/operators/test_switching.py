"""Somebody always remains who can let others in."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from apps.operators.errors import LastAdministrator, OwnAccount
from apps.operators.models import Operator
from apps.operators.operations import switch_operator
from apps.operators.roles import Role
from tests.operators.staff import ADMINISTRATOR, Person, make_operator

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_last_administrator_stays(now: datetime) -> None:
    eva = make_operator(now=now, role=Role.ADMINISTRATOR)

    with pytest.raises(LastAdministrator):
        switch_operator(operator_id=eva.operator.id, is_active=False, by=ADMINISTRATOR, now=now)
    with pytest.raises(CommandError, match="last_administrator"):
        call_command("disable_operator", eva.operator.email)


def test_nobody_switches_himself_off(now: datetime) -> None:
    ben = make_operator(now=now, role=Role.FINANCE)

    with pytest.raises(OwnAccount):
        switch_operator(operator_id=ben.operator.id, is_active=False, by=ben.operator.actor, now=now)


def test_of_two_who_switch_each_other_off_at_once_one_remains(now: datetime) -> None:
    pair = [make_operator(now=now, role=Role.ADMINISTRATOR) for _ in range(2)]

    def switch(off: Person, by: Person) -> bool:
        try:
            switch_operator(operator_id=off.operator.id, is_active=False, by=by.operator.actor, now=now)
        except LastAdministrator:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(switch, pair, reversed(pair))) == 1
    assert Operator.objects.filter(role=Role.ADMINISTRATOR, is_active=True).count() == 1
