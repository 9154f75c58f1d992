"""Queues, the things in them, and what is done about them."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class WorkWords:
    """One language."""

    reviews: str
    cases: str
    approvals: str
    devices: str
    audit: str
    oldest: str
    nothing_to_do: str
    nothing_found: str
    payment: str
    amount: str
    captured: str
    refunded: str
    where: str
    till: str
    cashier: str
    customer: str
    device: str
    instrument: str
    reference: str
    made: str
    deadline: str
    score: str
    reasons: str
    enrolled: str
    recent: str
    release: str
    refuse: str
    reason: str
    note: str
    timeline: str
    details: str
    history: str
    declined_because: str
    severity: str
    about: str
    summary: str
    age: str
    times: str
    owner: str
    take: str
    give_back: str
    resolve: str
    resolution: str
    action: str
    asked_by: str
    asked: str
    allow: str
    ends: str
    own: str
    status: str
    name: str
    lock: str
    unlock: str
    revoke: str
    revoke_help: str
    at_once: str
    freeze: str
    unfreeze: str
    suspend: str
    resume: str
    payments: str
    when: str
    who: str
    what: str
    subject: str
    facts: str
    export: str
    filter: str
    older: str
    done_released: str
    done_refused: str
    done_saved: str


WORK: Final = {
    "de": WorkWords(
        reviews="Zahlungen in Prüfung",
        cases="Fälle",
        approvals="Vier Augen",
        devices="Stillgelegte Geräte",
        audit="Nachweise",
        oldest="älteste",
        nothing_to_do="Nichts zu tun.",
        nothing_found="Nichts gefunden.",
        payment="Zahlung",
        amount="Betrag",
        captured="verbucht",
        refunded="zurückgegeben",
        where="Ort",
        till="Kasse",
        cashier="Bedienung",
        customer="Kundin",
        device="Gerät",
        instrument="Zahlungsmittel",
        reference="Belegnummer",
        made="Begonnen",
        deadline="Frist",
        score="Risikowert",
        reasons="Auffällig",
        enrolled="Gerät angemeldet",
        recent="Frühere Zahlungen",
        release="Freigeben",
        refuse="Ablehnen",
        reason="Grund",
        note="Bemerkung",
        timeline="Verlauf",
        details="Einzelheiten",
        history="Nachweise",
        declined_because="Abgelehnt wegen",
        severity="Schwere",
        about="Betrifft",
        summary="Was ist los",
        age="Alter",
        times="Mal",
        owner="Bei",
        take="Übernehmen",
        give_back="Zurückgeben",
        resolve="Erledigen",
        resolution="Wie wurde es erledigt?",
        action="Vorhaben",
        asked_by="Gefragt von",
        asked="Gefragt wurde",
        allow="Bewilligen",
        ends="Endet",
        own="Sie haben selbst gefragt; jemand anderes entscheidet.",
        status="Stand",
        name="Name",
        lock="Sperren",
        unlock="Entsperren",
        revoke="Widerrufen",
        revoke_help="Ein widerrufenes Gerät kommt nie zurück; es wird neu angemeldet.",
        at_once="Gilt ab dem nächsten Code, an jeder Kasse.",
        freeze="Einfrieren",
        unfreeze="Auftauen",
        suspend="Stilllegen",
        resume="Weiterlaufen lassen",
        payments="Letzte Zahlungen",
        when="Wann",
        who="Wer",
        what="Was",
        subject="Woran",
        facts="Angaben",
        export="Als CSV",
        filter="Anzeigen",
        older="Ältere",
        done_released="Freigegeben. Die Kasse hört den Ausgang.",
        done_refused="Abgelehnt. Die Kasse hat es gehört.",
        done_saved="Ausgeführt.",
    ),
    "fr": WorkWords(
        reviews="Paiements à vérifier",
        cases="Cas",
        approvals="Quatre yeux",
        devices="Appareils suspendus",
        audit="Journal d’audit",
        oldest="le plus ancien",
        nothing_to_do="Rien à faire.",
        nothing_found="Aucun résultat.",
        payment="Paiement",
        amount="Montant",
        captured="comptabilisé",
        refunded="remboursé",
        where="Lieu",
        till="Caisse",
        cashier="Service",
        customer="Cliente ou client",
        device="Appareil",
        instrument="Moyen de paiement",
        reference="Numéro de quittance",
        made="Commencé",
        deadline="Délai",
        score="Indice de risque",
        reasons="Ce qui frappe",
        enrolled="Appareil enregistré",
        recent="Paiements précédents",
        release="Libérer",
        refuse="Refuser",
        reason="Motif",
        note="Remarque",
        timeline="Déroulement",
        details="Détails",
        history="Journal",
        declined_because="Refusé en raison de",
        severity="Gravité",
        about="Concerne",
        summary="De quoi s’agit-il",
        age="Âge",
        times="Fois",
        owner="Chez",
        take="Prendre en charge",
        give_back="Rendre",
        resolve="Régler",
        resolution="Comment le cas a-t-il été réglé?",
        action="Projet",
        asked_by="Demandé par",
        asked="Ce qui est demandé",
        allow="Autoriser",
        ends="Échéance",
        own="Vous l’avez demandé vous-même; une autre personne décide.",
        status="État",
        name="Nom",
        lock="Bloquer",
        unlock="Débloquer",
        revoke="Révoquer",
        revoke_help="Un appareil révoqué ne revient jamais; il est enregistré à nouveau.",
        at_once="Valable dès le prochain code, à chaque caisse.",
        freeze="Geler",
        unfreeze="Dégeler",
        suspend="Suspendre",
        resume="Rétablir",
        payments="Derniers paiements",
        when="Quand",
        who="Qui",
        what="Quoi",
        subject="Objet",
        facts="Données",
        export="En CSV",
        filter="Afficher",
        older="Plus anciens",
        done_released="Libéré. La caisse apprend le résultat.",
        done_refused="Refusé. La caisse en a été informée.",
        done_saved="Exécuté.",
    ),
    "it": WorkWords(
        reviews="Pagamenti da verificare",
        cases="Casi",
        approvals="Quattro occhi",
        devices="Dispositivi sospesi",
        audit="Registro di controllo",
        oldest="il più vecchio",
        nothing_to_do="Niente da fare.",
        nothing_found="Nessun risultato.",
        payment="Pagamento",
        amount="Importo",
        captured="contabilizzato",
        refunded="rimborsato",
        where="Luogo",
        till="Cassa",
        cashier="Servizio",
        customer="Cliente",
        device="Dispositivo",
        instrument="Mezzo di pagamento",
        reference="Numero di ricevuta",
        made="Iniziato",
        deadline="Termine",
        score="Indice di rischio",
        reasons="Che cosa colpisce",
        enrolled="Dispositivo registrato",
        recent="Pagamenti precedenti",
        release="Sbloccare",
        refuse="Rifiutare",
        reason="Motivo",
        note="Osservazione",
        timeline="Andamento",
        details="Dettagli",
        history="Registro",
        declined_because="Rifiutato per",
        severity="Gravità",
        about="Riguarda",
        summary="Di che cosa si tratta",
        age="Età",
        times="Volte",
        owner="Presso",
        take="Prendere in carico",
        give_back="Restituire",
        resolve="Risolvere",
        resolution="Come è stato risolto?",
        action="Proposito",
        asked_by="Chiesto da",
        asked="Che cosa è chiesto",
        allow="Autorizzare",
        ends="Scade",
        own="L’ha chiesto Lei; decide un’altra persona.",
        status="Stato",
        name="Nome",
        lock="Bloccare",
        unlock="Sbloccare",
        revoke="Revocare",
        revoke_help="Un dispositivo revocato non torna mai; viene registrato di nuovo.",
        at_once="Vale dal prossimo codice, a ogni cassa.",
        freeze="Congelare",
        unfreeze="Scongelare",
        suspend="Sospendere",
        resume="Riattivare",
        payments="Ultimi pagamenti",
        when="Quando",
        who="Chi",
        what="Che cosa",
        subject="Oggetto",
        facts="Dati",
        export="Come CSV",
        filter="Mostrare",
        older="Precedenti",
        done_released="Sbloccato. La cassa apprende l’esito.",
        done_refused="Rifiutato. La cassa ne è informata.",
        done_saved="Eseguito.",
    ),
    "en": WorkWords(
        reviews="Payments in review",
        cases="Cases",
        approvals="Four eyes",
        devices="Suspended devices",
        audit="Audit trail",
        oldest="oldest",
        nothing_to_do="Nothing to do.",
        nothing_found="Nothing found.",
        payment="Payment",
        amount="Amount",
        captured="captured",
        refunded="refunded",
        where="Where",
        till="Till",
        cashier="Cashier",
        customer="Customer",
        device="Device",
        instrument="Means of payment",
        reference="Receipt number",
        made="Started",
        deadline="Deadline",
        score="Risk score",
        reasons="What is odd",
        enrolled="Device enrolled",
        recent="Earlier payments",
        release="Release",
        refuse="Refuse",
        reason="Reason",
        note="Note",
        timeline="Timeline",
        details="Details",
        history="Evidence",
        declined_because="Declined because",
        severity="Severity",
        about="About",
        summary="What is wrong",
        age="Age",
        times="Times",
        owner="With",
        take="Take",
        give_back="Give back",
        resolve="Resolve",
        resolution="How was it settled?",
        action="Plan",
        asked_by="Asked by",
        asked="What was asked",
        allow="Allow",
        ends="Ends",
        own="You asked yourself; somebody else decides.",
        status="State",
        name="Name",
        lock="Lock",
        unlock="Unlock",
        revoke="Revoke",
        revoke_help="A revoked device never comes back; it is enrolled anew.",
        at_once="Takes effect with the next code, at every till.",
        freeze="Freeze",
        unfreeze="Unfreeze",
        suspend="Suspend",
        resume="Resume",
        payments="Latest payments",
        when="When",
        who="Who",
        what="What",
        subject="Subject",
        facts="Facts",
        export="As CSV",
        filter="Show",
        older="Older",
        done_released="Released. The till hears the outcome.",
        done_refused="Refused. The till has heard it.",
        done_saved="Done.",
    ),
}

# The codes are kept in the evidence, whatever the language.
REVIEW_REASONS: Final = {
    "de": (("facts", "Nach den Angaben entschieden"), ("customer_called", "Kundin befragt"), ("known", "Bekannt")),
    "fr": (
        ("facts", "Jugé d’après les données"),
        ("customer_called", "Cliente ou client interrogé"),
        ("known", "Connu"),
    ),
    "it": (("facts", "Deciso in base ai dati"), ("customer_called", "Cliente interpellato"), ("known", "Conosciuto")),
    "en": (("facts", "Judged by the facts"), ("customer_called", "Customer was asked"), ("known", "Known")),
}
STOP_REASONS: Final = {
    "de": (("customer_asked", "Kundin verlangt es"), ("suspicion", "Verdacht"), ("cleared", "Verdacht geklärt")),
    "fr": (("customer_asked", "À la demande du client"), ("suspicion", "Soupçon"), ("cleared", "Soupçon levé")),
    "it": (("customer_asked", "Su richiesta del cliente"), ("suspicion", "Sospetto"), ("cleared", "Sospetto chiarito")),
    "en": (("customer_asked", "Customer asked"), ("suspicion", "Suspicion"), ("cleared", "Suspicion cleared")),
}
