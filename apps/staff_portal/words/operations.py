"""The words of the pages about running the platform: what is stopped."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Words:
    """What the page about switches says, and what a second person is asked about them."""

    title: str
    two_people: str
    stopped_now: str
    nothing_stopped: str
    awaiting: str
    nothing_awaiting: str
    past: str
    nothing_past: str
    ask_stop: str
    what: str
    since: str
    until: str
    asked_by: str
    confirmed_by: str
    ask_stop_button: str
    ask_resume_button: str
    asked_stop: str
    asked_resume: str
    refused_stopped: str
    refused_ended: str
    refused_asked: str
    everything: str
    provider: str
    merchant: str
    instrument_kind: str
    enrolment: str
    bank_account: str
    card: str


SWITCHES: Final[dict[str, Words]] = {
    "de": Words(
        title="Notschalter",
        two_people="Nichts geschieht sofort: Eine zweite Person muss es unter «Vier Augen» bestätigen.",
        stopped_now="Jetzt angehalten",
        nothing_stopped="Nichts ist angehalten.",
        awaiting="Wartet auf eine zweite Person",
        nothing_awaiting="Nichts wartet.",
        past="Früher angehalten",
        nothing_past="Noch nie wurde etwas angehalten.",
        ask_stop="Anhalten verlangen",
        what="Was",
        since="Seit",
        until="Bis",
        asked_by="Verlangt von",
        confirmed_by="Bestätigt von",
        ask_stop_button="Anhalten verlangen",
        ask_resume_button="Weiterlaufen verlangen",
        asked_stop="Anhalten?",
        asked_resume="Weiterlaufen lassen?",
        refused_stopped="Das ist bereits angehalten.",
        refused_ended="Das läuft bereits wieder.",
        refused_asked="Das ist bereits verlangt und wartet auf eine zweite Person.",
        everything="Alle neuen Zahlungen (Training läuft weiter)",
        provider="Zahlungen über eine Bank",
        merchant="Zahlungen bei einem Händler",
        instrument_kind="Zahlungen mit einer Art von Zahlungsmittel",
        enrolment="Aufnahme neuer Geräte",
        bank_account="Bankkonto",
        card="Karte",
    ),
    "fr": Words(
        title="Interrupteurs",
        two_people="Rien n’a lieu tout de suite: une seconde personne doit confirmer sous «Quatre yeux».",
        stopped_now="Arrêté actuellement",
        nothing_stopped="Rien n’est arrêté.",
        awaiting="En attente d’une seconde personne",
        nothing_awaiting="Rien n’est en attente.",
        past="Arrêts passés",
        nothing_past="Rien n’a encore été arrêté.",
        ask_stop="Demander un arrêt",
        what="Quoi",
        since="Depuis",
        until="Jusqu’à",
        asked_by="Demandé par",
        confirmed_by="Confirmé par",
        ask_stop_button="Demander l’arrêt",
        ask_resume_button="Demander la reprise",
        asked_stop="Arrêter?",
        asked_resume="Laisser reprendre?",
        refused_stopped="Cela est déjà arrêté.",
        refused_ended="Cela a déjà repris.",
        refused_asked="Cela est déjà demandé et attend une seconde personne.",
        everything="Tous les nouveaux paiements (la formation continue)",
        provider="Paiements par une banque",
        merchant="Paiements chez un commerçant",
        instrument_kind="Paiements avec un type de moyen de paiement",
        enrolment="Admission de nouveaux appareils",
        bank_account="Compte bancaire",
        card="Carte",
    ),
    "it": Words(
        title="Interruttori",
        two_people="Nulla avviene subito: una seconda persona deve confermare sotto «Quattro occhi».",
        stopped_now="Fermato adesso",
        nothing_stopped="Nulla è fermato.",
        awaiting="In attesa di una seconda persona",
        nothing_awaiting="Nulla è in attesa.",
        past="Fermato in passato",
        nothing_past="Nulla è mai stato fermato.",
        ask_stop="Chiedere un arresto",
        what="Che cosa",
        since="Da",
        until="Fino a",
        asked_by="Chiesto da",
        confirmed_by="Confermato da",
        ask_stop_button="Chiedi l’arresto",
        ask_resume_button="Chiedi la ripresa",
        asked_stop="Fermare?",
        asked_resume="Lasciar riprendere?",
        refused_stopped="È già fermato.",
        refused_ended="È già ripreso.",
        refused_asked="È già chiesto e attende una seconda persona.",
        everything="Tutti i nuovi pagamenti (la formazione continua)",
        provider="Pagamenti tramite una banca",
        merchant="Pagamenti presso un commerciante",
        instrument_kind="Pagamenti con un tipo di mezzo di pagamento",
        enrolment="Ammissione di nuovi dispositivi",
        bank_account="Conto bancario",
        card="Carta",
    ),
    "en": Words(
        title="Kill switches",
        two_people="Nothing happens at once: a second person must confirm it under Four eyes.",
        stopped_now="Stopped now",
        nothing_stopped="Nothing is stopped.",
        awaiting="Awaits a second person",
        nothing_awaiting="Nothing awaits.",
        past="Stopped earlier",
        nothing_past="Nothing was ever stopped.",
        ask_stop="Ask for a stop",
        what="What",
        since="Since",
        until="Until",
        asked_by="Asked by",
        confirmed_by="Confirmed by",
        ask_stop_button="Ask for the stop",
        ask_resume_button="Ask to let it go on",
        asked_stop="Stop this?",
        asked_resume="Let this go on?",
        refused_stopped="This is stopped already.",
        refused_ended="This goes on already.",
        refused_asked="This is asked for already, and awaits a second person.",
        everything="All new payments (training goes on)",
        provider="Payments through a provider",
        merchant="Payments at a merchant",
        instrument_kind="Payments with a kind of instrument",
        enrolment="Taking new devices",
        bank_account="Bank account",
        card="Card",
    ),
}

STOP_REASONS: Final = {
    "de": (("incident", "Störung"), ("fraud", "Betrugswelle"), ("maintenance", "Wartung"), ("legal", "Anordnung")),
    "fr": (("incident", "Incident"), ("fraud", "Vague de fraude"), ("maintenance", "Maintenance"), ("legal", "Ordre")),
    "it": (("incident", "Guasto"), ("fraud", "Ondata di frodi"), ("maintenance", "Manutenzione"), ("legal", "Ordine")),
    "en": (("incident", "Incident"), ("fraud", "Wave of fraud"), ("maintenance", "Maintenance"), ("legal", "Order")),
}

RESUME_REASONS: Final = {
    "de": (("over", "Ist vorbei"), ("mistake", "War ein Irrtum")),
    "fr": (("over", "C’est terminé"), ("mistake", "C’était une erreur")),
    "it": (("over", "È finito"), ("mistake", "Era un errore")),
    "en": (("over", "It is over"), ("mistake", "It was a mistake")),
}
