"""The figures of the first page."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class HomeWords:
    """One language."""

    figures: str
    as_of: str
    nothing_sold: str
    per_minute: str
    last_hour: str
    approved: str
    declined: str
    undecided: str
    rate: str
    one_hour: str
    today: str
    declines: str
    no_declines: str
    last_day: str
    latency: str
    half: str
    most: str
    nearly_all: str
    step: str
    answer: str
    queue: str
    provider: str
    providers: str
    calls: str
    silent: str
    condition: str
    good: str
    wait: str
    bad: str
    quiet: str
    off: str
    table: str
    ago: str
    number: str
    lost_letters: str
    newest_only: str

    @property
    def steps(self) -> dict[str, str]:
        """Return the words of the steps that are timed."""
        return {"answer": self.answer, "queue": self.queue, "provider": self.provider}

    @property
    def conditions(self) -> dict[str, str]:
        """Return the words for how a provider is."""
        return {"good": self.good, "wait": self.wait, "bad": self.bad, "quiet": self.quiet, "off": self.off}


HOME: Final = {
    "de": HomeWords(
        figures="So läuft es",
        as_of="Stand",
        nothing_sold="In der letzten Stunde wurde nichts bezahlt.",
        per_minute="Zahlungen pro Minute",
        last_hour="letzte 60 Minuten",
        approved="bewilligt",
        declined="abgelehnt",
        undecided="offen",
        rate="Bewilligt",
        one_hour="letzte Stunde",
        today="heute",
        declines="Ablehnungen nach Grund",
        no_declines="Nichts wurde abgelehnt.",
        last_day="letzte 24 Stunden",
        latency="Wie lange es dauert",
        half="Hälfte",
        most="95 %",
        nearly_all="99 %",
        step="Schritt",
        answer="Scan bis Antwort",
        queue="bis zum Versand",
        provider="Antwort von",
        providers="Banken",
        calls="Anfragen",
        silent="ohne Antwort",
        condition="Zustand",
        good="antwortet",
        wait="antwortet nicht immer",
        bad="antwortet oft nicht",
        quiet="nichts gefragt",
        off="ausgeschaltet",
        table="Als Tabelle",
        ago="vor Minuten",
        number="Anzahl",
        lost_letters="Nicht zugestellte Briefe, 7 Tage",
        newest_only="Der Tag hat mehr Zahlungen, als hier gezählt werden; gezählt sind die neuesten.",
    ),
    "fr": HomeWords(
        figures="Situation actuelle",
        as_of="État",
        nothing_sold="Rien n’a été payé durant la dernière heure.",
        per_minute="Paiements par minute",
        last_hour="60 dernières minutes",
        approved="autorisés",
        declined="refusés",
        undecided="en cours",
        rate="Autorisés",
        one_hour="dernière heure",
        today="aujourd’hui",
        declines="Refus par motif",
        no_declines="Rien n’a été refusé.",
        last_day="24 dernières heures",
        latency="Durée des étapes",
        half="moitié",
        most="95 %",
        nearly_all="99 %",
        step="Étape",
        answer="du scan à la réponse",
        queue="jusqu’à l’envoi",
        provider="réponse de",
        providers="Banques",
        calls="Requêtes",
        silent="sans réponse",
        condition="État",
        good="répond",
        wait="ne répond pas toujours",
        bad="souvent sans réponse",
        quiet="rien demandé",
        off="désactivée",
        table="Sous forme de tableau",
        ago="il y a (minutes)",
        number="Nombre",
        lost_letters="Lettres non distribuées, 7 jours",
        newest_only="La journée compte plus de paiements qu’ici; seuls les plus récents sont comptés.",
    ),
    "it": HomeWords(
        figures="Situazione attuale",
        as_of="Stato",
        nothing_sold="Nell’ultima ora non è stato pagato nulla.",
        per_minute="Pagamenti al minuto",
        last_hour="ultimi 60 minuti",
        approved="autorizzati",
        declined="rifiutati",
        undecided="in corso",
        rate="Autorizzati",
        one_hour="ultima ora",
        today="oggi",
        declines="Rifiuti per motivo",
        no_declines="Nulla è stato rifiutato.",
        last_day="ultime 24 ore",
        latency="Durata dei passi",
        half="metà",
        most="95 %",
        nearly_all="99 %",
        step="Passo",
        answer="dalla scansione alla risposta",
        queue="fino all’invio",
        provider="risposta di",
        providers="Banche",
        calls="Richieste",
        silent="senza risposta",
        condition="Stato",
        good="risponde",
        wait="non risponde sempre",
        bad="spesso non risponde",
        quiet="nulla chiesto",
        off="disattivata",
        table="Come tabella",
        ago="minuti fa",
        number="Numero",
        lost_letters="Lettere non recapitate, 7 giorni",
        newest_only="La giornata ha più pagamenti di quanti sono contati qui; sono contati i più recenti.",
    ),
    "en": HomeWords(
        figures="How it goes",
        as_of="As of",
        nothing_sold="Nothing was paid in the last hour.",
        per_minute="Payments per minute",
        last_hour="last 60 minutes",
        approved="approved",
        declined="declined",
        undecided="not decided",
        rate="Approved",
        one_hour="last hour",
        today="today",
        declines="Declines by reason",
        no_declines="Nothing was declined.",
        last_day="last 24 hours",
        latency="How long it takes",
        half="half",
        most="95 %",
        nearly_all="99 %",
        step="Step",
        answer="scan to answer",
        queue="until it is sent",
        provider="answer of",
        providers="Providers",
        calls="Calls",
        silent="no answer",
        condition="Condition",
        good="answers",
        wait="does not always answer",
        bad="often does not answer",
        quiet="nothing asked",
        off="switched off",
        table="As a table",
        ago="minutes ago",
        number="Number",
        lost_letters="Letters not delivered, 7 days",
        newest_only="The day has more payments than are counted here; the newest are counted.",
    ),
}
