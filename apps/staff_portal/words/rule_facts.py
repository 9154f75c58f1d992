"""What rules may look at, and what they say of it, in the four languages: de, fr, it, en."""

from typing import Final

from apps.staff_portal.words.menu import LANGUAGES

Words = dict[str, tuple[str, str, str, str]]

MEASURE_WORDS: Final[Words] = {
    "amount_minor": ("Betrag der Zahlung", "Montant du paiement", "Importo del pagamento", "Amount of the payment"),
    "payments_of_customer": (
        "Zahlungen der Kundin",
        "Paiements de la cliente",
        "Pagamenti della cliente",
        "Payments of the customer",
    ),
    "payments_of_device": (
        "Zahlungen des Geräts",
        "Paiements de l’appareil",
        "Pagamenti del dispositivo",
        "Payments of the device",
    ),
    "payments_of_instrument": (
        "Zahlungen mit dem Zahlungsmittel",
        "Paiements avec le moyen de paiement",
        "Pagamenti con il mezzo di pagamento",
        "Payments with the means of payment",
    ),
    "payments_of_store": (
        "Zahlungen im Geschäft",
        "Paiements dans le magasin",
        "Pagamenti nel negozio",
        "Payments in the store",
    ),
    "spent_minor_of_customer": (
        "Ausgaben der Kundin",
        "Dépenses de la cliente",
        "Spese della cliente",
        "Spent by the customer",
    ),
    "spent_minor_of_device": (
        "Ausgaben mit dem Gerät",
        "Dépenses avec l’appareil",
        "Spese con il dispositivo",
        "Spent with the device",
    ),
    "spent_minor_of_instrument": (
        "Ausgaben mit dem Zahlungsmittel",
        "Dépenses avec le moyen de paiement",
        "Spese con il mezzo di pagamento",
        "Spent with the means of payment",
    ),
    "spent_minor_of_store": (
        "Umsatz im Geschäft",
        "Ventes du magasin",
        "Vendite del negozio",
        "Spent in the store",
    ),
    "percent_of_habit": (
        "Betrag in Prozent des Üblichen",
        "Montant en pour cent de l’habitude",
        "Importo in per cento dell’abituale",
        "Amount in percent of the usual",
    ),
    "towns_of_customer": (
        "Verschiedene Orte der Kundin",
        "Localités différentes de la cliente",
        "Località diverse della cliente",
        "Different towns of the customer",
    ),
    "towns_of_device": (
        "Verschiedene Orte des Geräts",
        "Localités différentes de l’appareil",
        "Località diverse del dispositivo",
        "Different towns of the device",
    ),
    "stores_of_customer": (
        "Verschiedene Geschäfte der Kundin",
        "Magasins différents de la cliente",
        "Negozi diversi della cliente",
        "Different stores of the customer",
    ),
    "stores_of_device": (
        "Verschiedene Geschäfte des Geräts",
        "Magasins différents de l’appareil",
        "Negozi diversi del dispositivo",
        "Different stores of the device",
    ),
    "devices_of_customer": (
        "Verschiedene Geräte der Kundin",
        "Appareils différents de la cliente",
        "Dispositivi diversi della cliente",
        "Different devices of the customer",
    ),
    "devices_of_instrument": (
        "Verschiedene Geräte mit dem Zahlungsmittel",
        "Appareils différents avec le moyen de paiement",
        "Dispositivi diversi con il mezzo di pagamento",
        "Different devices with the means of payment",
    ),
    "instruments_of_customer": (
        "Verschiedene Zahlungsmittel der Kundin",
        "Moyens de paiement différents de la cliente",
        "Mezzi di pagamento diversi della cliente",
        "Different means of payment of the customer",
    ),
    "refunds_of_customer": (
        "Rückgaben an die Kundin",
        "Remboursements à la cliente",
        "Rimborsi alla cliente",
        "Refunds to the customer",
    ),
    "refunds_of_cashier": (
        "Rückgaben der Bedienung",
        "Remboursements par la caisse",
        "Rimborsi dell’addetto alla cassa",
        "Refunds by the cashier",
    ),
    "refunded_minor_of_customer": (
        "Rückgabebetrag an die Kundin",
        "Montant remboursé à la cliente",
        "Importo rimborsato alla cliente",
        "Amount refunded to the customer",
    ),
    "refunded_minor_of_cashier": (
        "Rückgabebetrag der Bedienung",
        "Montant remboursé par la caisse",
        "Importo rimborsato dall’addetto alla cassa",
        "Amount refunded by the cashier",
    ),
    "device_age_minutes": (
        "Alter des Geräts in Minuten",
        "Âge de l’appareil en minutes",
        "Età del dispositivo in minuti",
        "Age of the device in minutes",
    ),
    "code_age_seconds": (
        "Alter des Codes in Sekunden",
        "Âge du code en secondes",
        "Età del codice in secondi",
        "Age of the code in seconds",
    ),
    "counter_gap": (
        "Codes, die zuvor niemand gescannt hat",
        "Codes précédents que personne n’a scannés",
        "Codici precedenti che nessuno ha letto",
        "Codes before this one that nobody scanned",
    ),
    "clock_back_seconds": (
        "Uhr des Geräts zurückgestellt, in Sekunden",
        "Horloge de l’appareil reculée, en secondes",
        "Orologio del dispositivo arretrato, in secondi",
        "Clock of the device set back, in seconds",
    ),
    "wrong_pins": (
        "Falsche PIN auf dem Gerät",
        "NIP erronés sur l’appareil",
        "PIN errati sul dispositivo",
        "Wrong PINs on the device",
    ),
    "local_hour": ("Stunde am Ort", "Heure locale", "Ora locale", "Local hour"),
    "weekday": ("Wochentag", "Jour de la semaine", "Giorno della settimana", "Day of the week"),
    "is_attended": (
        "Jemand steht an der Kasse",
        "Quelqu’un est à la caisse",
        "C’è qualcuno alla cassa",
        "Somebody is at the till",
    ),
    "made_online": (
        "Gerät beim Erstellen des Codes online",
        "Appareil en ligne lors de la création du code",
        "Dispositivo in linea alla creazione del codice",
        "Device online when the code was made",
    ),
    "suspicion": ("Auffälligkeit", "Particularité", "Particolarità", "Suspicion"),
    "town": ("Ort", "Localité", "Località", "Town"),
    "store": ("Geschäft", "Magasin", "Negozio", "Store"),
    "cashier": ("Bedienung", "Caisse", "Addetto alla cassa", "Cashier"),
}

