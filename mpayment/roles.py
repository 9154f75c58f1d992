"""What the service's database role may do, table by table: it owns nothing, and changes only what changes.

Every table may be read and added to. Beyond that a table has the columns that operations change, and only what is
good for minutes or days is ever removed. A model that is not here is refused by `grant_rights`, and by a test.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Model

SERVICE_ROLE: Final = "mpayment_app"


@dataclass(frozen=True, slots=True)
class Rights:
    """Beyond SELECT: whether rows may be added, which fields may change afterwards, whether rows may be removed."""

    changes: tuple[str, ...] = ()
    is_added_to: bool = True
    is_cleared: bool = False


READ_ONLY: Final = Rights(is_added_to=False)
APPEND_ONLY: Final = Rights()


def changing(fields: str, *, is_cleared: bool = False) -> Rights:
    """Return the rights to add rows and to change these fields, separated by blanks."""
    return Rights(changes=tuple(fields.split()), is_cleared=is_cleared)


RIGHTS: Final[Mapping[str, Rights]] = {
    # The framework's own; migrations write them.
    "contenttypes.ContentType": READ_ONLY,
    "auth.Permission": READ_ONLY,
    "auth.Group": READ_ONLY,
    "auth.Group_permissions": READ_ONLY,
    "auth.User": READ_ONLY,
    "auth.User_groups": READ_ONLY,
    "auth.User_user_permissions": READ_ONLY,
    # F1 records
    "outbox.Message": changing("due_at claimed_until tries done_at last_error"),
    "idempotency.AnsweredRequest": Rights(is_cleared=True),
    "audit.Record": APPEND_ONLY,
    "audit.Seal": APPEND_ONLY,
    "ledger.Journal": APPEND_ONLY,
    "ledger.Posting": APPEND_ONLY,
    "live.Event": APPEND_ONLY,
    "live.Waiting": Rights(is_cleared=True),
    "live.Number": APPEND_ONLY,
    # F2 desk
    "keys.CodeKey": APPEND_ONLY,
    "keys.SigningKey": APPEND_ONLY,
    "approvals.Approval": changing("status checker reason decided_at"),
    "cases.Case": changing("severity status owner last_at times taken_at resolved_at resolved_by resolution"),
    "mail.Letter": changing("text sent_at failed_at"),
    # F3 parties
    "operators.Operator": changing(
        "language is_active password totp_kek_id totp_nonce totp_wrapped totp_confirmed_at totp_last_step failures"
        " locked_until"
    ),
    "operators.Invitation": changing("used_at"),
    "operators.BackupCode": changing("used_at"),
    "operators.Session": changing("used_at fresh_until ended_at"),
    "operators.SavedFilter": Rights(is_cleared=True),
    "customers.Customer": changing("status language established_at"),
    "customers.Registration": changing("tries_left used_at", is_cleared=True),
    "providers.ProviderAccount": changing(
        "settings version kek_id nonce wrapped_credential is_enabled disabled_reason second_route"
    ),
    "providers.LineKey": changing("fingerprint certificate not_before not_after retired_at"),
    "providers.ProviderCall": APPEND_ONLY,
    "providers.ProviderNotice": APPEND_ONLY,
    "providers.NoticeNonce": Rights(is_cleared=True),
    "switches.Switch": changing("until end_approval"),
    # F4 enrolment
    "merchants.Merchant": changing(
        "per_payment_limit_minor per_day_limit_minor refund_limit_minor guards_duplicates till_proof"
    ),
    "merchants.Store": APPEND_ONLY,
    "merchants.Till": changing("closed_at"),
    "merchants.TillKey": changing("expires_at revoked_at"),
    "merchants.TillCredential": changing("expires_at revoked_at"),
    "merchants.SpentNonce": Rights(is_cleared=True),
    "devices.StopConfirmation": APPEND_ONLY,
    "devices.Device": changing(
        "name status status_reason counter last_issued_at sync_current sync_previous sync_changed_at pin_epoch"
        " pin_kek_id pin_nonce pin_wrapped pin_tries_left pin_wrong_times pin_locked_at activated_at revoked_at"
    ),
    "devices.RevocationOrder": changing("position done ended_at"),
    "devices.ActivationCode": changing("failures failed_at used_at revoked_at"),
    "devices.Challenge": changing("used_at", is_cleared=True),
    "devices.Session": changing("expires_at confirmed_until ended_at", is_cleared=True),
    "devices.SocketTicket": changing("used_at", is_cleared=True),
    "instruments.Instrument": changing("name status suspended_by is_default removed_at"),
    "instruments.InstrumentLink": changing("instrument completed_at refused_at"),
    # F5 judgement
    "codes.SpentCode": APPEND_ONLY,
    "limits.PaymentLimit": changing("per_payment_minor per_day_minor set_at"),
    "limits.PendingLimit": changing("per_payment_minor per_day_minor asked_at effective_at", is_cleared=True),
    "limits.DayCounter": changing("used_minor counted_since", is_cleared=True),
    "fraud.Assessment": APPEND_ONLY,
    "fraud.Rule": changing("status checker approval live_approval shadow_at live_at retired_at"),
    "fraud.Rulebook": changing("edition"),
    "fraud.Listing": changing("ended_by ended_at"),
    "fraud.Refunded": APPEND_ONLY,
    "fraud.AssessmentOutcome": APPEND_ONLY,
    "fraud.BackTest": changing("position_at position_id result ended_at"),
    # F6 heart
    "transactions.Payment": changing(
        "status version instrument fallback authorised_minor captured_minor released_minor refunded_minor"
        " refund_reserved_minor limits_reserved_minor capture_status refund_status action answer_until deadline_at"
        " hold_expires_at decline_code decline_detail authorised_at captured_at ended_at"
    ),
    "transactions.Attempt": changing("hold_reference decline_reason raw_reason"),
    "transactions.Operation": changing(
        "status provider_reference tries next_check_at watched_at sent_at unknown_since ended_at"
    ),
    "transactions.Refund": changing("status failure_reason business_date ended_at"),
    "transactions.DayClose": APPEND_ONLY,
    "transactions.Return": APPEND_ONLY,
    "transactions.PaymentEvent": APPEND_ONLY,
    # F7 evening
    "confirmations.Confirmation": APPEND_ONLY,
    "settlement.Batch": changing("status captured_minor refunded_minor captured_count refunded_count closed_at"),
    "settlement.BatchLine": APPEND_ONLY,
}


def rights_by_model() -> dict[type[Model], Rights]:
    """Return the rights of every table that the installation has; ImproperlyConfigured where one is not known."""
    models = {model._meta.label: model for model in apps.get_models(include_auto_created=True) if model._meta.managed}
    if unknown := sorted(models.keys() - RIGHTS.keys()):
        raise ImproperlyConfigured(f"mpayment/roles.py does not say what the service may do with {', '.join(unknown)}")
    return {model: RIGHTS[label] for label, model in models.items()}


def changing_columns(model: type[Model], rights: Rights) -> list[str]:
    """Return the columns behind the fields that may change; KeyError for one that is misspelt."""
    columns = {field.name: str(field.column) for field in model._meta.concrete_fields}
    return [columns[name] for name in rights.changes]
