"""The words of the page, in the four languages."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class PageWords:
    """One language."""

    name: str
    title: str
    languages: str
    error: str
    ask_introduction: str
    email: str
    send_code: str
    code_introduction: str
    code: str
    go_on: str
    no_letter: str
    no_letter_help: str
    send_again: str
    choose_introduction: str
    which: str
    enrolled: str
    for_good: str
    stop: str
    done: str
    devices: str
    since: str
    number: str
    what_now: str
    signed: str
    signed_help: str
    others: str
    nothing: str
    nothing_help: str
    another_address: str
    wrong_email: str
    wrong_code: str
    nothing_chosen: str
    too_late: str
    too_often: str
    not_understood: str


WORDS: Final = {
    "de": PageWords(
        name="Deutsch",
        title="Telefon verloren",
        languages="Sprachen",
        error="Fehler",
        ask_introduction="Sperren Sie hier ein verlorenes oder gestohlenes Gerät. Wir schicken Ihnen dazu einen Code.",
        email="E-Mail-Adresse Ihres Kontos",
        send_code="Code schicken",
        code_introduction="Wenn zu dieser Adresse ein Konto gehört, ist jetzt ein Code unterwegs. "
        "Er gilt 15 Minuten und nur einmal.",
        code="Code aus der E-Mail",
        go_on="Weiter",
        no_letter="Keine E-Mail erhalten?",
        no_letter_help="Schauen Sie auch im Ordner für Werbung nach. Es zählt nur der neueste Code.",
        send_again="Neuen Code schicken",
        choose_introduction="Ein gesperrtes Gerät kann sofort an keiner Kasse mehr bezahlen.",
        which="Welche Geräte sollen gesperrt werden?",
        enrolled="angemeldet am",
        for_good="Die Sperre lässt sich nicht aufheben: Ein gefundenes Gerät melden Sie in der App neu an.",
        stop="Jetzt sperren",
        done="Gesperrt. Mit diesen Geräten kann niemand mehr bezahlen.",
        devices="Geräte",
        since="Gesperrt seit",
        number="Nummer der Bestätigung",
        what_now="Wir haben Ihnen das auch geschrieben. Für ein neues Gerät verlangen Sie am Kundendienst einen Code.",
        signed="Unterschriebene Bestätigung",
        signed_help="Damit beweisen Sie, dass und wann Sie gesperrt haben. Bewahren Sie die Werte unverändert auf.",
        others="Ihre anderen Geräte",
        nothing="Zu dieser Adresse gibt es kein Gerät, das bezahlen kann.",
        nothing_help="Vielleicht ist es schon gesperrt, oder Ihr Konto hat eine andere Adresse.",
        another_address="Eine andere Adresse versuchen",
        wrong_email="Das ist keine E-Mail-Adresse. Beispiel: anna@kundin.example",
        wrong_code="Der Code ist falsch, zu alt oder schon gebraucht. Nehmen Sie den aus der neuesten E-Mail.",
        nothing_chosen="Wählen Sie mindestens ein Gerät.",
        too_late="Das hat zu lange gedauert. Verlangen Sie einen neuen Code.",
        too_often="Das waren zu viele Versuche. Warten Sie bitte einen Augenblick.",
        not_understood="Das wurde nicht verstanden. Beginnen Sie bitte noch einmal.",
    ),
    "fr": PageWords(
        name="Français",
        title="Téléphone perdu",
        languages="Langues",
        error="Erreur",
        ask_introduction="Bloquez ici un appareil perdu ou volé. Nous vous envoyons un code à cet effet.",
        email="Adresse e-mail de votre compte",
        send_code="Envoyer le code",
        code_introduction="Si un compte correspond à cette adresse, un code est en route. "
        "Il est valable 15 minutes et une seule fois.",
        code="Code reçu par e-mail",
        go_on="Continuer",
        no_letter="Pas d’e-mail reçu ?",
        no_letter_help="Regardez aussi dans le dossier des indésirables. Seul le code le plus récent compte.",
        send_again="Envoyer un nouveau code",
        choose_introduction="Un appareil bloqué ne peut plus payer à aucune caisse, avec effet immédiat.",
        which="Quels appareils faut-il bloquer ?",
        enrolled="enregistré le",
        for_good="Le blocage est définitif : un appareil retrouvé doit être enregistré à nouveau dans l’application.",
        stop="Bloquer maintenant",
        done="C’est bloqué. Plus personne ne peut payer avec ces appareils.",
        devices="Appareils",
        since="Bloqués depuis",
        number="Numéro de la confirmation",
        what_now="Nous vous l’avons aussi écrit. Pour un nouvel appareil, demandez un code au service à la clientèle.",
        signed="Confirmation signée",
        signed_help="Elle prouve que vous avez bloqué, et quand. Conservez les trois valeurs telles quelles.",
        others="Vos autres appareils",
        nothing="Aucun appareil pouvant payer ne correspond à cette adresse.",
        nothing_help="Il est peut-être déjà bloqué, ou votre compte a une autre adresse.",
        another_address="Essayer une autre adresse",
        wrong_email="Ce n’est pas une adresse e-mail. Exemple : luc@client.example",
        wrong_code="Le code est faux, trop ancien ou déjà utilisé. Prenez celui de l’e-mail le plus récent.",
        nothing_chosen="Choisissez au moins un appareil.",
        too_late="Cela a duré trop longtemps. Demandez un nouveau code.",
        too_often="Il y a eu trop d’essais. Attendez un instant, s’il vous plaît.",
        not_understood="Cela n’a pas été compris. Recommencez, s’il vous plaît.",
    ),
    "it": PageWords(
        name="Italiano",
        title="Telefono smarrito",
        languages="Lingue",
        error="Errore",
        ask_introduction="Blocchi qui un dispositivo smarrito o rubato. Le inviamo un codice per farlo.",
        email="Indirizzo e-mail del suo conto",
        send_code="Inviare il codice",
        code_introduction="Se a questo indirizzo corrisponde un conto, un codice è in arrivo. "
        "È valido per 15 minuti e una sola volta.",
        code="Codice ricevuto per e-mail",
        go_on="Avanti",
        no_letter="Nessuna e-mail ricevuta?",
        no_letter_help="Guardi anche nella cartella della posta indesiderata. Conta solo il codice più recente.",
        send_again="Inviare un nuovo codice",
        choose_introduction="Un dispositivo bloccato non può più pagare a nessuna cassa, da subito.",
        which="Quali dispositivi vanno bloccati?",
        enrolled="registrato il",
        for_good="Il blocco non si può annullare: un dispositivo ritrovato va registrato di nuovo nell’app.",
        stop="Bloccare adesso",
        done="Bloccato. Nessuno può più pagare con questi dispositivi.",
        devices="Dispositivi",
        since="Bloccati dal",
        number="Numero della conferma",
        what_now="Glielo abbiamo anche scritto. Per un nuovo dispositivo chieda un codice al servizio clienti.",
        signed="Conferma firmata",
        signed_help="Dimostra che ha bloccato e quando. Conservi i tre valori senza cambiarli.",
        others="I suoi altri dispositivi",
        nothing="A questo indirizzo non corrisponde alcun dispositivo che possa pagare.",
        nothing_help="Forse è già bloccato, oppure il suo conto ha un altro indirizzo.",
        another_address="Provare un altro indirizzo",
        wrong_email="Non è un indirizzo e-mail. Esempio: chiara@cliente.example",
        wrong_code="Il codice è sbagliato, troppo vecchio o già usato. Prenda quello dell’e-mail più recente.",
        nothing_chosen="Scelga almeno un dispositivo.",
        too_late="È passato troppo tempo. Chieda un nuovo codice.",
        too_often="Troppi tentativi. Attenda un momento.",
        not_understood="Non è stato capito. Ricominci, per favore.",
    ),
    "en": PageWords(
        name="English",
        title="Lost phone",
        languages="Languages",
        error="Error",
        ask_introduction="Stop a lost or stolen device here. We send you a code to do so.",
        email="E-mail address of your account",
        send_code="Send the code",
        code_introduction="If there is an account with this address, a code is on its way. "
        "It is good for 15 minutes, and once.",
        code="Code from the e-mail",
        go_on="Go on",
        no_letter="No e-mail?",
        no_letter_help="Look into the folder for junk as well. Only the newest code counts.",
        send_again="Send a new code",
        choose_introduction="A device that is stopped can pay at no till any more, from this moment.",
        which="Which devices shall be stopped?",
        enrolled="enrolled on",
        for_good="This cannot be undone: a device that was found is enrolled anew in the app.",
        stop="Stop now",
        done="Stopped. Nobody can pay with these devices any more.",
        devices="Devices",
        since="Stopped since",
        number="Number of the confirmation",
        what_now="We have written to you as well. For a new device, ask the customer service for a code.",
        signed="Signed confirmation",
        signed_help="It proves that you stopped them, and when. Keep the three values as they are.",
        others="Your other devices",
        nothing="There is no device under this address that could pay.",
        nothing_help="It may be stopped already, or your account may have another address.",
        another_address="Try another address",
        wrong_email="This is not an e-mail address. Example: alice@example.com",
        wrong_code="The code is wrong, too old, or was used already. Take the one from the newest e-mail.",
        nothing_chosen="Choose at least one device.",
        too_late="This took too long. Ask for a new code.",
        too_often="These were too many tries. Please wait a moment.",
        not_understood="This was not understood. Please begin again.",
    ),
}
LANGUAGES: Final = tuple((code, words.name) for code, words in WORDS.items())
