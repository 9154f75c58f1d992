"""Every write about devices: enrolling, the PIN, sessions, the sync tag, and stopping."""

from apps.devices.operations.activation import (
    IssuedCode,
    end_activation_codes,
    grouped_in_fours,
    issue_activation_code,
    normal_form,
    revoke_activation_codes,
)
from apps.devices.operations.approval import approve_device
from apps.devices.operations.bulk_revocation import Chosen, order_revocation, revoke_batch
from apps.devices.operations.challenges import issue_challenge, spend_challenge
from apps.devices.operations.enrol import enrol_device
from apps.devices.operations.forget import forget_expired
from apps.devices.operations.lost import stop_lost_devices
from apps.devices.operations.moves import move_device, suspend_as_cloned
from apps.devices.operations.naming import rename_device
from apps.devices.operations.pin_setting import set_pin
from apps.devices.operations.pin_tries import take_pin_try
from apps.devices.operations.reidentify import reidentify_customer
from apps.devices.operations.sessions import OpenedSession, open_session
from apps.devices.operations.sync import sync_device
from apps.devices.operations.tickets import take_socket_ticket

__all__ = [
    "Chosen",
    "IssuedCode",
    "OpenedSession",
    "approve_device",
    "end_activation_codes",
    "enrol_device",
    "forget_expired",
    "grouped_in_fours",
    "issue_activation_code",
    "issue_challenge",
    "move_device",
    "normal_form",
    "open_session",
    "order_revocation",
    "reidentify_customer",
    "rename_device",
    "revoke_activation_codes",
    "revoke_batch",
    "set_pin",
    "spend_challenge",
    "stop_lost_devices",
    "suspend_as_cloned",
    "sync_device",
    "take_pin_try",
    "take_socket_ticket",
]
