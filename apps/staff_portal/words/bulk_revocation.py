"""The words of the page on which many devices are revoked."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Words:
    """What the page says."""

    title: str
    help: str
    platform: str
    platform_help: str
    enrolled_from: str
    enrolled_until: str
    preview: str
    matching: str
    none_match: str
    too_many: str
    sample: str
    type_number: str
    for_good: str
    revoke: str
    orders: str
    no_orders: str
    who: str
    which: str
    since: str
    until: str
    ended: str
    running: str
    progress: str


BULK: Final[dict[str, Words]] = {
    "de": Words(
        title="Sammelsperre",
        help="Widerruft viele Geräte auf einmal, etwa nach einer Lücke in einer Version der App. Zuerst "
        "ansehen, dann anordnen.",
        platform="Plattform und Version, wie die App sie nannte",
        platform_help="Genau wie auf der Seite eines Geräts; leer für alle.",
        enrolled_from="Angemeldet und zertifiziert ab",
        enrolled_until="Angemeldet und zertifiziert bis",
        preview="Ansehen",
        matching="Betroffene Geräte",
        none_match="Kein Gerät entspricht diesen Angaben.",
        too_many="Das sind zu viele für einen Auftrag. Grenzen Sie enger ein.",
        sample="Einige davon:",
        type_number="Tippen Sie zur Bestätigung die Zahl",
        for_good="Ein widerrufenes Gerät kommt nie zurück; wer es hat, meldet sich neu an.",
        revoke="Alle widerrufen",
        orders="Aufträge",
        no_orders="Noch keine.",
        who="Wer",
        which="Welche",
        since="ab",
        until="bis",
        ended="Erledigt",
        running="Läuft",
        progress="Widerrufen",
    ),
    "fr": Words(
        title="Révocation groupée",
        help="Révoque de nombreux appareils à la fois, par exemple après une faille dans une version de "
        "l’application. Aperçu d’abord, ordre ensuite.",
        platform="Plateforme et version, selon l’application",
        platform_help="Exactement comme sur la page d’un appareil ; vide pour toutes.",
        enrolled_from="Inscrit et certifié dès le",
        enrolled_until="Inscrit et certifié jusqu’au",
        preview="Aperçu",
        matching="Appareils concernés",
        none_match="Aucun appareil ne correspond.",
        too_many="C’est trop pour un seul ordre. Restreignez le choix.",
        sample="Quelques-uns\u00a0:",
        type_number="Pour confirmer, saisissez le nombre",
        for_good="Un appareil révoqué ne revient jamais ; son détenteur s’inscrit à nouveau.",
        revoke="Tout révoquer",
        orders="Ordres",
        no_orders="Aucun pour l’instant.",
        who="Qui",
        which="Lesquels",
        since="dès le",
        until="jusqu’au",
        ended="Terminé",
        running="En cours",
        progress="Révoqués",
    ),
    "it": Words(
        title="Revoca in blocco",
        help="Revoca molti dispositivi in una volta, ad esempio dopo una falla in una versione "
        "dell’app. Prima l’anteprima, poi l’ordine.",
        platform="Piattaforma e versione, secondo l’app",
        platform_help="Esattamente come nella pagina di un dispositivo; vuoto per tutte.",
        enrolled_from="Registrato e certificato dal",
        enrolled_until="Registrato e certificato fino al",
        preview="Anteprima",
        matching="Dispositivi interessati",
        none_match="Nessun dispositivo corrisponde.",
        too_many="Sono troppi per un solo ordine. Restringa la scelta.",
        sample="Alcuni di essi:",
        type_number="Per confermare, digiti il numero",
        for_good="Un dispositivo revocato non torna mai; chi lo possiede si registra di nuovo.",
        revoke="Revocare tutti",
        orders="Ordini",
        no_orders="Ancora nessuno.",
        who="Chi",
        which="Quali",
        since="dal",
        until="fino al",
        ended="Concluso",
        running="In corso",
        progress="Revocati",
    ),
    "en": Words(
        title="Bulk revocation",
        help="Revokes many devices at once, for instance after a hole in a version of the app. Look first, then order.",
        platform="Platform and version, as the app called it",
        platform_help="Exactly as on the page of a device; empty for all.",
        enrolled_from="Enrolled and certified from",
        enrolled_until="Enrolled and certified until",
        preview="Preview",
        matching="Devices that match",
        none_match="No device matches.",
        too_many="That is too many for one order. Narrow it down.",
        sample="Some of them:",
        type_number="To confirm, type the number",
        for_good="A revoked device never comes back; its holder enrols anew.",
        revoke="Revoke all",
        orders="Orders",
        no_orders="None yet.",
        who="Who",
        which="Which",
        since="from",
        until="until",
        ended="Done",
        running="Running",
        progress="Revoked",
    ),
}

BULK_REASONS: Final = {
    "de": (("vulnerability", "Lücke in der App"), ("fraud", "Betrug"), ("lost_keys", "Schlüssel in fremden Händen")),
    "fr": (("vulnerability", "Faille de l’application"), ("fraud", "Fraude"), ("lost_keys", "Clés compromises")),
    "it": (("vulnerability", "Falla nell’app"), ("fraud", "Frode"), ("lost_keys", "Chiavi compromesse")),
    "en": (("vulnerability", "Hole in the app"), ("fraud", "Fraud"), ("lost_keys", "Keys in strange hands")),
}
