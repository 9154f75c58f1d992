"""The words of the lists: filters, columns, and what can be done with a list."""

from dataclasses import dataclass
from typing import Final

_WORDS: Final[dict[str, tuple[str, str, str, str]]] = {
    "payments": ("Zahlungen", "Paiements", "Pagamenti", "Payments"),
    "customers": ("Kundschaft", "Clientèle", "Clientela", "Customers"),
    "devices": ("Geräte", "Appareils", "Dispositivi", "Devices"),
    "from": ("Von", "Du", "Dal", "From"),
    "to": ("Bis", "Au", "Al", "To"),
    "least": ("Betrag ab", "Montant dès", "Importo da", "Amount from"),
    "most": ("Betrag bis", "Montant jusqu’à", "Importo fino a", "Amount up to"),
    "status": ("Status", "État", "Stato", "Status"),
    "where": (
        "Händler, Filiale oder Kasse",
        "Commerçant, filiale ou caisse",
        "Commerciante, filiale o cassa",
        "Merchant, store or till",
    ),
    "kind": ("Zahlungsmittel", "Moyen de paiement", "Mezzo di pagamento", "Means of payment"),
    "bank_account": ("Bankkonto", "Compte bancaire", "Conto bancario", "Bank account"),
    "card": ("Karte", "Carte", "Carta", "Card"),
    "declined": ("Ablehnungsgrund", "Motif du refus", "Motivo del rifiuto", "Decline reason"),
    "cashier": ("Kassenpersonal", "Caissier", "Cassiere", "Cashier"),
    "mode": ("Modus", "Mode", "Modalità", "Mode"),
    "live": ("Echt", "Réel", "Reale", "Live"),
    "test": ("Test", "Test", "Test", "Test"),
    "reference": ("Belegnummer", "Numéro de ticket", "Numero di scontrino", "Receipt number"),
    "amount": ("Betrag", "Montant", "Importo", "Amount"),
    "email": ("E-Mail beginnt mit", "E-mail commence par", "E-mail inizia con", "E-mail begins with"),
    "address": ("E-Mail", "E-mail", "E-mail", "E-mail"),
    "platform": ("System", "Système", "Sistema", "Platform"),
    "name": ("Name", "Nom", "Nome", "Name"),
    "id": ("Nummer", "Numéro", "Numero", "Id"),
    "at": ("Zeit", "Date", "Data", "When"),
    "place": ("Ort", "Lieu", "Luogo", "Where"),
    "customer": ("Kundin oder Kunde", "Client", "Cliente", "Customer"),
    "language": ("Sprache", "Langue", "Lingua", "Language"),
    "reason": ("Grund", "Motif", "Motivo", "Reason"),
    "any": ("alle", "tous", "tutti", "any"),
    "apply": ("Filtern", "Filtrer", "Filtra", "Filter"),
    "columns": ("Spalten", "Colonnes", "Colonne", "Columns"),
    "choose": ("Spalten wählen", "Choisir les colonnes", "Scegli le colonne", "Choose columns"),
    "remove": ("entfernen", "retirer", "togliere", "remove"),
    "older": ("Ältere", "Plus anciens", "Meno recenti", "Older"),
    "newer": ("Neuere", "Plus récents", "Più recenti", "Newer"),
    "export": ("Als CSV laden", "Charger en CSV", "Scarica in CSV", "Download as CSV"),
    "export_help": (
        "Das CSV enthält genau diese Liste, höchstens die neuesten 50’000 Zeilen, und wird protokolliert.",
        "Le CSV contient exactement cette liste, au plus les 50’000 lignes les plus récentes, et est consigné.",
        "Il CSV contiene esattamente questa lista, al massimo le 50’000 righe più recenti, e viene registrato.",
        "The CSV holds exactly this list, at most its newest 50,000 rows, and is recorded.",
    ),
    "saved": ("Gespeicherte Filter", "Filtres enregistrés", "Filtri salvati", "Saved filters"),
    "save": ("Filter speichern", "Enregistrer le filtre", "Salva il filtro", "Save filter"),
    "save_as": ("Name des Filters", "Nom du filtre", "Nome del filtro", "Name of the filter"),
    "nothing": ("Nichts gefunden.", "Aucun résultat.", "Nessun risultato.", "Nothing found."),
}


@dataclass(frozen=True, slots=True)
class ListWords:
    """The words in one language; a template asks for them by attribute, a view by name."""

    column: int

    def __getattr__(self, name: str) -> str:
        try:
            return _WORDS[name][self.column]
        except KeyError:
            raise AttributeError(name) from None


LISTS: Final = {language: ListWords(column) for column, language in enumerate(("de", "fr", "it", "en"))}
