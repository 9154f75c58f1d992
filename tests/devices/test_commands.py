import json
from datetime import datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from apps.audit.models import Record
from apps.customers.models import Customer
from apps.devices.models import ActivationCode
from apps.devices.operations import normal_form
from tests.cast import Phone, make_keys, make_phone

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_operator_issues_a_code_that_enrols(capsys: pytest.CaptureFixture[str]) -> None:
    make_keys(now=timezone.now())

    call_command("issue_activation_code", "--email", "Alice@example.com", "--language", "fr", "--json")
    answer = json.loads(capsys.readouterr().out)

    device = Phone().enrol_with(answer["activation_code"], now=timezone.now())
    assert (device.customer.email, device.customer.language) == ("alice@example.com", "fr")
    assert (device.customer.public_id, answer["source"]) == (answer["customer"], "letter")


def test_people_get_it_in_groups_of_four(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("issue_activation_code", "--email", "alice@example.com", "--source", "mail")

    text = capsys.readouterr().out.splitlines()[-1]
    assert text.count("-") == 3
    assert normal_form(text) is not None
    assert ActivationCode.objects.get().source == "mail"


@pytest.mark.parametrize(("name", "beginning"), [("code.png", b"\x89PNG"), ("code.svg", b"<?xml")])
def test_it_is_drawn_for_the_letter(name: str, beginning: bytes, tmp_path: Path) -> None:
    call_command("issue_activation_code", "--email", "alice@example.com", "--qr", str(tmp_path / name))

    assert (tmp_path / name).read_bytes().startswith(beginning)


def test_what_is_mistyped_issues_nothing(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"neither \.png nor \.svg"):
        call_command("issue_activation_code", "--email", "alice@example.com", "--qr", str(tmp_path / "code.gif"))
    with pytest.raises(CommandError, match="address"):
        call_command("issue_activation_code", "--email", "nobody")

    assert not Customer.objects.exists()


def test_an_operator_revokes_a_device(capsys: pytest.CaptureFixture[str], now: datetime) -> None:
    phone = make_phone(now=now)
    device_id = phone.identity.public_id

    call_command("revoke_device", device_id, "--reason", "reported stolen", "--json")
    call_command("revoke_device", device_id, "--reason", "again")

    assert json.loads(capsys.readouterr().out.splitlines()[0]) == {"device": device_id, "status": "revoked"}
    assert (phone.device().status, phone.device().status_reason) == ("revoked", "operator")
    assert Record.objects.get(action="device.revoked").reason == "reported stolen"
    with pytest.raises(CommandError, match="not an id of kind 'dev'"):
        call_command("revoke_device", "cus_1", "--reason", "x")
