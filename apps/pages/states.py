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
    french: str = ""
    italian: str = ""

    def word(self, language: str) -> str:
        """Return the word in the language; German where there is none."""
        words = {"en": self.english, "fr": self.french, "it": self.italian}
        return words.get(language) or self.german


_UNKNOWN: Final = ("neutral", "dot")

LOOKS: Final = {
    "in_review": Look("wait", "eye", "in Prüfung", "in review", "en vérification", "in verifica"),
    "action_required": Look(
        "wait", "clock", "wartet auf Zustimmung", "waits for consent", "attend l’accord", "attende il consenso"
    ),
    "authorising": Look("wait", "clock", "wird angefragt", "authorising", "demande en cours", "richiesta in corso"),
    "unknown": Look("wait", "question", "unklar", "unknown", "incertain", "incerto"),
    "authorised": Look("good", "tick", "bewilligt", "authorised", "autorisé", "autorizzato"),
    "reversing": Look("wait", "clock", "wird aufgehoben", "reversing", "annulation en cours", "annullamento in corso"),
    "captured": Look("good", "tick", "verbucht", "captured", "comptabilisé", "contabilizzato"),
    "declined": Look("bad", "cross", "abgelehnt", "declined", "refusé", "rifiutato"),
    "cancelled": Look("neutral", "cross", "storniert", "cancelled", "annulé", "annullato"),
    "expired": Look("neutral", "clock", "verfallen", "expired", "expiré", "scaduto"),
    "active": Look("good", "tick", "aktiv", "active", "actif", "attivo"),
    "pending": Look("wait", "clock", "wartet auf Freigabe", "pending", "attend la libération", "attende lo sblocco"),
    "locked": Look("wait", "lock", "gesperrt", "locked", "bloqué", "bloccato"),
    "suspended": Look("bad", "lock", "stillgelegt", "suspended", "suspendu", "sospeso"),
    "revoked": Look("bad", "cross", "widerrufen", "revoked", "révoqué", "revocato"),
    "frozen": Look("bad", "lock", "eingefroren", "frozen", "gelé", "congelato"),
    "closed": Look("neutral", "cross", "geschlossen", "closed", "fermé", "chiuso"),
    "removed": Look("neutral", "cross", "entfernt", "removed", "retiré", "rimosso"),
    "open": Look("wait", "dot", "offen", "open", "ouvert", "aperto"),
    "taken": Look("neutral", "eye", "in Arbeit", "taken", "en traitement", "in lavorazione"),
    "resolved": Look("good", "tick", "erledigt", "resolved", "réglé", "risolto"),
    "info": Look("neutral", "dot", "Hinweis", "info", "remarque", "avviso"),
    "warning": Look("wait", "warning", "Warnung", "warning", "avertissement", "avvertimento"),
    "alarm": Look("bad", "warning", "Alarm", "alarm", "alarme", "allarme"),
    "awaiting": Look("wait", "clock", "wartet", "awaiting", "en attente", "in attesa"),
    "approved": Look("good", "tick", "bewilligt", "approved", "autorisé", "autorizzato"),
    "awaiting_approval": Look(
        "wait", "clock", "wartet auf vier Augen", "awaits approval", "attend l’approbation", "attende l’approvazione"
    ),
    "withdrawn": Look("neutral", "cross", "zurückgezogen", "withdrawn", "retiré", "ritirato"),
    "refused": Look("bad", "cross", "verweigert", "refused", "refusé", "rifiutato"),
    "queued": Look("wait", "clock", "bereit", "queued", "prêt", "pronto"),
    "sent": Look("wait", "clock", "gesendet", "sent", "envoyé", "inviato"),
    "succeeded": Look("good", "tick", "ausgeführt", "succeeded", "exécuté", "eseguito"),
    "failed": Look("bad", "cross", "fehlgeschlagen", "failed", "échoué", "fallito"),
}


def look_of(state: str) -> Look:
    """Return how a state looks; one that is not known is shown as it is."""
    return LOOKS.get(state) or Look(*_UNKNOWN, german=state, english=state)
