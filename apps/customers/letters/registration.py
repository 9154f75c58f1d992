"""The letter that brings a code to somebody who says that an address is his."""

from typing import Final

from apps.customers.letters.words import InLanguages, Words
from apps.kernel.masking import Secret

# Each says what the code is for, how long it is good, and what to do if nobody asked for it.
_WORDS: Final[InLanguages] = {
    "de": Words(
        subject="Ihr Code für die Anmeldung",
        text="""Guten Tag

Ihr Code lautet: {code}

Geben Sie ihn in der App ein. Er gilt {minutes} Minuten und nur einmal.
Geben Sie ihn niemandem weiter; auch wir fragen nie danach.

Wenn Sie sich nicht anmelden wollten, brauchen Sie nichts zu tun.
""",
    ),
    "fr": Words(
        subject="Votre code d’inscription",
        text="""Bonjour,

Votre code est le suivant : {code}

Saisissez-le dans l’application. Il est valable {minutes} minutes et une seule fois.
Ne le communiquez à personne ; nous ne vous le demanderons jamais.

Si vous ne vouliez pas vous inscrire, vous n’avez rien à faire.
""",
    ),
    "it": Words(
        subject="Il suo codice di registrazione",
        text="""Buongiorno,

Il suo codice è: {code}

Lo inserisca nell’app. È valido per {minutes} minuti e una sola volta.
Non lo comunichi a nessuno; neanche noi lo chiediamo mai.

Se non voleva registrarsi, non deve fare nulla.
""",
    ),
    "en": Words(
        subject="Your sign-up code",
        text="""Hello,

Your code is: {code}

Enter it in the app. It is good for {minutes} minutes, and once.
Do not pass it on to anybody; we never ask for it either.

If you did not want to sign up, there is nothing to do.
""",
    ),
}


def registration_letter(*, code: Secret[str], language: str, minutes: int) -> tuple[str, str]:
    """Return subject and text; the text shows the code in two groups, so that it is easy to type."""
    words = _WORDS[language]
    digits = code.reveal()
    return words.subject, words.text.format(code=f"{digits[:4]} {digits[4:]}", minutes=minutes)
