"""The words of the page about kill switches."""

from dataclasses import dataclass
from typing import Final

from apps.switches.models import SwitchKind


@dataclass(frozen=True, slots=True)
class Words:
    """What the page about switches says."""

    title: str
    help: str
    stopped: str
    nothing_stopped: str
    what: str
    since: str
    by: str
    why: str
    until: str
    ask: str
    ask_help: str
    go_on: str
    awaits: str
    past: str
    and_then: str
    kinds: dict[str, str]
    means: dict[str, str]


SWITCHES: Final[dict[str, Words]] = {
    "de": Words(
        title="Notschalter",
        help="Hält neue Zahlungen an. Was reserviert ist, kann weiter verbucht, storniert und zurückgegeben werden.",
        stopped="Angehalten",
        nothing_stopped="Nichts ist angehalten.",
        what="Was",
        since="Seit",
        by="Von wem",
        why="Grund",
        until="Bis",
        ask="Anhalten lassen",
        ask_help="Eine zweite Person bestätigt innert einer Stunde unter «Vier Augen»; dann gilt es an jeder Kasse.",
        go_on="Weiterlaufen lassen",
        awaits="Wartet auf eine zweite Person",
        past="Früher",
        and_then="und",
        kinds={
            SwitchKind.EVERYTHING: "Alle Zahlungen",
            SwitchKind.PROVIDER: "Bank",
            SwitchKind.MERCHANT: "Händler",
            SwitchKind.INSTRUMENT_KIND: "Zahlungsmittel",
            SwitchKind.ENROLMENT: "Neue Geräte",
        },
        means={"bank_account": "Bankkonto", "card": "Karte"},
    ),
    "fr": Words(
        title="Interrupteurs d’urgence",
        help="Arrête les nouveaux paiements. Ce qui est déjà réservé peut être débité, annulé et remboursé.",
        stopped="Arrêté",
        nothing_stopped="Rien n’est arrêté.",
        what="Quoi",
        since="Depuis",
        by="Par qui",
        why="Motif",
        until="Jusqu’à",
        ask="Faire arrêter",
        ask_help="Une deuxième personne confirme dans l’heure sous «Quatre yeux»; puis cela vaut à chaque caisse.",
        go_on="Faire reprendre",
        awaits="Attend une deuxième personne",
        past="Avant",
        and_then="et",
        kinds={
            SwitchKind.EVERYTHING: "Tous les paiements",
            SwitchKind.PROVIDER: "Banque",
            SwitchKind.MERCHANT: "Commerçant",
            SwitchKind.INSTRUMENT_KIND: "Moyen de paiement",
            SwitchKind.ENROLMENT: "Nouveaux appareils",
        },
        means={"bank_account": "compte bancaire", "card": "carte"},
    ),
    "it": Words(
        title="Interruttori d’emergenza",
        help="Ferma i nuovi pagamenti. Ciò che è già riservato può essere addebitato, annullato e rimborsato.",
        stopped="Fermato",
        nothing_stopped="Nulla è fermo.",
        what="Che cosa",
        since="Da",
        by="Da chi",
        why="Motivo",
        until="Fino a",
        ask="Far fermare",
        ask_help="Una seconda persona conferma entro un’ora sotto «Quattro occhi»; poi vale a ogni cassa.",
        go_on="Far riprendere",
        awaits="In attesa di una seconda persona",
        past="Prima",
        and_then="e",
        kinds={
            SwitchKind.EVERYTHING: "Tutti i pagamenti",
            SwitchKind.PROVIDER: "Banca",
            SwitchKind.MERCHANT: "Commerciante",
            SwitchKind.INSTRUMENT_KIND: "Mezzo di pagamento",
            SwitchKind.ENROLMENT: "Nuovi dispositivi",
        },
        means={"bank_account": "conto bancario", "card": "carta"},
    ),
    "en": Words(
        title="Kill switches",
        help="Stops new payments. What is held already can be captured, cancelled and refunded all the same.",
        stopped="Stopped",
        nothing_stopped="Nothing is stopped.",
        what="What",
        since="Since",
        by="By whom",
        why="Why",
        until="Until",
        ask="Ask to stop",
        ask_help="A second person confirms within an hour under Four eyes; then it holds at every till.",
        go_on="Ask to let it go on",
        awaits="Awaits a second person",
        past="Earlier",
        and_then="and",
        kinds={
            SwitchKind.EVERYTHING: "All payments",
            SwitchKind.PROVIDER: "Provider",
            SwitchKind.MERCHANT: "Merchant",
            SwitchKind.INSTRUMENT_KIND: "Means of payment",
            SwitchKind.ENROLMENT: "New phones",
        },
        means={"bank_account": "bank account", "card": "card"},
    ),
}

SWITCH_REASONS: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "de": (("incident", "Störung"), ("fraud", "Betrugsverdacht"), ("request", "Auf Wunsch"), ("over", "Vorbei")),
    "fr": (("incident", "Panne"), ("fraud", "Soupçon de fraude"), ("request", "Sur demande"), ("over", "Terminé")),
    "it": (("incident", "Guasto"), ("fraud", "Sospetto di frode"), ("request", "Su richiesta"), ("over", "Finito")),
    "en": (("incident", "incident"), ("fraud", "suspected fraud"), ("request", "on request"), ("over", "it is over")),
}
