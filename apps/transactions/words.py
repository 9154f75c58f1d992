"""What a declined payment is called in front of people: plain words, and what to do now, in four languages.

Both doors use it: the cashier reads one text, the customer the other, at the till and on the phone. Codes that must not
be told apart share their words, so that no text gives away more than its code does.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from apps.providers.reasons import TillAction


@dataclass(frozen=True, slots=True)
class DeclineWords:
    """What the cashier and the customer read, and what the till proposes."""

    cashier: str
    customer: str
    action: TillAction


LANGUAGES: Final = ("de", "fr", "it", "en")
_FALLBACK_LANGUAGE: Final = "en"
_FALLBACK_CODE: Final = "rejected"
_ONE_TRY_LEFT: Final = "pin_wrong_one_left"

# One text for the cashier and one for the customer.
_Texts = tuple[str, str]


def decline_words(code: str, language: str, *, tries_left: int | None = None) -> DeclineWords:
    """Return the words for a decline code; `tries_left` sharpens those of a wrong PIN.

    A code without words of its own gets those of a plain no: a till that waits for an answer must get one.
    """
    if code == "pin_wrong" and tries_left is not None and tries_left <= 1:
        # The third wrong one has locked it: there is nothing to try again.
        code = _ONE_TRY_LEFT if tries_left == 1 else "pin_locked"
    action, texts = _WORDS.get(code, _WORDS[_FALLBACK_CODE])
    cashier, customer = texts.get(language, texts[_FALLBACK_LANGUAGE])
    return DeclineWords(cashier=cashier, customer=customer, action=action)


def _in_four(*, de: _Texts, fr: _Texts, it: _Texts, en: _Texts) -> Mapping[str, _Texts]:
    return MappingProxyType({"de": de, "fr": fr, "it": it, "en": en})


# What is wrong with the code itself

_UNREADABLE: Final = _in_four(
    de=(
        "Code nicht lesbar. Neuen Code zeigen lassen und noch einmal scannen.",
        "Der Code konnte nicht gelesen werden. Bitte zeigen Sie einen neuen Code.",
    ),
    fr=(
        "Code illisible. Demander un nouveau code et scanner à nouveau.",
        "Le code n’a pas pu être lu. Veuillez présenter un nouveau code.",
    ),
    it=(
        "Codice illeggibile. Chiedere un nuovo codice e scansionarlo di nuovo.",
        "Non è stato possibile leggere il codice. Mostri un nuovo codice.",
    ),
    en=(
        "Code not readable. Ask for a new code and scan again.",
        "The code could not be read. Please show a new code.",
    ),
)
_SCANNER_LAYOUT: Final = _in_four(
    de=(
        "Der Scanner vertauscht Zeichen (Y und Z). Vorgesetzte rufen: Tastaturlayout des Scanners umstellen.",
        "Die Kasse kann den Code gerade nicht lesen. Bitte fragen Sie das Personal.",
    ),
    fr=(
        "Le scanner intervertit des caractères (Y et Z). Appeler un responsable: régler le clavier du scanner.",
        "La caisse ne peut pas lire le code pour le moment. Veuillez vous adresser au personnel.",
    ),
    it=(
        "Lo scanner scambia dei caratteri (Y e Z). Chiamare un responsabile: correggere la tastiera dello scanner.",
        "La cassa non riesce a leggere il codice al momento. Si rivolga al personale.",
    ),
    en=(
        "The scanner swaps characters (Y and Z). Call a supervisor: change the scanner’s keyboard layout.",
        "The till cannot read the code at the moment. Please ask the staff.",
    ),
)
_UNKNOWN_SCHEME: Final = _in_four(
    de=(
        "Das ist der Code einer anderen App. Den richtigen Code zeigen lassen.",
        "Dieser Code gehört zu einer anderen App. Bitte zeigen Sie den Code der richtigen App.",
    ),
    fr=(
        "C’est le code d’une autre app. Demander le bon code.",
        "Ce code appartient à une autre app. Veuillez présenter le code de la bonne app.",
    ),
    it=(
        "È il codice di un’altra app. Chiedere il codice giusto.",
        "Questo codice appartiene a un’altra app. Mostri il codice dell’app giusta.",
    ),
    en=(
        "This is the code of another app. Ask for the right code.",
        "This code belongs to another app. Please show the code of the right app.",
    ),
)
_UNSUPPORTED_VERSION: Final = _in_four(
    de=(
        "Diese Version der App wird nicht angenommen. Andere Zahlungsart anbieten.",
        "Diese Version der App wird nicht angenommen. Bitte aktualisieren Sie die App oder bezahlen Sie anders.",
    ),
    fr=(
        "Cette version de l’app n’est pas acceptée. Proposer un autre moyen de paiement.",
        "Cette version de l’app n’est pas acceptée. Veuillez mettre l’app à jour ou payer autrement.",
    ),
    it=(
        "Questa versione dell’app non è accettata. Proporre un altro mezzo di pagamento.",
        "Questa versione dell’app non è accettata. Aggiorni l’app o paghi in un altro modo.",
    ),
    en=(
        "This version of the app is not accepted. Offer another way to pay.",
        "This version of the app is not accepted. Please update the app or pay in another way.",
    ),
)
_OLD_KEY: Final = _in_four(
    de=(
        "Code veraltet. App einmal mit Internet öffnen, dann neuen Code zeigen lassen.",
        "Bitte öffnen Sie die App einmal mit Internetverbindung und zeigen Sie dann einen neuen Code.",
    ),
    fr=(
        "Code obsolète. Faire ouvrir l’app une fois avec Internet, puis demander un nouveau code.",
        "Veuillez ouvrir l’app une fois avec une connexion Internet, puis présenter un nouveau code.",
    ),
    it=(
        "Codice superato. Far aprire l’app una volta con Internet, poi chiedere un nuovo codice.",
        "Apra l’app una volta con una connessione Internet, poi mostri un nuovo codice.",
    ),
    en=(
        "Outdated code. Have the app opened once while online, then ask for a new code.",
        "Please open the app once while you are online, then show a new code.",
    ),
)
_ALREADY_USED: Final = _in_four(
    de=(
        "Dieser Code wurde schon verwendet. Neuen Code zeigen lassen.",
        "Dieser Code wurde schon verwendet. Bitte zeigen Sie einen neuen Code.",
    ),
    fr=(
        "Ce code a déjà été utilisé. Demander un nouveau code.",
        "Ce code a déjà été utilisé. Veuillez présenter un nouveau code.",
    ),
    it=(
        "Questo codice è già stato usato. Chiedere un nuovo codice.",
        "Questo codice è già stato usato. Mostri un nuovo codice.",
    ),
    en=(
        "This code has been used already. Ask for a new code.",
        "This code has been used already. Please show a new code.",
    ),
)
_WRONG_MODE: Final = _in_four(
    de=(
        "Übungscode und echte Kasse passen nicht zusammen, oder umgekehrt. Vorgesetzte rufen.",
        "Dieser Code passt nicht zu dieser Kasse. Bitte fragen Sie das Personal.",
    ),
    fr=(
        "Code d’exercice à une caisse réelle, ou l’inverse. Appeler un responsable.",
        "Ce code ne convient pas à cette caisse. Veuillez vous adresser au personnel.",
    ),
    it=(
        "Codice di prova a una cassa reale, o viceversa. Chiamare un responsabile.",
        "Questo codice non è adatto a questa cassa. Si rivolga al personale.",
    ),
    en=(
        "A training code at a real till, or the other way round. Call a supervisor.",
        "This code does not fit this till. Please ask the staff.",
    ),
)
_WRONG_PURPOSE: Final = _in_four(
    de=(
        "Mit diesem Code kann man nicht bezahlen. Den Zahlungscode zeigen lassen.",
        "Mit diesem Code kann man nicht bezahlen. Bitte zeigen Sie den Zahlungscode.",
    ),
    fr=(
        "Ce code ne sert pas à payer. Demander le code de paiement.",
        "Ce code ne sert pas à payer. Veuillez présenter le code de paiement.",
    ),
    it=(
        "Questo codice non serve per pagare. Chiedere il codice di pagamento.",
        "Questo codice non serve per pagare. Mostri il codice di pagamento.",
    ),
    en=(
        "This code is not for paying. Ask for the payment code.",
        "This code is not for paying. Please show the payment code.",
    ),
)
_EXPIRED: Final = _in_four(
    de=(
        "Der Code ist abgelaufen. Neuen Code zeigen lassen.",
        "Der Code ist abgelaufen. Bitte zeigen Sie einen neuen Code.",
    ),
    fr=(
        "Le code a expiré. Demander un nouveau code.",
        "Le code a expiré. Veuillez présenter un nouveau code.",
    ),
    it=(
        "Il codice è scaduto. Chiedere un nuovo codice.",
        "Il codice è scaduto. Mostri un nuovo codice.",
    ),
    en=(
        "The code has expired. Ask for a new code.",
        "The code has expired. Please show a new code.",
    ),
)
_NOT_YET_VALID: Final = _in_four(
    de=(
        "Die Uhr des Telefons geht vor. App einmal mit Internet öffnen, dann neuen Code zeigen lassen.",
        "Die Uhr Ihres Telefons geht vor. Bitte öffnen Sie die App einmal mit Internetverbindung und zeigen Sie dann "
        "einen neuen Code.",
    ),
    fr=(
        "L’horloge du téléphone avance. Faire ouvrir l’app une fois avec Internet, puis demander un nouveau code.",
        "L’horloge de votre téléphone avance. Veuillez ouvrir l’app une fois avec une connexion Internet, puis "
        "présenter un nouveau code.",
    ),
    it=(
        "L’orologio del telefono è avanti. Far aprire l’app una volta con Internet, poi chiedere un nuovo codice.",
        "L’orologio del suo telefono è avanti. Apra l’app una volta con una connessione Internet, poi mostri un "
        "nuovo codice.",
    ),
    en=(
        "The phone’s clock is fast. Have the app opened once while online, then ask for a new code.",
        "The clock of your phone is fast. Please open the app once while you are online, then show a new code.",
    ),
)
_WRONG_TILL: Final = _in_four(
    de=(
        "Dieser Code gilt für eine andere Kasse. Neuen Code zeigen lassen.",
        "Dieser Code gilt für eine andere Kasse. Bitte zeigen Sie einen neuen Code.",
    ),
    fr=(
        "Ce code est valable pour une autre caisse. Demander un nouveau code.",
        "Ce code est valable pour une autre caisse. Veuillez présenter un nouveau code.",
    ),
    it=(
        "Questo codice vale per un’altra cassa. Chiedere un nuovo codice.",
        "Questo codice vale per un’altra cassa. Mostri un nuovo codice.",
    ),
    en=(
        "This code is for another till. Ask for a new code.",
        "This code is for another till. Please show a new code.",
    ),
)

# What the platform says about the customer, the PIN and the amount

_PLAIN_NO: Final = _in_four(
    de=(
        "Die Zahlung wurde abgelehnt. Andere Zahlungsart anbieten.",
        "Die Zahlung wurde abgelehnt. Bitte bezahlen Sie anders.",
    ),
    fr=(
        "Le paiement a été refusé. Proposer un autre moyen de paiement.",
        "Le paiement a été refusé. Veuillez payer autrement.",
    ),
    it=(
        "Il pagamento è stato rifiutato. Proporre un altro mezzo di pagamento.",
        "Il pagamento è stato rifiutato. Paghi in un altro modo.",
    ),
    en=(
        "The payment was declined. Offer another way to pay.",
        "The payment was declined. Please pay in another way.",
    ),
)
_PIN_REQUIRED: Final = _in_four(
    de=(
        "Für diese Zahlung braucht es die PIN. PIN in der App eingeben und neuen Code zeigen lassen.",
        "Bitte geben Sie in der App Ihre PIN ein und zeigen Sie den neuen Code.",
    ),
    fr=(
        "Ce paiement exige le code PIN. Faire saisir le PIN dans l’app et demander un nouveau code.",
        "Veuillez saisir votre PIN dans l’app et présenter le nouveau code.",
    ),
    it=(
        "Per questo pagamento serve il PIN. Far inserire il PIN nell’app e chiedere un nuovo codice.",
        "Inserisca il PIN nell’app e mostri il nuovo codice.",
    ),
    en=(
        "This payment needs the PIN. Have the PIN entered in the app and ask for a new code.",
        "Please enter your PIN in the app and show the new code.",
    ),
)
_PIN_WRONG: Final = _in_four(
    de=(
        "Falsche PIN. PIN noch einmal eingeben und neuen Code zeigen lassen.",
        "Die PIN war falsch. Bitte geben Sie die PIN noch einmal ein und zeigen Sie den neuen Code.",
    ),
    fr=(
        "PIN incorrect. Faire saisir le PIN encore une fois et demander un nouveau code.",
        "Le PIN était incorrect. Veuillez le saisir encore une fois et présenter le nouveau code.",
    ),
    it=(
        "PIN errato. Far inserire di nuovo il PIN e chiedere un nuovo codice.",
        "Il PIN era errato. Inserisca di nuovo il PIN e mostri il nuovo codice.",
    ),
    en=(
        "Wrong PIN. Have the PIN entered again and ask for a new code.",
        "The PIN was wrong. Please enter the PIN again and show the new code.",
    ),
)
_PIN_WRONG_ONE_LEFT: Final = _in_four(
    de=(
        "Falsche PIN, noch ein Versuch. PIN sorgfältig eingeben und neuen Code zeigen lassen.",
        "Die PIN war falsch. Sie haben noch einen Versuch: Bitte geben Sie die PIN sorgfältig ein und zeigen Sie den "
        "neuen Code.",
    ),
    fr=(
        "PIN incorrect, encore un essai. Faire saisir le PIN avec soin et demander un nouveau code.",
        "Le PIN était incorrect. Il vous reste un essai: veuillez saisir le PIN avec soin et présenter le nouveau "
        "code.",
    ),
    it=(
        "PIN errato, ancora un tentativo. Far inserire il PIN con attenzione e chiedere un nuovo codice.",
        "Il PIN era errato. Le resta un tentativo: inserisca il PIN con attenzione e mostri il nuovo codice.",
    ),
    en=(
        "Wrong PIN, one try left. Have the PIN entered with care and ask for a new code.",
        "The PIN was wrong. You have one try left: please enter the PIN with care and show the new code.",
    ),
)
_PIN_LOCKED: Final = _in_four(
    de=(
        "Die PIN ist gesperrt. Andere Zahlungsart anbieten.",
        "Ihre PIN ist gesperrt. Bitte bezahlen Sie anders und richten Sie die App neu ein.",
    ),
    fr=(
        "Le PIN est bloqué. Proposer un autre moyen de paiement.",
        "Votre PIN est bloqué. Veuillez payer autrement et reconfigurer l’app.",
    ),
    it=(
        "Il PIN è bloccato. Proporre un altro mezzo di pagamento.",
        "Il suo PIN è bloccato. Paghi in un altro modo e configuri di nuovo l’app.",
    ),
    en=(
        "The PIN is locked. Offer another way to pay.",
        "Your PIN is locked. Please pay in another way and set up the app again.",
    ),
)
_OVER_CAP: Final = _in_four(
    de=(
        "Der Betrag ist höher, als der Code erlaubt. Betrag in der App erhöhen und neuen Code zeigen lassen.",
        "Der Betrag ist höher, als Sie für diesen Code erlaubt haben. Bitte erhöhen Sie ihn in der App und zeigen Sie "
        "einen neuen Code.",
    ),
    fr=(
        "Le montant dépasse ce que le code permet. Faire augmenter le montant dans l’app et demander un nouveau code.",
        "Le montant dépasse ce que vous avez permis pour ce code. Veuillez l’augmenter dans l’app et présenter un "
        "nouveau code.",
    ),
    it=(
        "L’importo supera quanto il codice consente. Far aumentare l’importo nell’app e chiedere un nuovo codice.",
        "L’importo supera quanto ha consentito per questo codice. Lo aumenti nell’app e mostri un nuovo codice.",
    ),
    en=(
        "The amount is higher than the code allows. Have it raised in the app and ask for a new code.",
        "The amount is higher than you allowed for this code. Please raise it in the app and show a new code.",
    ),
)
_OVER_LIMIT: Final = _in_four(
    de=(
        "Der Betrag übersteigt eine Limite. Andere Zahlungsart anbieten.",
        "Der Betrag übersteigt eine Limite. Bitte bezahlen Sie anders.",
    ),
    fr=(
        "Le montant dépasse une limite. Proposer un autre moyen de paiement.",
        "Le montant dépasse une limite. Veuillez payer autrement.",
    ),
    it=(
        "L’importo supera un limite. Proporre un altro mezzo di pagamento.",
        "L’importo supera un limite. Paghi in un altro modo.",
    ),
    en=(
        "The amount is above a limit. Offer another way to pay.",
        "The amount is above a limit. Please pay in another way.",
    ),
)
_CONSENT_UNAVAILABLE: Final = _in_four(
    de=(
        "Diese Zahlung muss in der App bestätigt werden. Mobile Daten einschalten und neuen Code zeigen lassen.",
        "Diese Zahlung müssen Sie in der App bestätigen. Bitte schalten Sie die mobilen Daten ein und zeigen Sie einen "
        "neuen Code.",
    ),
    fr=(
        "Ce paiement doit être confirmé dans l’app. Faire activer les données mobiles et demander un nouveau code.",
        "Vous devez confirmer ce paiement dans l’app. Veuillez activer les données mobiles et présenter un nouveau "
        "code.",
    ),
    it=(
        "Questo pagamento va confermato nell’app. Far attivare i dati mobili e chiedere un nuovo codice.",
        "Deve confermare questo pagamento nell’app. Attivi i dati mobili e mostri un nuovo codice.",
    ),
    en=(
        "This payment has to be confirmed in the app. Have mobile data switched on and ask for a new code.",
        "You have to confirm this payment in the app. Please switch on mobile data and show a new code.",
    ),
)
_CONSENT_TIMEOUT: Final = _in_four(
    de=(
        "In der App wurde nicht rechtzeitig bestätigt. Neuen Code zeigen lassen.",
        "Sie haben in der App nicht rechtzeitig bestätigt. Bitte zeigen Sie einen neuen Code.",
    ),
    fr=(
        "La confirmation dans l’app n’est pas arrivée à temps. Demander un nouveau code.",
        "Vous n’avez pas confirmé à temps dans l’app. Veuillez présenter un nouveau code.",
    ),
    it=(
        "La conferma nell’app non è arrivata in tempo. Chiedere un nuovo codice.",
        "Non ha confermato in tempo nell’app. Mostri un nuovo codice.",
    ),
    en=(
        "The app did not confirm in time. Ask for a new code.",
        "You did not confirm in the app in time. Please show a new code.",
    ),
)
_CUSTOMER_REFUSED: Final = _in_four(
    de=(
        "Die Zahlung wurde in der App abgelehnt. Andere Zahlungsart anbieten.",
        "Sie haben die Zahlung in der App abgelehnt. Bitte bezahlen Sie anders.",
    ),
    fr=(
        "Le paiement a été refusé dans l’app. Proposer un autre moyen de paiement.",
        "Vous avez refusé le paiement dans l’app. Veuillez payer autrement.",
    ),
    it=(
        "Il pagamento è stato rifiutato nell’app. Proporre un altro mezzo di pagamento.",
        "Ha rifiutato il pagamento nell’app. Paghi in un altro modo.",
    ),
    en=(
        "The payment was refused in the app. Offer another way to pay.",
        "You refused the payment in the app. Please pay in another way.",
    ),
)
_CONFIRM_TIMEOUT: Final = _in_four(
    de=(
        "Die Zahlung wurde an der Kasse nicht rechtzeitig bestätigt. Neuen Code zeigen lassen.",
        "Die Zahlung wurde nicht rechtzeitig bestätigt. Bitte zeigen Sie einen neuen Code.",
    ),
    fr=(
        "Le paiement n’a pas été confirmé à temps à la caisse. Demander un nouveau code.",
        "Le paiement n’a pas été confirmé à temps. Veuillez présenter un nouveau code.",
    ),
    it=(
        "Il pagamento non è stato confermato in tempo alla cassa. Chiedere un nuovo codice.",
        "Il pagamento non è stato confermato in tempo. Mostri un nuovo codice.",
    ),
    en=(
        "The payment was not confirmed at the till in time. Ask for a new code.",
        "The payment was not confirmed in time. Please show a new code.",
    ),
)

# What the means of payment, or the bank behind it, says

_UNUSABLE: Final = _in_four(
    de=(
        "Dieses Zahlungsmittel geht hier nicht. In der App ein anderes wählen lassen.",
        "Dieses Zahlungsmittel geht hier nicht. Bitte wählen Sie in der App ein anderes.",
    ),
    fr=(
        "Ce moyen de paiement ne fonctionne pas ici. En faire choisir un autre dans l’app.",
        "Ce moyen de paiement ne fonctionne pas ici. Veuillez en choisir un autre dans l’app.",
    ),
    it=(
        "Questo mezzo di pagamento qui non funziona. Farne scegliere un altro nell’app.",
        "Questo mezzo di pagamento qui non funziona. Ne scelga un altro nell’app.",
    ),
    en=(
        "This means of payment does not work here. Have another one chosen in the app.",
        "This means of payment does not work here. Please choose another one in the app.",
    ),
)
_EXPIRED_INSTRUMENT: Final = _in_four(
    de=(
        "Das Zahlungsmittel ist abgelaufen. In der App ein anderes wählen lassen.",
        "Dieses Zahlungsmittel ist abgelaufen. Bitte wählen Sie in der App ein anderes.",
    ),
    fr=(
        "Le moyen de paiement a expiré. En faire choisir un autre dans l’app.",
        "Ce moyen de paiement a expiré. Veuillez en choisir un autre dans l’app.",
    ),
    it=(
        "Il mezzo di pagamento è scaduto. Farne scegliere un altro nell’app.",
        "Questo mezzo di pagamento è scaduto. Ne scelga un altro nell’app.",
    ),
    en=(
        "The means of payment has expired. Have another one chosen in the app.",
        "This means of payment has expired. Please choose another one in the app.",
    ),
)
_OTHER_CURRENCY: Final = _in_four(
    de=(
        "Das Zahlungsmittel zahlt nicht in dieser Währung. In der App ein anderes wählen lassen.",
        "Dieses Zahlungsmittel zahlt nicht in dieser Währung. Bitte wählen Sie in der App ein anderes.",
    ),
    fr=(
        "Le moyen de paiement ne paie pas dans cette monnaie. En faire choisir un autre dans l’app.",
        "Ce moyen de paiement ne paie pas dans cette monnaie. Veuillez en choisir un autre dans l’app.",
    ),
    it=(
        "Il mezzo di pagamento non paga in questa valuta. Farne scegliere un altro nell’app.",
        "Questo mezzo di pagamento non paga in questa valuta. Ne scelga un altro nell’app.",
    ),
    en=(
        "The means of payment does not pay in this currency. Have another one chosen in the app.",
        "This means of payment does not pay in this currency. Please choose another one in the app.",
    ),
)
_BANK_SAYS_NO: Final = _in_four(
    de=(
        "Die Bank hat abgelehnt. In der App ein anderes Zahlungsmittel wählen lassen.",
        "Die Bank hat abgelehnt. Bitte wählen Sie in der App ein anderes Zahlungsmittel.",
    ),
    fr=(
        "La banque a refusé. Faire choisir un autre moyen de paiement dans l’app.",
        "La banque a refusé. Veuillez choisir un autre moyen de paiement dans l’app.",
    ),
    it=(
        "La banca ha rifiutato. Far scegliere un altro mezzo di pagamento nell’app.",
        "La banca ha rifiutato. Scelga un altro mezzo di pagamento nell’app.",
    ),
    en=(
        "The bank said no. Have another means of payment chosen in the app.",
        "The bank said no. Please choose another means of payment in the app.",
    ),
)
# How much money somebody has is between him and his bank: the cashier reads what he reads for any other no.
_TOO_LITTLE: Final = _in_four(
    de=(
        _BANK_SAYS_NO["de"][0],
        "Das Guthaben reicht für diesen Betrag nicht. Bitte wählen Sie in der App ein anderes Zahlungsmittel.",
    ),
    fr=(
        _BANK_SAYS_NO["fr"][0],
        "Le solde ne suffit pas pour ce montant. Veuillez choisir un autre moyen de paiement dans l’app.",
    ),
    it=(
        _BANK_SAYS_NO["it"][0],
        "Il saldo non basta per questo importo. Scelga un altro mezzo di pagamento nell’app.",
    ),
    en=(
        _BANK_SAYS_NO["en"][0],
        "The balance does not cover this amount. Please choose another means of payment in the app.",
    ),
)
_BANK_LIMIT: Final = _in_four(
    de=(
        _BANK_SAYS_NO["de"][0],
        "Die Limite bei der Bank reicht für diesen Betrag nicht. Bitte wählen Sie in der App ein anderes "
        "Zahlungsmittel.",
    ),
    fr=(
        _BANK_SAYS_NO["fr"][0],
        "La limite fixée par la banque ne suffit pas pour ce montant. Veuillez choisir un autre moyen de paiement "
        "dans l’app.",
    ),
    it=(
        _BANK_SAYS_NO["it"][0],
        "Il limite fissato dalla banca non basta per questo importo. Scelga un altro mezzo di pagamento nell’app.",
    ),
    en=(
        _BANK_SAYS_NO["en"][0],
        "The bank’s limit does not cover this amount. Please choose another means of payment in the app.",
    ),
)
_BANK_WANTS_THE_PIN: Final = _in_four(
    de=(
        "Die Bank verlangt eine Bestätigung. PIN in der App eingeben und neuen Code zeigen lassen.",
        "Die Bank verlangt eine Bestätigung. Bitte geben Sie in der App Ihre PIN ein und zeigen Sie den neuen Code.",
    ),
    fr=(
        "La banque exige une confirmation. Faire saisir le PIN dans l’app et demander un nouveau code.",
        "La banque exige une confirmation. Veuillez saisir votre PIN dans l’app et présenter le nouveau code.",
    ),
    it=(
        "La banca chiede una conferma. Far inserire il PIN nell’app e chiedere un nuovo codice.",
        "La banca chiede una conferma. Inserisca il PIN nell’app e mostri il nuovo codice.",
    ),
    en=(
        "The bank wants a confirmation. Have the PIN entered in the app and ask for a new code.",
        "The bank wants a confirmation. Please enter your PIN in the app and show the new code.",
    ),
)
_BANK_AWAY: Final = _in_four(
    de=(
        "Die Bank ist gerade nicht erreichbar. Kurz warten und neuen Code zeigen lassen, oder andere Zahlungsart.",
        "Die Bank ist gerade nicht erreichbar. Bitte versuchen Sie es gleich noch einmal oder bezahlen Sie anders.",
    ),
    fr=(
        "La banque n’est pas joignable pour le moment. Attendre un peu et demander un nouveau code, ou un autre moyen.",
        "La banque n’est pas joignable pour le moment. Veuillez réessayer dans un instant ou payer autrement.",
    ),
    it=(
        "La banca al momento non è raggiungibile. Attendere un po’ e chiedere un nuovo codice, o un altro mezzo.",
        "La banca al momento non è raggiungibile. Riprovi tra poco o paghi in un altro modo.",
    ),
    en=(
        "The bank cannot be reached at the moment. Wait a little and ask for a new code, or offer another way to pay.",
        "The bank cannot be reached at the moment. Please try again shortly or pay in another way.",
    ),
)
_STOPPED: Final = _in_four(
    de=(
        "Solche Zahlungen sind zurzeit angehalten. Andere Zahlungsart anbieten.",
        "Diese Zahlungsart ist zurzeit nicht verfügbar. Bitte bezahlen Sie anders.",
    ),
    fr=(
        "De tels paiements sont suspendus pour le moment. Proposer un autre moyen de paiement.",
        "Ce mode de paiement n’est pas disponible pour le moment. Veuillez payer autrement.",
    ),
    it=(
        "Questi pagamenti sono sospesi per il momento. Offrire un altro mezzo di pagamento.",
        "Questo modo di pagare non è disponibile per il momento. Paghi in un altro modo.",
    ),
    en=(
        "Such payments are stopped at the moment. Offer another way to pay.",
        "This way to pay is not available at the moment. Please pay in another way.",
    ),
)
_TOO_LATE: Final = _in_four(
    de=(
        "Die Zahlung hat zu lange gedauert. Neuen Code zeigen lassen.",
        "Die Zahlung hat zu lange gedauert. Bitte zeigen Sie einen neuen Code.",
    ),
    fr=(
        "Le paiement a pris trop de temps. Demander un nouveau code.",
        "Le paiement a pris trop de temps. Veuillez présenter un nouveau code.",
    ),
    it=(
        "Il pagamento ha richiesto troppo tempo. Chiedere un nuovo codice.",
        "Il pagamento ha richiesto troppo tempo. Mostri un nuovo codice.",
    ),
    en=(
        "The payment took too long. Ask for a new code.",
        "The payment took too long. Please show a new code.",
    ),
)
_FAULT: Final = _in_four(
    de=(
        "Störung bei dieser Zahlung. Vorgesetzte rufen.",
        "Bei dieser Zahlung gibt es eine Störung. Bitte fragen Sie das Personal.",
    ),
    fr=(
        "Problème technique avec ce paiement. Appeler un responsable.",
        "Il y a un problème technique avec ce paiement. Veuillez vous adresser au personnel.",
    ),
    it=(
        "Problema tecnico con questo pagamento. Chiamare un responsabile.",
        "C’è un problema tecnico con questo pagamento. Si rivolga al personale.",
    ),
    en=(
        "Technical problem with this payment. Call a supervisor.",
        "There is a technical problem with this payment. Please ask the staff.",
    ),
)

_WORDS: Final[Mapping[str, tuple[TillAction, Mapping[str, _Texts]]]] = MappingProxyType(
    {
        # Answered as problems: these codes make no payment.
        "scanner_layout": (TillAction.CALL_SUPERVISOR, _SCANNER_LAYOUT),
        "unknown_scheme": (TillAction.NEW_CODE, _UNKNOWN_SCHEME),
        "unsupported_version": (TillAction.OTHER_MEANS, _UNSUPPORTED_VERSION),
        "malformed": (TillAction.NEW_CODE, _UNREADABLE),
        # The code.
        "unreadable": (TillAction.NEW_CODE, _UNREADABLE),
        "key_unknown": (TillAction.NEW_CODE, _OLD_KEY),
        "key_retired": (TillAction.NEW_CODE, _OLD_KEY),
        "already_used": (TillAction.NEW_CODE, _ALREADY_USED),
        "wrong_mode": (TillAction.CALL_SUPERVISOR, _WRONG_MODE),
        "wrong_purpose": (TillAction.NEW_CODE, _WRONG_PURPOSE),
        "expired": (TillAction.NEW_CODE, _EXPIRED),
        "not_yet_valid": (TillAction.NEW_CODE, _NOT_YET_VALID),
        "wrong_till": (TillAction.NEW_CODE, _WRONG_TILL),
        # Customer, phone, PIN and limits.
        "rejected": (TillAction.OTHER_MEANS, _PLAIN_NO),
        "pin_required": (TillAction.NEW_CODE, _PIN_REQUIRED),
        "pin_wrong": (TillAction.NEW_CODE, _PIN_WRONG),
        _ONE_TRY_LEFT: (TillAction.NEW_CODE, _PIN_WRONG_ONE_LEFT),
        "pin_locked": (TillAction.OTHER_MEANS, _PIN_LOCKED),
        "over_cap": (TillAction.NEW_CODE, _OVER_CAP),
        "over_limit": (TillAction.OTHER_MEANS, _OVER_LIMIT),
        "consent_unavailable": (TillAction.NEW_CODE, _CONSENT_UNAVAILABLE),
        "consent_timeout": (TillAction.NEW_CODE, _CONSENT_TIMEOUT),
        "customer_refused": (TillAction.OTHER_MEANS, _CUSTOMER_REFUSED),
        "confirm_timeout": (TillAction.NEW_CODE, _CONFIRM_TIMEOUT),
        # The means of payment and the bank; the actions are those of the providers' contract.
        "instrument_unusable": (TillAction.OTHER_INSTRUMENT, _UNUSABLE),
        "invalid_instrument": (TillAction.OTHER_INSTRUMENT, _UNUSABLE),
        "blocked_instrument": (TillAction.OTHER_INSTRUMENT, _UNUSABLE),
        "not_permitted": (TillAction.OTHER_INSTRUMENT, _UNUSABLE),
        "expired_instrument": (TillAction.OTHER_INSTRUMENT, _EXPIRED_INSTRUMENT),
        "currency_not_supported": (TillAction.OTHER_INSTRUMENT, _OTHER_CURRENCY),
        "insufficient_funds": (TillAction.OTHER_INSTRUMENT, _TOO_LITTLE),
        "limit_exceeded": (TillAction.OTHER_INSTRUMENT, _BANK_LIMIT),
        "do_not_honour": (TillAction.OTHER_INSTRUMENT, _BANK_SAYS_NO),
        # Whoever is suspected must not read that he is.
        "suspected_fraud": (TillAction.OTHER_MEANS, _PLAIN_NO),
        "authentication_required": (TillAction.NEW_CODE, _BANK_WANTS_THE_PIN),
        "provider_unavailable": (TillAction.WAIT, _BANK_AWAY),
        "payments_stopped": (TillAction.OTHER_MEANS, _STOPPED),
        "hold_expired": (TillAction.NEW_CODE, _TOO_LATE),
        "hold_closed": (TillAction.NEW_CODE, _TOO_LATE),
        "already_reversed": (TillAction.NEW_CODE, _TOO_LATE),
        "amount_exceeded": (TillAction.CALL_SUPERVISOR, _FAULT),
        "unknown_operation": (TillAction.CALL_SUPERVISOR, _FAULT),
    }
)

# Every code that has words, for documentation and tests.
DECLINE_CODES: Final = frozenset(_WORDS) - {_ONE_TRY_LEFT}
