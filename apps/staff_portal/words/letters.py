"""The words of the letter with an activation code, in the language of whoever gets it."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class LetterWords:
    """What the letter says."""

    subject: str
    greeting: str
    opening: str
    valid_until: str
    steps: tuple[str, ...]
    warning: str


LETTERS: Final[dict[str, LetterWords]] = {
    "de": LetterWords(
        subject="Ihr Aktivierungscode",
        greeting="Guten Tag",
        opening="Mit diesem Code melden Sie ein Telefon bei {wallet} an. Er gilt für ein einziges Telefon und nur"
        " einmal.",
        valid_until="Gültig bis",
        steps=(
            "Öffnen Sie die App auf dem Telefon, mit dem Sie bezahlen möchten.",
            "Wählen Sie «Ich habe einen Aktivierungscode», und tippen oder scannen Sie den Code.",
            "Legen Sie eine neue PIN fest. Wir kennen sie nicht und fragen nie danach.",
        ),
        warning="Zeigen Sie diesen Code niemandem. Haben Sie ihn nicht verlangt? Dann melden Sie sich bei uns.",
    ),
    "fr": LetterWords(
        subject="Votre code d’activation",
        greeting="Bonjour,",
        opening="Ce code vous permet d’inscrire un téléphone auprès de {wallet}. Il vaut pour un seul téléphone et une"
        " seule fois.",
        valid_until="Valable jusqu’au",
        steps=(
            "Ouvrez l’application sur le téléphone avec lequel vous souhaitez payer.",
            "Choisissez « J’ai un code d’activation » et saisissez ou scannez le code.",
            "Définissez un nouveau PIN. Nous ne le connaissons pas et ne vous le demanderons jamais.",
        ),
        warning="Ne montrez ce code à personne. Vous ne l’avez pas demandé ? Contactez-nous.",
    ),
    "it": LetterWords(
        subject="Il suo codice di attivazione",
        greeting="Buongiorno,",
        opening="Con questo codice registra un telefono presso {wallet}. Vale per un solo telefono e una sola volta.",
        valid_until="Valido fino al",
        steps=(
            "Apra l’app sul telefono con cui desidera pagare.",
            "Scelga «Ho un codice di attivazione» e inserisca o scansioni il codice.",
            "Imposti un nuovo PIN. Noi non lo conosciamo e non glielo chiederemo mai.",
        ),
        warning="Non mostri questo codice a nessuno. Non l’ha richiesto? Ci contatti.",
    ),
    "en": LetterWords(
        subject="Your activation code",
        greeting="Hello,",
        opening="With this code you enrol a phone with {wallet}. It is good for one phone only, and once.",
        valid_until="Valid until",
        steps=(
            "Open the app on the phone with which you want to pay.",
            "Choose “I have an activation code”, and type or scan the code.",
            "Choose a new PIN. We do not know it, and never ask for it.",
        ),
        warning="Show this code to nobody. You did not ask for it? Then contact us.",
    ),
}
