"""Switches in words: on their own page, and as a second person is asked about them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from apps.approvals.models import Approval
from apps.instruments.models import Kind
from apps.staff_portal.words.operations import RESUME_REASONS, STOP_REASONS, SWITCHES
from apps.switches.models import WITHOUT_TARGET, SwitchKind
from apps.switches.operations import RESUME_ACTION, STOP_ACTION

SWITCH_ACTIONS: Final = frozenset({STOP_ACTION, RESUME_ACTION})


@dataclass(frozen=True, slots=True)
class AskedSwitch:
    """The question, what it is about, and why it was asked."""

    question: str
    label: str
    what: str
    reason_label: str
    reason: str


def asked_switch(approval: Approval, language: str, *, reason_label: str) -> AskedSwitch:
    """Return the question, told from what the approval itself keeps."""
    words, asked = SWITCHES[language], approval.asked
    question = words.asked_stop if approval.action == STOP_ACTION else words.asked_resume
    return AskedSwitch(question, words.what, said_asked(asked, language), reason_label, said_reason(asked, language))


# Any: what JSON holds.
def said_asked(asked: Mapping[str, Any], language: str) -> str:
    """Return what an approval is about."""
    return said_switch(str(asked["what"]), str(asked["name"]), language)


def said_switch(kind: str, name: str, language: str) -> str:
    """Return what a switch stops, with the name of the target where it has one."""
    words = SWITCHES[language]
    said = str(getattr(words, kind))
    if kind in WITHOUT_TARGET:
        return said
    # A kind of instrument has a word of its own; any other name is what somebody is called.
    is_kind = kind == SwitchKind.INSTRUMENT_KIND and name in Kind.values
    return f"{said}: {getattr(words, name) if is_kind else name}"


# Any: what JSON holds.
def said_reason(asked: Mapping[str, Any], language: str) -> str:
    """Return the reason in words, with the note behind it."""
    return said_why(str(asked["reason"]), language)


def said_why(reason: str, language: str) -> str:
    """Return the word of a reason's code, with the note behind it; what another door wrote is shown as it is."""
    code, colon, note = reason.partition(":")
    return dict((*STOP_REASONS[language], *RESUME_REASONS[language])).get(code, code) + colon + note