# Words that a condition may ask for, where they are known beforehand.
CHOICE_WORDS: Final[Words] = {
    "monday": ("Montag", "lundi", "lunedì", "Monday"),
    "tuesday": ("Dienstag", "mardi", "martedì", "Tuesday"),
    "wednesday": ("Mittwoch", "mercredi", "mercoledì", "Wednesday"),
    "thursday": ("Donnerstag", "jeudi", "giovedì", "Thursday"),
    "friday": ("Freitag", "vendredi", "venerdì", "Friday"),
    "saturday": ("Samstag", "samedi", "sabato", "Saturday"),
    "sunday": ("Sonntag", "dimanche", "domenica", "Sunday"),
    "second_payment_within_300_seconds": (
        "zweite Zahlung innert fünf Minuten",
        "deuxième paiement en cinq minutes",
        "secondo pagamento in cinque minuti",
        "second payment within five minutes",
    ),
}

# What the evidence of a rule says happened.
EVENT_WORDS: Final[Words] = {
    "fraud_rule.drafted": ("Entworfen", "Rédigée", "Redatta", "Drafted"),
    "fraud_rule.submitted": ("Vorgelegt", "Soumise", "Presentata", "Submitted"),
    "fraud_rule.in_shadow": ("Läuft zur Probe", "À l’essai", "In prova", "In shadow"),
    "fraud_rule.live": ("In Kraft", "En vigueur", "In vigore", "Live"),
    "fraud_rule.retired": ("Beendet", "Retirée", "Ritirata", "Retired"),
    "fraud_rule.back_test_asked": (
        "Rückblick verlangt",
        "Rétrotest demandé",
        "Verifica chiesta",
        "Back-test asked for",
    ),
    "approval.asked": (
        "Zweite Person gefragt",
        "Deuxième personne consultée",
        "Seconda persona interpellata",
        "Second person asked",
    ),
    "approval.approved": ("Bewilligt", "Approuvée", "Approvata", "Approved"),
    "approval.refused": ("Verweigert", "Refusée", "Rifiutata", "Refused"),
    "approval.expired": ("Frist verstrichen", "Délai échu", "Termine scaduto", "Time is over"),
}


def word_of(words: Words, code: str, language: str) -> str:
    """Return the word of a code in the language; the code itself where there is none."""
    found = words.get(code)
    return found[LANGUAGES.index(language)] if found else code
