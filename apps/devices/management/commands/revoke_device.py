"""Revoke a device for ever: no code of it is accepted from now on."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.devices.operations import move_device
from apps.devices.states import DeviceStatus
from apps.kernel.actors import Actor
from apps.kernel.errors import DomainError
from apps.kernel.ids import from_public_id


class Command(BaseCommand):
    """Example: manage.py revoke_device dev_01k... --reason "reported stolen" """

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("device", help="dev_...")
        parser.add_argument("--reason", required=True, help="kept in the audit trail")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    # Django passes the parsed arguments as keywords of any type.
    def handle(self, **options: Any) -> None:
        try:
            device = move_device(
                device_id=from_public_id("dev", options["device"]),
                to=DeviceStatus.REVOKED,
                reason="operator",
                note=options["reason"],
                by=Actor("system", "revoke_device"),
                now=timezone.now(),
            )
        except (DomainError, ValueError) as error:
            raise CommandError(str(error)) from None
        facts = {"device": device.public_id, "status": str(device.status)}
        self.stdout.write(json.dumps(facts) if options["json"] else f"device {device} is {device.status}")
