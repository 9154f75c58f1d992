"""The block list and the allow list."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class ListWords:
    """One language; kinds by their codes."""

    lists: str
    help: str
    current: str
    past: str
    nobody: str
    whom: str
    entry: str
    block: str
    allow: str
    until: str
    for_ever: str
    last_days: str
    made_by: str
    since: str
    ended_by: str
    over: str
    add: str
    subject: str
    subject_help: str
    what: str
    how_long: str
    end: str
    older: str
    evidence: str
    wrong_subject: str
    wrong_end: str
    already: str
    kinds: dict[str, str]


LISTS: Final = {
    "de": ListWords(
        lists="Sperr- und Freilisten",
        help="Wer gesperrt ist, bezahlt nirgends; wer frei ist, bezahlt, was die Regeln auch sagen. Sperren geht vor.",
        current="Gültige Einträge",
        past="Frühere Einträge",
        nobody="Niemand steht auf einer Liste.",
        whom="Wer",
        entry="Eintrag",
        block="gesperrt",
        allow="frei",
        until="bis",
        for_ever="unbefristet",
        last_days="{} Tage",
        made_by="Von",
        since="Seit",
        ended_by="Beendet von",
        over="abgelaufen",
        add="Eintragen",
        subject="Kundin, Gerät oder Zahlungsmittel",
        subject_help="cus_…, dev_… oder ins_…",
        what="Liste",
        how_long="Wie lange",
        end="Eintrag beenden",
        older="Ältere",
        evidence="Nachweise",
        wrong_subject="Das gibt es nicht",
        wrong_end="Frei ist jemand nur für eine Frist",
        already="Steht schon auf dieser Liste; beenden Sie zuerst jenen Eintrag",
        kinds={"customer": "Kundin", "device": "Gerät", "instrument": "Zahlungsmittel"},
    ),
    "fr": ListWords(
        lists="Listes de blocage et d’autorisation",
        help=(
            "Qui est bloqué ne paie nulle part ; qui est autorisé paie, quoi que disent les règles."
            " Le blocage l’emporte."
        ),
        current="Inscriptions valables",
        past="Inscriptions antérieures",
        nobody="Personne ne figure sur une liste.",
        whom="Qui",
        entry="Inscription",
        block="bloqué",
        allow="autorisé",
        until="jusqu’à",
        for_ever="sans limite",
        last_days="{} jours",
        made_by="De",
        since="Depuis",
        ended_by="Levée par",
        over="échue",
        add="Inscrire",
        subject="Cliente, appareil ou moyen de paiement",
        subject_help="cus_…, dev_… ou ins_…",
        what="Liste",
        how_long="Durée",
        end="Lever l’inscription",
        older="Plus anciennes",
        evidence="Journal d’audit",
        wrong_subject="Cela n’existe pas",
        wrong_end="Une autorisation a toujours un terme",
        already="Figure déjà sur cette liste ; levez d’abord l’autre inscription",
        kinds={"customer": "Cliente", "device": "Appareil", "instrument": "Moyen de paiement"},
    ),
    "it": ListWords(
        lists="Liste di blocco e di autorizzazione",
        help="Chi è bloccato non paga; chi è autorizzato paga, qualunque cosa dicano le regole. Il blocco prevale.",
        current="Iscrizioni valide",
        past="Iscrizioni precedenti",
        nobody="Nessuno figura su una lista.",
        whom="Chi",
        entry="Iscrizione",
        block="bloccato",
        allow="autorizzato",
        until="fino a",
        for_ever="senza limite",
        last_days="{} giorni",
        made_by="Di",
        since="Da",
        ended_by="Tolta da",
        over="scaduta",
        add="Iscrivere",
        subject="Cliente, dispositivo o mezzo di pagamento",
        subject_help="cus_…, dev_… o ins_…",
        what="Lista",
        how_long="Durata",
        end="Togliere l’iscrizione",
        older="Più vecchie",
        evidence="Registro di controllo",
        wrong_subject="Questo non esiste",
        wrong_end="Un’autorizzazione ha sempre un termine",
        already="Figura già su questa lista; togliete prima l’altra iscrizione",
        kinds={"customer": "Cliente", "device": "Dispositivo", "instrument": "Mezzo di pagamento"},
    ),
    "en": ListWords(
        lists="Block and allow lists",
        help="Whoever is blocked pays nowhere; whoever is allowed pays, whatever the rules say. To block wins.",
        current="Entries that hold",
        past="Earlier entries",
        nobody="Nobody is on a list.",
        whom="Whom",
        entry="Entry",
        block="blocked",
        allow="allowed",
        until="until",
        for_ever="for good",
        last_days="{} days",
        made_by="By",
        since="Since",
        ended_by="Ended by",
        over="over",
        add="Add",
        subject="Customer, device or means of payment",
        subject_help="cus_…, dev_… or ins_…",
        what="List",
        how_long="For how long",
        end="End this entry",
        older="Older",
        evidence="Audit log",
        wrong_subject="There is no such thing",
        wrong_end="Somebody is allowed for a time only",
        already="Is on this list already; end that entry first",
        kinds={"customer": "Customer", "device": "Device", "instrument": "Means of payment"},
    ),
}

# The codes are kept in the evidence, whatever the language.
LIST_REASONS: Final = {
    "de": (
        ("fraud", "Betrug bestätigt"),
        ("stolen", "Gestohlen oder verloren"),
        ("suspicion", "Verdacht"),
        ("known", "Bekannt und unbedenklich"),
        ("cleared", "Geklärt"),
    ),
    "fr": (
        ("fraud", "Fraude confirmée"),
        ("stolen", "Volé ou perdu"),
        ("suspicion", "Soupçon"),
        ("known", "Connu et sans risque"),
        ("cleared", "Clarifié"),
    ),
    "it": (
        ("fraud", "Frode confermata"),
        ("stolen", "Rubato o smarrito"),
        ("suspicion", "Sospetto"),
        ("known", "Noto e senza rischi"),
        ("cleared", "Chiarito"),
    ),
    "en": (
        ("fraud", "Confirmed fraud"),
        ("stolen", "Stolen or lost"),
        ("suspicion", "Suspicion"),
        ("known", "Known and harmless"),
        ("cleared", "Cleared"),
    ),
}
