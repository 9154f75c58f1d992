"""What stands around every page, and signing in."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class FrameWords:
    """One language."""

    portal: str
    skip: str
    menu: str
    home: str
    search: str
    search_help: str
    sign_out: str
    settings: str
    error: str
    request_id: str
    back: str
    go_on: str
    cancel: str
    test_mode: str
    sign_in: str
    email: str
    password: str
    wrong: str
    too_often: str
    second_factor: str
    code: str
    code_help: str
    wrong_code: str
    set_up: str
    set_up_help: str
    key: str
    key_help: str
    backup_codes: str
    backup_help: str
    invitation: str
    invitation_help: str
    invitation_code: str
    new_password: str
    password_help: str
    password_chosen: str
    step_up: str
    step_up_help: str
    signed_out: str
    ended: str
    sessions: str
    sessions_help: str
    this_one: str
    end_session: str
    since: str
    language: str
    theme: str
    theme_system: str
    theme_light: str
    theme_dark: str
    keys: str
    keys_on: str
    keys_off: str
    save: str
    saved: str
    forbidden: str
    forbidden_help: str
    not_found: str
    not_found_help: str
    conflict: str
    conflict_help: str
    invalid: str
    invalid_help: str
    foreign_form: str


FRAME: Final = {
    "de": FrameWords(
        portal="Personalportal",
        skip="Zum Inhalt",
        menu="Bereiche",
        home="Übersicht",
        search="Suchen",
        search_help="Nummer, Belegnummer, E-Mail-Adresse oder die letzten vier Ziffern; nur genaue Treffer.",
        sign_out="Abmelden",
        settings="Einstellungen",
        error="Fehler",
        request_id="Nummer der Anfrage",
        back="Zurück",
        go_on="Weiter",
        cancel="Abbrechen",
        test_mode="Demo: hier bewegt sich kein echtes Geld",
        sign_in="Anmelden",
        email="E-Mail-Adresse",
        password="Passwort",  # noqa: S106  # a label
        wrong="Adresse oder Passwort sind falsch, oder das Konto ist für kurze Zeit gesperrt.",
        too_often="Das waren zu viele Versuche. Warten Sie bitte einen Augenblick.",
        second_factor="Zweiter Faktor",
        code="Code",
        code_help="Sechs Ziffern aus Ihrer Authenticator-App, oder einer Ihrer Ersatzcodes.",
        wrong_code="Der Code ist falsch oder schon gebraucht. Warten Sie auf den nächsten.",
        set_up="Authenticator-App einrichten",
        set_up_help="Lesen Sie das Bild mit Ihrer App ein und geben Sie den Code ein, den sie zeigt.",
        key="Schlüssel",
        key_help="Falls Sie das Bild nicht einlesen können, tippen Sie diesen Schlüssel in die App.",
        backup_codes="Ersatzcodes",
        backup_help="Jeder gilt einmal, wenn die App nicht zur Hand ist. Sie sehen die Codes nur jetzt.",
        invitation="Einladung annehmen",
        invitation_help="Geben Sie den Code ein, den Sie erhalten haben. Er gilt einmal und 24 Stunden.",
        invitation_code="Code der Einladung",
        new_password="Neues Passwort",  # noqa: S106  # a label
        password_help="Mindestens 12 Zeichen; einfügen ist erlaubt.",  # noqa: S106  # a help text
        password_chosen="Das Passwort ist gewählt. Melden Sie sich damit an.",  # noqa: S106  # a notice
        step_up="Noch einmal bestätigen",
        step_up_help="Was Sie vorhaben, verlangt einen frischen Code. Danach gilt er fünf Minuten.",
        signed_out="Sie sind abgemeldet.",
        ended="Die Sitzung ist zu Ende. Melden Sie sich wieder an.",
        sessions="Angemeldet auf",
        sessions_help="Beenden Sie, was Sie nicht kennen, und wählen Sie dann ein neues Passwort.",
        this_one="dieser Browser",
        end_session="Beenden",
        since="seit",
        language="Sprache",
        theme="Darstellung",
        theme_system="wie das Gerät",
        theme_light="hell",
        theme_dark="dunkel",
        keys="Tastenkürzel",
        keys_on="ein",
        keys_off="aus",
        save="Speichern",
        saved="Gespeichert.",
        forbidden="Das darf Ihre Rolle nicht",
        forbidden_help="Fragen Sie jemanden, dessen Rolle es erlaubt, oder Ihre Administratorin.",
        not_found="Das gibt es nicht",
        not_found_help="Prüfen Sie die Nummer, oder suchen Sie danach.",
        conflict="Inzwischen hat sich etwas geändert",
        conflict_help="Es wurde nichts ausgeführt. Lesen Sie die Seite noch einmal.",
        invalid="Das wurde nicht verstanden",
        invalid_help="Es wurde nichts ausgeführt. Gehen Sie zurück und versuchen Sie es noch einmal.",
        foreign_form="Dieses Formular kam nicht aus dieser Sitzung. Laden Sie die Seite neu.",
    ),
    "fr": FrameWords(
        portal="Portail du personnel",
        skip="Aller au contenu",
        menu="Domaines",
        home="Aperçu",
        search="Rechercher",
        search_help="Identifiant, numéro de quittance, adresse e-mail ou les quatre derniers chiffres; "
        "uniquement les résultats exacts.",
        sign_out="Se déconnecter",
        settings="Réglages",
        error="Erreur",
        request_id="Numéro de la requête",
        back="Retour",
        go_on="Continuer",
        cancel="Annuler",
        test_mode="Démo: aucun argent réel ne circule ici",
        sign_in="Se connecter",
        email="Adresse e-mail",
        password="Mot de passe",  # noqa: S106  # a label
        wrong="L’adresse ou le mot de passe est faux, ou le compte est bloqué pour un court moment.",
        too_often="Trop de tentatives. Veuillez patienter un instant.",
        second_factor="Deuxième facteur",
        code="Code",
        code_help="Six chiffres de votre application d’authentification, ou l’un de vos codes de secours.",
        wrong_code="Le code est faux ou a déjà été utilisé. Attendez le suivant.",
        set_up="Configurer l’application d’authentification",
        set_up_help="Scannez l’image avec votre application et saisissez le code qu’elle affiche.",
        key="Clé",
        key_help="Si vous ne pouvez pas scanner l’image, saisissez cette clé dans l’application.",
        backup_codes="Codes de secours",
        backup_help="Chacun est valable une fois, si l’application n’est pas à portée de main. "
        "Vous ne voyez ces codes que maintenant.",
        invitation="Accepter l’invitation",
        invitation_help="Saisissez le code que vous avez reçu. Il est valable une fois, pendant 24 heures.",
        invitation_code="Code de l’invitation",
        new_password="Nouveau mot de passe",  # noqa: S106  # a label
        password_help="Au moins 12 caractères; vous pouvez le coller.",  # noqa: S106  # a help text
        password_chosen="Le mot de passe est choisi. Connectez-vous avec celui-ci.",  # noqa: S106  # a notice
        step_up="Confirmer encore une fois",
        step_up_help="Ce que vous allez faire exige un nouveau code. Il est ensuite valable cinq minutes.",
        signed_out="Vous êtes déconnecté.",
        ended="La session est terminée. Connectez-vous de nouveau.",
        sessions="Sessions ouvertes",
        sessions_help="Terminez celles que vous ne connaissez pas, puis choisissez un nouveau mot de passe.",
        this_one="ce navigateur",
        end_session="Terminer",
        since="depuis",
        language="Langue",
        theme="Apparence",
        theme_system="comme l’appareil",
        theme_light="clair",
        theme_dark="sombre",
        keys="Raccourcis clavier",
        keys_on="activés",
        keys_off="désactivés",
        save="Enregistrer",
        saved="Enregistré.",
        forbidden="Votre rôle ne le permet pas",
        forbidden_help="Adressez-vous à une personne dont le rôle le permet, ou à votre administration.",
        not_found="Cela n’existe pas",
        not_found_help="Vérifiez le numéro, ou recherchez-le.",
        conflict="Quelque chose a changé entre-temps",
        conflict_help="Rien n’a été exécuté. Relisez la page.",
        invalid="La demande n’a pas été comprise",
        invalid_help="Rien n’a été exécuté. Revenez en arrière et réessayez.",
        foreign_form="Ce formulaire ne vient pas de cette session. Rechargez la page.",
    ),
    "it": FrameWords(
        portal="Portale del personale",
        skip="Vai al contenuto",
        menu="Settori",
        home="Panoramica",
        search="Cerca",
        search_help="Identificativo, numero di ricevuta, indirizzo e-mail o le ultime quattro cifre; "
        "solo risultati esatti.",
        sign_out="Esci",
        settings="Impostazioni",
        error="Errore",
        request_id="Numero della richiesta",
        back="Indietro",
        go_on="Continua",
        cancel="Annulla",
        test_mode="Demo: qui non circola denaro vero",
        sign_in="Accedi",
        email="Indirizzo e-mail",
        password="Password",  # noqa: S106  # a label
        wrong="L’indirizzo o la password sono errati, o il conto è bloccato per breve tempo.",
        too_often="Troppi tentativi. Attenda un momento.",
        second_factor="Secondo fattore",
        code="Codice",
        code_help="Sei cifre dalla Sua app di autenticazione, o uno dei Suoi codici di riserva.",
        wrong_code="Il codice è errato o già usato. Attenda il prossimo.",
        set_up="Configurare l’app di autenticazione",
        set_up_help="Scansioni l’immagine con la Sua app e inserisca il codice che mostra.",
        key="Chiave",
        key_help="Se non può scansionare l’immagine, inserisca questa chiave nell’app.",
        backup_codes="Codici di riserva",
        backup_help="Ciascuno vale una volta, se l’app non è a portata di mano. Vede questi codici solo ora.",
        invitation="Accettare l’invito",
        invitation_help="Inserisca il codice che ha ricevuto. Vale una volta, per 24 ore.",
        invitation_code="Codice dell’invito",
        new_password="Nuova password",  # noqa: S106  # a label
        password_help="Almeno 12 caratteri; è possibile incollarla.",  # noqa: S106  # a help text
        password_chosen="La password è stata scelta. Acceda con essa.",  # noqa: S106  # a notice
        step_up="Confermare ancora una volta",
        step_up_help="Ciò che intende fare richiede un nuovo codice. Poi vale per cinque minuti.",
        signed_out="È uscito dal portale.",
        ended="La sessione è terminata. Acceda di nuovo.",
        sessions="Sessioni aperte",
        sessions_help="Termini quelle che non conosce, poi scelga una nuova password.",
        this_one="questo browser",
        end_session="Termina",
        since="da",
        language="Lingua",
        theme="Aspetto",
        theme_system="come il dispositivo",
        theme_light="chiaro",
        theme_dark="scuro",
        keys="Scorciatoie da tastiera",
        keys_on="attive",
        keys_off="disattivate",
        save="Salva",
        saved="Salvato.",
        forbidden="Il Suo ruolo non lo consente",
        forbidden_help="Si rivolga a una persona il cui ruolo lo consente, o alla Sua amministrazione.",
        not_found="Non esiste",
        not_found_help="Verifichi il numero, o lo cerchi.",
        conflict="Nel frattempo qualcosa è cambiato",
        conflict_help="Non è stato eseguito nulla. Rilegga la pagina.",
        invalid="La richiesta non è stata compresa",
        invalid_help="Non è stato eseguito nulla. Torni indietro e riprovi.",
        foreign_form="Questo modulo non proviene da questa sessione. Ricarichi la pagina.",
    ),
    "en": FrameWords(
        portal="Staff portal",
        skip="Skip to content",
        menu="Areas",
        home="Home",
        search="Search",
        search_help="An id, a receipt number, an e-mail address or the last four digits; exact matches only.",
        sign_out="Sign out",
        settings="Settings",
        error="Error",
        request_id="Request id",
        back="Back",
        go_on="Continue",
        cancel="Cancel",
        test_mode="Demo: no real money moves here",
        sign_in="Sign in",
        email="E-mail address",
        password="Password",  # noqa: S106  # a label
        wrong="The address or the password is wrong, or the account is locked for a short time.",
        too_often="Those were too many attempts. Please wait a moment.",
        second_factor="Second factor",
        code="Code",
        code_help="Six digits from your authenticator app, or one of your backup codes.",
        wrong_code="The code is wrong or was used already. Wait for the next one.",
        set_up="Set up the authenticator app",
        set_up_help="Scan the picture with your app, and type the code that it shows.",
        key="Key",
        key_help="If you cannot scan the picture, type this key into the app.",
        backup_codes="Backup codes",
        backup_help="Each is good once, when the app is not at hand. You see the codes only now.",
        invitation="Accept the invitation",
        invitation_help="Type the code that you were given. It is good once, for 24 hours.",
        invitation_code="Code of the invitation",
        new_password="New password",  # noqa: S106  # a label
        password_help="At least 12 characters; pasting is fine.",  # noqa: S106  # a help text
        password_chosen="The password is chosen. Sign in with it.",  # noqa: S106  # a notice
        step_up="Confirm once more",
        step_up_help="What you are about to do needs a fresh code. It then holds for five minutes.",
        signed_out="You are signed out.",
        ended="The session has ended. Sign in again.",
        sessions="Signed in on",
        sessions_help="End what you do not know, and then choose a new password.",
        this_one="this browser",
        end_session="End",
        since="since",
        language="Language",
        theme="Appearance",
        theme_system="as the device",
        theme_light="light",
        theme_dark="dark",
        keys="Keyboard shortcuts",
        keys_on="on",
        keys_off="off",
        save="Save",
        saved="Saved.",
        forbidden="Your role does not allow this",
        forbidden_help="Ask somebody whose role allows it, or your administrator.",
        not_found="There is no such thing",
        not_found_help="Check the number, or search for it.",
        conflict="Something has changed meanwhile",
        conflict_help="Nothing was done. Read the page again.",
        invalid="That was not understood",
        invalid_help="Nothing was done. Go back and try again.",
        foreign_form="This form did not come from this session. Load the page again.",
    ),
}

# What `keys.js` listens to, and what it does.
KEYS_HELP: Final[dict[str, tuple[tuple[tuple[str, ...], str], ...]]] = {
    "de": (
        (("/", "Strg K"), "suchen"),
        (("j",), "nächste Zeile"),
        (("k",), "vorige Zeile"),
        (("o",), "Zeile öffnen"),
        (("a",), "Zahlung der Zeile freigeben"),
        (("r",), "Zahlung der Zeile ablehnen"),
        (("?",), "diese Hilfe"),
    ),
    "fr": (
        (("/", "Ctrl K"), "rechercher"),
        (("j",), "ligne suivante"),
        (("k",), "ligne précédente"),
        (("o",), "ouvrir la ligne"),
        (("a",), "libérer le paiement de la ligne"),
        (("r",), "refuser le paiement de la ligne"),
        (("?",), "cette aide"),
    ),
    "it": (
        (("/", "Ctrl K"), "cercare"),
        (("j",), "riga successiva"),
        (("k",), "riga precedente"),
        (("o",), "aprire la riga"),
        (("a",), "sbloccare il pagamento della riga"),
        (("r",), "rifiutare il pagamento della riga"),
        (("?",), "questo aiuto"),
    ),
    "en": (
        (("/", "Ctrl K"), "search"),
        (("j",), "next row"),
        (("k",), "previous row"),
        (("o",), "open the row"),
        (("a",), "release the payment of the row"),
        (("r",), "refuse the payment of the row"),
        (("?",), "this help"),
    ),
}
