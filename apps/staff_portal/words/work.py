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
    keys_help: str


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
        keys_help="/ Suchen · j k Zeile · o öffnen · a freigeben · r ablehnen · ? diese Hilfe",
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
        keys_help="/ search · j k row · o open · a release · r refuse · ? this help",
    ),
}

# The codes are kept in the evidence, whatever the language.
REVIEW_REASONS: Final = {
    "de": (("facts", "Nach den Angaben entschieden"), ("customer_called", "Kundin befragt"), ("known", "Bekannt")),
    "en": (("facts", "Judged by the facts"), ("customer_called", "Customer was asked"), ("known", "Known")),
}
STOP_REASONS: Final = {
    "de": (("customer_asked", "Kundin verlangt es"), ("suspicion", "Verdacht"), ("cleared", "Verdacht geklärt")),
    "en": (("customer_asked", "Customer asked"), ("suspicion", "Suspicion"), ("cleared", "Suspicion cleared")),
}
