"""What a customer reads who has lost a phone: the code by which he stops it, and what was stopped."""

from typing import Final

from apps.customers.letters.words import InLanguages, Words
from apps.kernel.masking import Secret

_CODE: Final[InLanguages] = {
    "de": Words(
        subject="Ihr Code zum Sperren eines Geräts",
        text="""Guten Tag

Ihr Code lautet: {code}

Geben Sie ihn auf der Seite ein, auf der Sie ihn verlangt haben. Er gilt {minutes} Minuten und nur einmal.
Er sperrt nur Geräte; bezahlen oder anmelden kann damit niemand.

Wenn Sie kein Gerät sperren wollten, brauchen Sie nichts zu tun.
""",
    ),
    "fr": Words(
        subject="Votre code pour bloquer un appareil",
        text="""Bonjour,

Votre code est le suivant : {code}

Saisissez-le sur la page où vous l’avez demandé. Il est valable {minutes} minutes et une seule fois.
Il ne sert qu’à bloquer des appareils ; personne ne peut payer ni s’inscrire avec ce code.

Si vous ne vouliez bloquer aucun appareil, vous n’avez rien à faire.
""",
    ),
    "it": Words(
        subject="Il suo codice per bloccare un dispositivo",
        text="""Buongiorno,

Il suo codice è: {code}

Lo inserisca nella pagina in cui l’ha richiesto. È valido per {minutes} minuti e una sola volta.
Serve solo a bloccare dispositivi; con questo codice nessuno può pagare o registrarsi.

Se non voleva bloccare alcun dispositivo, non deve fare nulla.
""",
    ),
    "en": Words(
        subject="Your code to stop a device",
        text="""Hello,

Your code is: {code}

Enter it on the page where you asked for it. It is good for {minutes} minutes, and once.
It only stops devices; nobody can pay or sign up with it.

If you did not want to stop a device, there is nothing to do.
""",
    ),
}
DEVICES_STOPPED: Final[InLanguages] = {
    "de": Words(
        subject="Ihre Geräte sind gesperrt",
        text="""Guten Tag

Diese Geräte können seit {time} an keiner Kasse mehr bezahlen: {devices}

Nummer der Bestätigung: {number}

Ein gesperrtes Gerät kommt nicht von selbst zurück. Ein gefundenes oder ein neues melden Sie in der App neu an.

Waren Sie das nicht? Dann ändern Sie das Passwort Ihrer Mailbox, und melden Sie sich bei uns.
""",
    ),
    "fr": Words(
        subject="Vos appareils sont bloqués",
        text="""Bonjour,

Ces appareils ne peuvent plus payer à aucune caisse depuis le {time} : {devices}

Numéro de la confirmation : {number}

Un appareil bloqué ne revient pas de lui-même. Enregistrez à nouveau dans l’application un appareil retrouvé ou neuf.

Ce n’était pas vous ? Changez le mot de passe de votre messagerie et contactez-nous.
""",
    ),
    "it": Words(
        subject="I suoi dispositivi sono bloccati",
        text="""Buongiorno,

Questi dispositivi non possono più pagare a nessuna cassa dal {time}: {devices}

Numero della conferma: {number}

Un dispositivo bloccato non torna da solo. Registri di nuovo nell’app un dispositivo ritrovato o nuovo.

Non è stato lei? Cambi la password della sua casella di posta e ci contatti.
""",
    ),
    "en": Words(
        subject="Your devices are stopped",
        text="""Hello,

These devices can pay at no till any more since {time}: {devices}

Number of the confirmation: {number}

A device that was stopped does not come back by itself. Enrol one that was found, or a new one, anew in the app.

Was it not you? Then change the password of your mailbox, and contact us.
""",
    ),
}


def lost_phone_letter(*, code: Secret[str], language: str, minutes: int) -> tuple[str, str]:
    """Return subject and text; the text shows the code in two groups, so that it is easy to type."""
    words = _CODE[language]
    digits = code.reveal()
    return words.subject, words.text.format(code=f"{digits[:4]} {digits[4:]}", minutes=minutes)
