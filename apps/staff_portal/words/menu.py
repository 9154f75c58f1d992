"""The menu: its groups, the addresses in them, and their words."""

from typing import Final

from apps.operators.roles import Permission

LANGUAGES: Final = ("de", "fr", "it", "en")

# The group; in it the address and who sees it. A group of which nobody sees anything is left out.
MENU: Final = (
    (
        "work",
        (
            ("staff-reviews", Permission.SEE_PAYMENTS),
            ("staff-cases", Permission.SEE_CASES),
            ("staff-approvals", Permission.SEE_APPROVALS),
        ),
    ),
    (
        "registers",
        (
            ("staff-payments", Permission.SEE_PAYMENTS),
            ("staff-customers", Permission.SEE_CUSTOMERS),
            ("staff-all-devices", Permission.SEE_CUSTOMERS),
            ("staff-devices", Permission.SEE_CUSTOMERS),
            ("staff-bulk-revocation", Permission.REVOKE_MANY),
        ),
    ),
    ("fraud", (("staff-rules", Permission.SEE_RULES), ("staff-lists", Permission.SEE_RULES))),
    ("operations", (("staff-switches", Permission.SEE_OPERATIONS),)),
    (
        "administration",
        (("staff-operators", Permission.SEE_OPERATORS), ("staff-audit", Permission.SEE_AUDIT)),
    ),
)

MENU_WORDS: Final[dict[str, tuple[str, str, str, str]]] = {
    "work": ("Arbeit", "Travail", "Lavoro", "Work"),
    "registers": ("Verzeichnisse", "Registres", "Registri", "Registers"),
    "fraud": ("Betrug", "Fraude", "Frode", "Fraud"),
    "operations": ("Betrieb", "Exploitation", "Esercizio", "Operations"),
    "administration": ("Verwaltung", "Administration", "Amministrazione", "Administration"),
    "staff-reviews": ("Zahlungen in Prüfung", "Paiements à vérifier", "Pagamenti da verificare", "Payments in review"),
    "staff-cases": ("Fälle", "Cas", "Casi", "Cases"),
    "staff-approvals": ("Vier Augen", "Quatre yeux", "Quattro occhi", "Four eyes"),
    "staff-devices": ("Stillgelegte Geräte", "Appareils suspendus", "Dispositivi sospesi", "Stopped devices"),
    "staff-payments": ("Zahlungen", "Paiements", "Pagamenti", "Payments"),
    "staff-customers": ("Kundschaft", "Clientèle", "Clientela", "Customers"),
    "staff-all-devices": ("Geräte", "Appareils", "Dispositivi", "Devices"),
    "staff-rules": ("Betrugsregeln", "Règles", "Regole", "Fraud rules"),
    "staff-lists": ("Sperr- und Freilisten", "Listes", "Liste", "Block and allow lists"),
    "staff-bulk-revocation": ("Sammelsperre", "Révocation groupée", "Revoca in blocco", "Bulk revocation"),
    "staff-switches": ("Notschalter", "Interrupteurs", "Interruttori", "Kill switches"),
    "staff-operators": ("Mitarbeitende", "Collaborateurs", "Collaboratori", "Operators"),
    "staff-audit": ("Nachweise", "Journal d’audit", "Registro di controllo", "Audit log"),
}


def menu_word(name: str, language: str) -> str:
    """Return the word of a group or an address."""
    return MENU_WORDS[name][LANGUAGES.index(language)]
