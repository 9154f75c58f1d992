"""What a customer reads last."""

from typing import Final

from apps.customers.letters.words import InLanguages, Words

ACCOUNT_CLOSED: Final[InLanguages] = {
    "de": Words(
        subject="Ihr Konto ist geschlossen",
        text="""Guten Tag

Ihr Konto wurde am {time} geschlossen. Keines Ihrer Geräte kann mehr bezahlen, und Ihre Zahlungsmittel sind
entfernt. Was wir nach dem Gesetz aufbewahren müssen, bewahren wir auf: Ihre Zahlungen und ihre Quittungen.

Waren Sie das nicht? Dann melden Sie sich bei uns.
""",
    ),
    "fr": Words(
        subject="Votre compte est clôturé",
        text="""Bonjour,

Votre compte a été clôturé le {time}. Aucun de vos appareils ne peut plus payer et vos moyens de
paiement sont supprimés. Nous conservons ce que la loi nous oblige à conserver : vos paiements et leurs quittances.

Ce n’était pas vous ? Contactez-nous.
""",
    ),
    "it": Words(
        subject="Il suo conto è chiuso",
        text="""Buongiorno,

Il suo conto è stato chiuso il {time}. Nessuno dei suoi dispositivi può più pagare e i suoi mezzi di pagamento
sono stati rimossi. Conserviamo ciò che la legge ci impone di conservare: i suoi pagamenti e le relative ricevute.

Non è stato lei? Ci contatti.
""",
    ),
    "en": Words(
        subject="Your account is closed",
        text="""Hello,

Your account was closed on {time}. None of your devices can pay any more, and your means of payment are
removed. We keep what the law obliges us to keep: your payments and their receipts.

Was it not you? Then contact us.
""",
    ),
}
