"""Every write about operators: inviting, signing in, the second factor, sessions."""

from apps.operators.operations.inviting import (
    Invited,
    accept_invitation,
    choose_language,
    create_operator,
    invite_operator,
    switch_operator,
)
from apps.operators.operations.saved_filters import forget_filter, note_export, save_filter
from apps.operators.operations.second_factor import Confirmed, begin_totp, confirm_totp
from apps.operators.operations.sessions import end_session, end_session_by, end_session_of, touch_session
from apps.operators.operations.signing_in import SignedIn, sign_in, step_up, verify_second_factor

__all__ = [
    "Confirmed",
    "Invited",
    "SignedIn",
    "accept_invitation",
    "begin_totp",
    "choose_language",
    "confirm_totp",
    "create_operator",
    "end_session",
    "end_session_by",
    "end_session_of",
    "forget_filter",
    "invite_operator",
    "note_export",
    "save_filter",
    "sign_in",
    "step_up",
    "switch_operator",
    "touch_session",
    "verify_second_factor",
]
