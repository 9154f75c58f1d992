"""What a customer reads about his payments when no phone is at hand."""

from typing import Final

from apps.customers.letters.words import InLanguages, Words

REFUNDED: Final[InLanguages] = {
    "de": Words(
        subject="Sie erhalten {amount} zurück",
        text="""Guten Tag

{merchant} hat Ihnen {amount} zurückerstattet, für den Einkauf mit der Belegnummer {reference}.
Der Betrag geht auf das Zahlungsmittel, mit dem Sie bezahlt haben: {instrument}.

Die Quittung finden Sie in der App.
""",
    ),
    "fr": Words(
        subject="{amount} vous sont remboursés",
        text="""Bonjour,

{merchant} vous a remboursé {amount} pour l’achat portant le numéro {reference}.
Le montant est versé sur le moyen de paiement que vous avez utilisé : {instrument}.

Vous trouverez la quittance dans l’application.
""",
    ),
    "it": Words(
        subject="Le vengono rimborsati {amount}",
        text="""Buongiorno,

{merchant} le ha rimborsato {amount} per l’acquisto con il numero {reference}.
L’importo va sul mezzo di pagamento che ha usato: {instrument}.

Trova la ricevuta nell’app.
""",
    ),
    "en": Words(
        subject="{amount} is on its way back to you",
        text="""Hello,

{merchant} refunded {amount} for your purchase with the number {reference}.
The amount goes to the means of payment that you used: {instrument}.

You find the receipt in the app.
""",
    ),
}
