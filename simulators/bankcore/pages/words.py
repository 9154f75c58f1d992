"""What the pages say, in the four languages of the house."""

from collections.abc import Mapping
from types import MappingProxyType

DEFAULT = "de"

_DE = {
    "bank": "Simulierte Bank",
    "login_title": "Bei der Bank anmelden",
    "login_consents": "Melden Sie sich an, um Ihre Zustimmungen zu sehen.",
    "login_why": "{client} möchte Käufe von Ihrem Konto abbuchen. Melden Sie sich an, um zu entscheiden.",
    "contract": "Vertragsnummer",
    "password": "Passwort",
    "log_in": "Anmelden",
    "log_out": "Abmelden",
    "login_wrong": "Vertragsnummer oder Passwort stimmen nicht. "
    "Nach fünf Fehlern ist die Anmeldung 15 Minuten lang gesperrt.",
    "consent_title": "Zustimmen?",
    "hello": "Guten Tag, {owner}",
    "consent_asks": "{client} bittet um Ihre Zustimmung. Danach darf {client}:",
    "may_hold": "Beträge für Käufe reservieren und abbuchen, die Sie an der Kasse mit Ihrem Telefon bezahlen",
    "may_refund": "Geld auf dieses Konto zurückzahlen",
    "may_not": "Kontostand und Umsätze sieht {client} nicht.",
    "which": "Von welchem Konto?",
    "available": "verfügbar",
    "blocked": "gesperrt",
    "none": "Kein Konto dieses Vertrags kann gewählt werden.",
    "confirm": "Zustimmen",
    "refuse": "Ablehnen",
    "withdraw_any_time": "Sie können die Zustimmung jederzeit hier unter «Zustimmungen» widerrufen.",
    "choose_one": "Wählen Sie ein Konto.",
    "over_title": "Dieser Link gilt nicht mehr",
    "over": "Er wurde schon benutzt, oder die Zeit ist abgelaufen. Beginnen Sie in der App noch einmal.",
    "consents_title": "Zustimmungen",
    "no_consents": "Sie haben niemandem eine Zustimmung gegeben.",
    "since": "seit {date}",
    "withdraw": "Widerrufen",
    "withdrawn": "Widerrufen. Von diesem Konto wird nichts mehr abgebucht.",
    "not_found_title": "Diese Seite gibt es nicht",
    "refused_title": "Das geht so nicht",
    "refused": "Bitte laden Sie die Seite neu und versuchen Sie es noch einmal.",
    "language": "Sprache",
}
_FR = {
    "bank": "Banque simulée",
    "login_title": "Se connecter à la banque",
    "login_consents": "Connectez-vous pour voir vos autorisations.",
    "login_why": "{client} souhaite débiter vos achats de votre compte. Connectez-vous pour décider.",
    "contract": "Numéro de contrat",
    "password": "Mot de passe",
    "log_in": "Se connecter",
    "log_out": "Se déconnecter",
    "login_wrong": "Numéro de contrat ou mot de passe incorrect. Après cinq erreurs, l’accès est bloqué 15 minutes.",
    "consent_title": "Autoriser\u00a0?",
    "hello": "Bonjour {owner}",
    "consent_asks": "{client} demande votre autorisation. Ensuite, {client} pourra\u00a0:",
    "may_hold": "réserver et débiter les achats que vous payez à la caisse avec votre téléphone",
    "may_refund": "rembourser sur ce compte",
    "may_not": "{client} ne voit ni le solde ni les mouvements.",
    "which": "De quel compte\u00a0?",
    "available": "disponible",
    "blocked": "bloqué",
    "none": "Aucun compte de ce contrat ne peut être choisi.",
    "confirm": "Autoriser",
    "refuse": "Refuser",
    "withdraw_any_time": "Vous pouvez retirer cette autorisation à tout moment ici, sous «\u00a0Autorisations\u00a0».",
    "choose_one": "Choisissez un compte.",
    "over_title": "Ce lien n’est plus valable",
    "over": "Il a déjà servi, ou le délai est écoulé. Recommencez dans l’application.",
    "consents_title": "Autorisations",
    "no_consents": "Vous n’avez donné aucune autorisation.",
    "since": "depuis le {date}",
    "withdraw": "Retirer",
    "withdrawn": "Retirée. Plus rien ne sera débité de ce compte.",
    "not_found_title": "Cette page n’existe pas",
    "refused_title": "Ce n’est pas possible ainsi",
    "refused": "Rechargez la page et réessayez.",
    "language": "Langue",
}
_IT = {
    "bank": "Banca simulata",
    "login_title": "Accedere alla banca",
    "login_consents": "Acceda per vedere i suoi consensi.",
    "login_why": "{client} desidera addebitare gli acquisti sul suo conto. Acceda per decidere.",
    "contract": "Numero di contratto",
    "password": "Password",
    "log_in": "Accedere",
    "log_out": "Uscire",
    "login_wrong": "Numero di contratto o password errati. Dopo cinque errori l’accesso è bloccato per 15 minuti.",
    "consent_title": "Acconsentire?",
    "hello": "Buongiorno {owner}",
    "consent_asks": "{client} chiede il suo consenso. In seguito {client} potrà:",
    "may_hold": "riservare e addebitare gli acquisti che paga alla cassa con il telefono",
    "may_refund": "rimborsare su questo conto",
    "may_not": "{client} non vede né il saldo né i movimenti.",
    "which": "Da quale conto?",
    "available": "disponibile",
    "blocked": "bloccato",
    "none": "Nessun conto di questo contratto può essere scelto.",
    "confirm": "Acconsentire",
    "refuse": "Rifiutare",
    "withdraw_any_time": "Può revocare il consenso in qualsiasi momento qui, alla voce «Consensi».",
    "choose_one": "Scelga un conto.",
    "over_title": "Questo link non è più valido",
    "over": "È già stato usato, oppure il tempo è scaduto. Ricominci nell’app.",
    "consents_title": "Consensi",
    "no_consents": "Non ha dato alcun consenso.",
    "since": "dal {date}",
    "withdraw": "Revocare",
    "withdrawn": "Revocato. Da questo conto non si addebita più nulla.",
    "not_found_title": "Questa pagina non esiste",
    "refused_title": "Così non è possibile",
    "refused": "Ricarichi la pagina e riprovi.",
    "language": "Lingua",
}
_EN = {
    "bank": "Simulated Bank",
    "login_title": "Log in to your bank",
    "login_consents": "Log in to see your consents.",
    "login_why": "{client} would like to charge purchases to your account. Log in to decide.",
    "contract": "Contract number",
    "password": "Password",
    "log_in": "Log in",
    "log_out": "Log out",
    "login_wrong": "Contract number or password is wrong. After five mistakes nobody can log in for 15 minutes.",
    "consent_title": "Do you consent?",
    "hello": "Hello, {owner}",
    "consent_asks": "{client} asks for your consent. Afterwards {client} may:",
    "may_hold": "hold and take the amounts of purchases that you pay at a till with your phone",
    "may_refund": "pay money back to this account",
    "may_not": "{client} sees neither your balance nor your bookings.",
    "which": "From which account?",
    "available": "available",
    "blocked": "blocked",
    "none": "No account of this contract can be chosen.",
    "confirm": "I consent",
    "refuse": "Refuse",
    "withdraw_any_time": "You can withdraw your consent here at any time, under “Consents”.",
    "choose_one": "Choose an account.",
    "over_title": "This link is over",
    "over": "It was used already, or its time is up. Begin again in the app.",
    "consents_title": "Consents",
    "no_consents": "You have given nobody your consent.",
    "since": "since {date}",
    "withdraw": "Withdraw",
    "withdrawn": "Withdrawn. Nothing more is taken from this account.",
    "not_found_title": "There is no such page",
    "refused_title": "That cannot be done",
    "refused": "Please load the page again and try once more.",
    "language": "Language",
}
WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType({"de": _DE, "fr": _FR, "it": _IT, "en": _EN})
NAMES = {"de": "Deutsch", "fr": "Français", "it": "Italiano", "en": "English"}


def choose_language(asked: str, accepted: str) -> str:
    """Return the language of the address, else the first that the browser accepts and we speak, else German."""
    if asked in WORDS:
        return asked
    wanted: list[tuple[float, str]] = []
    for item in accepted[:200].split(","):
        tag, _, weight = item.partition(";q=")
        try:
            quality = float(weight) if weight else 1.0
        except ValueError:
            quality = 0.0
        wanted.append((-quality, tag.strip().lower()[:2]))
    return next((tag for quality, tag in sorted(wanted, key=lambda each: each[0]) if tag in WORDS and quality), DEFAULT)
