"""The words of the pages about operators."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Words:
    """What the pages about operators say."""

    title: str
    name: str
    email: str
    role: str
    state: str
    active: str
    disabled: str
    locked: str
    last_sign_in: str
    second_factor: str
    set_up: str
    missing: str
    sessions: str
    no_sessions: str
    end_session: str
    disable: str
    enable: str
    disable_help: str
    own_account: str
    last_administrator: str


OPERATORS: Final[dict[str, Words]] = {
    "de": Words(
        title="Mitarbeitende",
        name="Name",
        email="E-Mail",
        role="Rolle",
        state="Zustand",
        active="Aktiv",
        disabled="Gesperrt",
        locked="Nach Fehlversuchen vorübergehend gesperrt",
        last_sign_in="Letzte Anmeldung",
        second_factor="Zweiter Faktor",
        set_up="Eingerichtet",
        missing="Fehlt",
        sessions="Offene Sitzungen",
        no_sessions="Keine offenen Sitzungen.",
        end_session="Sitzung beenden",
        disable="Sperren",
        enable="Wieder zulassen",
        disable_help="Gilt ab der nächsten Anfrage; alle Sitzungen enden.",
        own_account="Ihr eigenes Konto können Sie nicht sperren. Bitten Sie eine andere Person darum.",
        last_administrator="Das ist das letzte aktive Konto der Administration. Laden Sie zuerst ein weiteres ein.",
    ),
    "fr": Words(
        title="Collaborateurs",
        name="Nom",
        email="E-mail",
        role="Rôle",
        state="État",
        active="Actif",
        disabled="Bloqué",
        locked="Bloqué temporairement après des essais erronés",
        last_sign_in="Dernière connexion",
        second_factor="Second facteur",
        set_up="Configuré",
        missing="Absent",
        sessions="Sessions ouvertes",
        no_sessions="Aucune session ouverte.",
        end_session="Terminer la session",
        disable="Bloquer",
        enable="Réadmettre",
        disable_help="Effet dès la prochaine requête; toutes les sessions se terminent.",
        own_account="Vous ne pouvez pas bloquer votre propre compte. Demandez-le à une autre personne.",
        last_administrator="C’est le dernier compte d’administration actif. Invitez d’abord une autre personne.",
    ),
    "it": Words(
        title="Collaboratori",
        name="Nome",
        email="E-mail",
        role="Ruolo",
        state="Stato",
        active="Attivo",
        disabled="Bloccato",
        locked="Bloccato temporaneamente dopo tentativi errati",
        last_sign_in="Ultimo accesso",
        second_factor="Secondo fattore",
        set_up="Configurato",
        missing="Mancante",
        sessions="Sessioni aperte",
        no_sessions="Nessuna sessione aperta.",
        end_session="Termina la sessione",
        disable="Blocca",
        enable="Riammetti",
        disable_help="Vale dalla prossima richiesta; tutte le sessioni terminano.",
        own_account="Non può bloccare il proprio conto. Lo chieda a un’altra persona.",
        last_administrator="È l’ultimo conto di amministrazione attivo. Inviti prima un’altra persona.",
    ),
    "en": Words(
        title="Operators",
        name="Name",
        email="E-mail",
        role="Role",
        state="State",
        active="Active",
        disabled="Disabled",
        locked="Locked for a while after wrong attempts",
        last_sign_in="Last sign-in",
        second_factor="Second factor",
        set_up="Set up",
        missing="Missing",
        sessions="Open sessions",
        no_sessions="No open sessions.",
        end_session="End session",
        disable="Disable",
        enable="Enable",
        disable_help="Holds from the next request on; all sessions end.",
        own_account="You cannot disable your own account. Ask another person to do it.",
        last_administrator="This is the last active administrator. Invite another one first.",
    ),
}

REASONS: Final = {
    "de": (("left", "Arbeitet nicht mehr hier"), ("suspicion", "Verdacht"), ("cleared", "Geklärt")),
    "fr": (("left", "Ne travaille plus ici"), ("suspicion", "Soupçon"), ("cleared", "Clarifié")),
    "it": (("left", "Non lavora più qui"), ("suspicion", "Sospetto"), ("cleared", "Chiarito")),
    "en": (("left", "Works here no more"), ("suspicion", "Suspicion"), ("cleared", "Cleared")),
}
