"""How states look: a tone, an icon and a word, because colour alone says nothing to many."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Look:
    """The tone is a class of the style sheet, the icon one of `pages/icon.html`."""

    tone: str
    icon: str
    german: str
    english: str

    def word(self, language: str) -> str:
        """Return the word in the language; German where there is none."""
        return self.english if language == "en" else self.german


_UNKNOWN: Final = ("neutral", "dot")

LOOKS: Final = {
    "in_review": Look("wait", "eye", "in Prüfung", "in review"),
    "action_required": Look("wait", "clock", "wartet auf Zustimmung", "waits for consent"),
    "authorising": Look("wait", "clock", "wird angefragt", "authorising"),
    "unknown": Look("wait", "question", "unklar", "unknown"),
    "authorised": Look("good", "tick", "bewilligt", "authorised"),
    "reversing": Look("wait", "clock", "wird aufgehoben", "reversing"),
    "captured": Look("good", "tick", "verbucht", "captured"),
    "declined": Look("bad", "cross", "abgelehnt", "declined"),
    "cancelled": Look("neutral", "cross", "storniert", "cancelled"),
    "expired": Look("neutral", "clock", "verfallen", "expired"),
    "active": Look("good", "tick", "aktiv", "active"),
    "pending": Look("wait", "clock", "wartet auf Freigabe", "pending"),
    "locked": Look("wait", "lock", "gesperrt", "locked"),
    "suspended": Look("bad", "lock", "stillgelegt", "suspended"),
    "revoked": Look("bad", "cross", "widerrufen", "revoked"),
    "frozen": Look("bad", "lock", "eingefroren", "frozen"),
    "closed": Look("neutral", "cross", "geschlossen", "closed"),
    "removed": Look("neutral", "cross", "entfernt", "removed"),
    "open": Look("wait", "dot", "offen", "open"),
    "taken": Look("neutral", "eye", "in Arbeit", "taken"),
    "resolved": Look("good", "tick", "erledigt", "resolved"),
    "info": Look("neutral", "dot", "Hinweis", "info"),
    "warning": Look("wait", "warning", "Warnung", "warning"),
    "alarm": Look("bad", "warning", "Alarm", "alarm"),
    "awaiting": Look("wait", "clock", "wartet", "awaiting"),
    "approved": Look("good", "tick", "bewilligt", "approved"),
    "refused": Look("bad", "cross", "verweigert", "refused"),
    "queued": Look("wait", "clock", "bereit", "queued"),
    "sent": Look("wait", "clock", "gesendet", "sent"),
    "succeeded": Look("good", "tick", "ausgeführt", "succeeded"),
    "failed": Look("bad", "cross", "fehlgeschlagen", "failed"),
}


def look_of(state: str) -> Look:
    """Return how a state looks; one that is not known is shown as it is."""
    return LOOKS.get(state) or Look(*_UNKNOWN, german=state, english=state)
