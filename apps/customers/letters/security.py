"""What a customer must hear of, because somebody else may have done it: devices, PIN, accounts, limits.

Each says what happened and what to do if it was not he; none has a link, so that nobody learns to follow one.
"""

from typing import Final

from apps.customers.letters.words import InLanguages, Words

DEVICE_ENROLLED: Final[InLanguages] = {
    "de": Words(
        subject="Ein neues Gerät kann für Sie bezahlen",
        text="""Guten Tag

Das Gerät «{device}» wurde angemeldet und kann ab sofort für Sie bezahlen, sobald seine PIN gesetzt ist.

Waren Sie das nicht? Dann sperren Sie es gleich in der App auf einem anderen Gerät, und melden Sie sich bei uns.
""",
    ),
    "fr": Words(
        subject="Un nouvel appareil peut payer pour vous",
        text="""Bonjour,

L’appareil «{device}» a été enregistré et peut payer pour vous dès que son NIP est défini.

Ce n’était pas vous ? Bloquez-le tout de suite dans l’application sur un autre appareil et contactez-nous.
""",
    ),
    "it": Words(
        subject="Un nuovo dispositivo può pagare per lei",
        text="""Buongiorno,

Il dispositivo «{device}» è stato registrato e può pagare per lei non appena il suo PIN è impostato.

Non è stato lei? Lo blocchi subito nell’app su un altro dispositivo e ci contatti.
""",
    ),
    "en": Words(
        subject="A new device can pay for you",
        text="""Hello,

The device “{device}” was enrolled and can pay for you as soon as its PIN is set.

Was it not you? Then lock it at once in the app on another device, and contact us.
""",
    ),
}
DEVICE_WAITS: Final[InLanguages] = {
    "de": Words(
        subject="Ein neues Gerät wartet auf Ihre Zustimmung",
        text="""Guten Tag

Das Gerät «{device}» möchte für Sie bezahlen. Es kann noch nichts: Zuerst müssen Sie in der App auf einem Ihrer Geräte
zustimmen.

Waren Sie das nicht? Dann stimmen Sie nicht zu, entfernen Sie es in der App, und ändern Sie das Passwort Ihrer Mailbox.
""",
    ),
    "fr": Words(
        subject="Un nouvel appareil attend votre accord",
        text="""Bonjour,

L’appareil «{device}» souhaite payer pour vous. Il ne peut encore rien faire : vous devez d’abord donner votre accord
dans l’application sur l’un de vos appareils.

Ce n’était pas vous ? Ne donnez pas votre accord, supprimez-le dans l’application et changez le mot de passe de votre
messagerie.
""",
    ),
    "it": Words(
        subject="Un nuovo dispositivo attende il suo consenso",
        text="""Buongiorno,

Il dispositivo «{device}» vorrebbe pagare per lei. Non può ancora fare nulla: prima deve dare il suo consenso nell’app
su uno dei suoi dispositivi.

Non è stato lei? Non dia il consenso, lo rimuova nell’app e cambi la password della sua casella di posta.
""",
    ),
    "en": Words(
        subject="A new device waits for your approval",
        text="""Hello,

The device “{device}” would like to pay for you. It can do nothing yet: first you have to approve it in the app on one
of your devices.

Was it not you? Then do not approve it, remove it in the app, and change the password of your mailbox.
""",
    ),
}
PIN_CHANGED: Final[InLanguages] = {
    "de": Words(
        subject="Ihre PIN wurde geändert",
        text="""Guten Tag

Auf dem Gerät «{device}» wurde die PIN geändert. Die alte gilt nicht mehr.

Waren Sie das nicht? Dann sperren Sie das Gerät gleich in der App auf einem anderen Gerät, und melden Sie sich bei uns.
""",
    ),
    "fr": Words(
        subject="Votre NIP a été modifié",
        text="""Bonjour,

Le NIP a été modifié sur l’appareil «{device}». L’ancien n’est plus valable.

Ce n’était pas vous ? Bloquez tout de suite l’appareil dans l’application sur un autre appareil et contactez-nous.
""",
    ),
    "it": Words(
        subject="Il suo PIN è stato modificato",
        text="""Buongiorno,

Il PIN è stato modificato sul dispositivo «{device}». Quello vecchio non è più valido.

Non è stato lei? Blocchi subito il dispositivo nell’app su un altro dispositivo e ci contatti.
""",
    ),
    "en": Words(
        subject="Your PIN was changed",
        text="""Hello,

The PIN was changed on the device “{device}”. The old one is no longer valid.

Was it not you? Then lock the device at once in the app on another device, and contact us.
""",
    ),
}
INSTRUMENT_LINKED: Final[InLanguages] = {
    "de": Words(
        subject="Ein Zahlungsmittel wurde verknüpft",
        text="""Guten Tag

{instrument} wurde mit Ihrer App verknüpft. Damit kann ab sofort bezahlt werden.

Waren Sie das nicht? Dann entfernen Sie es gleich in der App, und melden Sie sich bei uns.
""",
    ),
    "fr": Words(
        subject="Un moyen de paiement a été associé",
        text="""Bonjour,

{instrument} a été associé à votre application et peut servir à payer dès maintenant.

Ce n’était pas vous ? Supprimez-le tout de suite dans l’application et contactez-nous.
""",
    ),
    "it": Words(
        subject="È stato collegato un mezzo di pagamento",
        text="""Buongiorno,

{instrument} è stato collegato alla sua app e può essere usato subito per pagare.

Non è stato lei? Lo rimuova subito nell’app e ci contatti.
""",
    ),
    "en": Words(
        subject="A means of payment was linked",
        text="""Hello,

{instrument} was linked to your app and can be used to pay from now on.

Was it not you? Then remove it at once in the app, and contact us.
""",
    ),
}
LIMITS_RAISED: Final[InLanguages] = {
    "de": Words(
        subject="Ihre Limiten werden erhöht",
        text="""Guten Tag

In der App wurden höhere Limiten verlangt. Sie gelten ab {time}:

Pro Zahlung: {per_payment}
Pro Tag: {per_day}

Waren Sie das nicht? Dann senken Sie die Limiten gleich in der App, sperren Sie das Gerät, und melden Sie sich bei uns.
""",
    ),
    "fr": Words(
        subject="Vos limites vont être relevées",
        text="""Bonjour,

Des limites plus élevées ont été demandées dans l’application. Elles s’appliquent à partir du {time} :

Par paiement : {per_payment}
Par jour : {per_day}

Ce n’était pas vous ? Abaissez tout de suite les limites dans l’application, bloquez l’appareil et contactez-nous.
""",
    ),
    "it": Words(
        subject="I suoi limiti saranno aumentati",
        text="""Buongiorno,

Nell’app sono stati richiesti limiti più alti. Valgono dal {time}:

Per pagamento: {per_payment}
Al giorno: {per_day}

Non è stato lei? Abbassi subito i limiti nell’app, blocchi il dispositivo e ci contatti.
""",
    ),
    "en": Words(
        subject="Your limits will be raised",
        text="""Hello,

Higher limits were asked for in the app. They apply from {time} on:

Per payment: {per_payment}
Per day: {per_day}

Was it not you? Then lower the limits at once in the app, lock the device, and contact us.
""",
    ),
}
