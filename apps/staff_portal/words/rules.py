"""Fraud rules: the list, the composer, one rule, and its back-tests."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class RuleWords:
    """One language; the words of states and verdicts by their codes."""

    rules: str
    no_rules: str
    new_rule: str
    new_version: str
    rule: str
    version: str
    versions: str
    status: str
    made_by: str
    older: str
    record: str
    record_help: str
    hits: str
    good: str
    bad: str
    open: str
    precision: str
    nothing_known: str
    in_shadow: str
    is_live: str
    says_all: str
    says_any: str
    says_not: str
    says_when: str
    says_then: str
    says_where: str
    everywhere: str
    says_score: str
    within: str
    after: str
    days: str
    hours: str
    minutes: str
    unit_days: str
    unit_hours: str
    unit_minutes: str
    yes: str
    no: str
    at_least: str
    at_most: str
    from_to: str
    exactly: str
    word_or: str
    none_of: str
    one_of: str
    minor_units: str
    name: str
    name_help: str
    reason_word: str
    reason_help: str
    score: str
    score_help: str
    verdict: str
    merchant: str
    merchant_help: str
    conditions: str
    joiner: str
    join_all: str
    join_any: str
    fact: str
    add: str
    remove: str
    check: str
    draft: str
    kept_help: str
    field_window: str
    field_unit: str
    field_after: str
    field_currency: str
    any_currency: str
    field_least: str
    field_most: str
    field_is: str
    field_how: str
    field_words: str
    field_towns: str
    field_stores: str
    field_choices: str
    field_from: str
    field_until: str
    wrong_form: str
    wrong_name: str
    wrong_score: str
    wrong_weight: str
    wrong_merchant: str
    wrong_rows: str
    too_many_rows: str
    name_taken: str
    newer_version: str
    wrong_choice: str
    wrong_number: str
    wrong_amount: str
    wrong_bounds: str
    wrong_order: str
    wrong_hours: str
    wrong_words: str
    wrong_store: str
    timeline: str
    checker: str
    live_checker: str
    step_made: str
    submit: str
    submit_help: str
    not_maker: str
    ask_live: str
    ask_live_help: str
    needs_test: str
    awaits: str
    see_question: str
    being_done: str
    reload: str
    retire: str
    retire_help: str
    back_tests: str
    test_help: str
    period: str
    last_days: str
    start_test: str
    running: str
    ended: str
    tried: str
    would_go_on: str
    would_consent: str
    would_review: str
    would_block: str
    result: str
    count: str
    share: str
    of_tried: str
    of_hits: str
    of_known: str
    samples_bad: str
    samples_good: str
    is_cut: str
    see_results: str
    no_tests: str
    earlier_tests: str
    payment: str
    when: str
    asked_shadow: str
    asked_live: str
    to_rule: str
    statuses: dict[str, str]
    verdicts: dict[str, str]


RULES: Final = {
    "de": RuleWords(
        rules="Betrugsregeln",
        no_rules="Es gibt noch keine Regel.",
        new_rule="Neue Regel",
        new_version="Neue Version",
        rule="Regel",
        version="Version",
        versions="Versionen",
        status="Stand",
        made_by="Von",
        older="Weitere",
        record="Bilanz",
        record_help=(
            "Getroffene Zahlungen der letzten 90 Tage und was daraus wurde. Ohne Meldung gilt eine Zahlung nach "
            "30 Tagen als gut."
        ),
        hits="Treffer",
        good="davon gut",
        bad="davon Betrug",
        open="noch offen",
        precision="Trefferquote",
        nothing_known="noch nichts bekannt",
        in_shadow="zur Probe",
        is_live="in Kraft",
        says_all="Alle diese Bedingungen treffen zu:",
        says_any="Mindestens eine dieser Bedingungen trifft zu:",
        says_not="Dies trifft nicht zu:",
        says_when="Wann",
        says_then="Dann",
        says_where="Wo",
        everywhere="bei jedem Händler",
        says_score="{} Punkte kommen zum Risikowert.",
        within="innert {}",
        after="erst nach {} Zahlungen",
        days="T",
        hours="h",
        minutes="min",
        unit_days="Tage",
        unit_hours="Stunden",
        unit_minutes="Minuten",
        yes="ja",
        no="nein",
        at_least="mindestens {}",
        at_most="höchstens {}",
        from_to="von {} bis {}",
        exactly="genau {}",
        word_or="oder",
        none_of="keines von",
        one_of="eines von",
        minor_units="kleinste Einheiten",
        name="Name",
        name_help="2 bis 40 Zeichen: a–z, 0–9 und _, zuerst ein Buchstabe.",
        reason_word="Stichwort",
        reason_help="Steht bei der Zahlung, die jemand prüft; dieselben Zeichen. Kasse und Kundin erfahren es nie.",
        score="Punkte",
        score_help=(
            "0 bis 1000. Die Punkte aller Regeln, die zutreffen, werden zusammengezählt: ab {consent} wird die "
            "Kundin gefragt, ab {review} geprüft, ab {block} abgelehnt."
        ),
        verdict="Mindestwirkung",
        merchant="Händler",
        merchant_help="mer_…; leer: bei jedem Händler.",
        conditions="Bedingungen",
        joiner="Wann trifft die Regel zu?",
        join_all="wenn alle Bedingungen zutreffen",
        join_any="wenn mindestens eine zutrifft",
        fact="Weitere Bedingung",
        add="Hinzufügen",
        remove="Entfernen",
        check="Vorschau",
        draft="Entwurf speichern",
        kept_help=(
            "Diese Bedingung ist verschachtelt und lässt sich hier nicht ändern. Sie gilt unverändert auch für "
            "die neue Version."
        ),
        field_window="Zeitraum",
        field_unit="Einheit",
        field_after="Erst nach so vielen Zahlungen",
        field_currency="Währung",
        any_currency="jede (kleinste Einheiten)",
        field_least="mindestens",
        field_most="höchstens",
        field_is="Vergleich",
        field_how="Vergleich",
        field_words="Je eine pro Zeile",
        field_towns="Land und Ort, wie CH Basel; je einer pro Zeile",
        field_stores="sto_…, je eines pro Zeile",
        field_choices="Welche",
        field_from="von (Stunde)",
        field_until="bis vor (Stunde)",
        wrong_form="Etwas stimmt noch nicht; es wurde nichts gespeichert.",
        wrong_name="2 bis 40 Zeichen aus a–z, 0–9 und _, zuerst ein Buchstabe",
        wrong_score="Eine ganze Zahl von 0 bis 1000",
        wrong_weight="Ohne Punkte braucht die Regel eine eigene Wirkung",
        wrong_merchant="Diesen Händler gibt es nicht",
        wrong_rows="Fügen Sie mindestens eine Bedingung hinzu",
        too_many_rows="Mehr Bedingungen hat eine Regel nicht",
        name_taken="Diese Regel gibt es schon; schreiben Sie auf ihrer Seite eine neue Version",
        newer_version="Inzwischen hat jemand Version {} geschrieben. Prüfen Sie sie und speichern Sie noch einmal.",
        wrong_choice="Wählen Sie eines von diesen",
        wrong_number="Eine ganze Zahl von {} bis {}",
        wrong_amount="Ein Betrag wie 200.00",
        wrong_bounds="Mindestens, höchstens oder beides",
        wrong_order="Nicht weniger als mindestens",
        wrong_hours="Zwei verschiedene Stunden",
        wrong_words="1 bis {}, je höchstens {} Zeichen",
        wrong_store="Dieses Geschäft gibt es nicht",
        timeline="Verlauf",
        checker="Zur Probe bewilligt von",
        live_checker="In Kraft gesetzt von",
        step_made="entworfen",
        submit="Einer zweiten Person vorlegen",
        submit_help=(
            "Eine zweite Person entscheidet, ob die Regel zur Probe läuft: Sie zählt dann mit, hält aber nichts an."
        ),
        not_maker="Vorlegen kann den Entwurf, wer ihn geschrieben hat.",
        ask_live="Inkraftsetzung verlangen",
        ask_live_help="Eine zweite Person entscheidet, ob die Regel Zahlungen anhalten darf.",
        needs_test="Vor der Inkraftsetzung braucht diese Version einen Rückblick, der zu Ende ist.",
        awaits="Eine zweite Person muss entscheiden.",
        see_question="Zur Frage",
        being_done="Bewilligt; es wird gerade ausgeführt.",
        reload="Neu laden",
        retire="Regel beenden",
        retire_help="Gilt ab der nächsten Zahlung und lässt sich nicht rückgängig machen; eine Person genügt.",
        back_tests="Rückblick",
        test_help="Prüft an gespeicherten Zahlungen, was diese Version angehalten hätte.",
        period="Zeitraum",
        last_days="letzte {} Tage",
        start_test="Rückblick starten",
        running="läuft",
        ended="zu Ende",
        tried="Zahlungen geprüft",
        would_go_on="wäre weitergegangen",
        would_consent="Kundin wäre gefragt worden",
        would_review="wäre geprüft worden",
        would_block="wäre abgelehnt worden",
        result="Ergebnis",
        count="Anzahl",
        share="Anteil",
        of_tried="der geprüften",
        of_hits="der Treffer",
        of_known="der Treffer, von denen man es weiss",
        samples_bad="Beispiele: Betrug",
        samples_good="Beispiele: gut",
        is_cut="Nur die erste Million Zahlungen wurde geprüft.",
        see_results="Alle Ergebnisse und Beispiele",
        no_tests="Noch kein Rückblick.",
        earlier_tests="Frühere",
        payment="Zahlung",
        when="Wann",
        asked_shadow="Darf diese Regel zur Probe laufen?",
        asked_live="Darf diese Regel Zahlungen anhalten?",
        to_rule="Zur Regel",
        statuses={
            "draft": "Entwurf",
            "awaiting_approval": "wartet auf Bewilligung",
            "shadow": "zur Probe",
            "live": "in Kraft",
            "retired": "beendet",
        },
        verdicts={
            "pass": "nur die Punkte zählen",
            "consent": "die Kundin wird gefragt",
            "review": "jemand prüft die Zahlung",
            "block": "die Zahlung wird abgelehnt",
        },
    ),
    "fr": RuleWords(
        rules="Règles de fraude",
        no_rules="Il n’y a pas encore de règle.",
        new_rule="Nouvelle règle",
        new_version="Nouvelle version",
        rule="Règle",
        version="Version",
        versions="Versions",
        status="État",
        made_by="De",
        older="Suivantes",
        record="Bilan",
        record_help=(
            "Paiements concernés des 90 derniers jours et leur issue. Sans annonce, un paiement est réputé bon "
            "après 30 jours."
        ),
        hits="Cas touchés",
        good="dont bons",
        bad="dont fraudes",
        open="encore ouverts",
        precision="Précision",
        nothing_known="rien de connu",
        in_shadow="à l’essai",
        is_live="en vigueur",
        says_all="Toutes ces conditions sont remplies :",
        says_any="Au moins une de ces conditions est remplie :",
        says_not="Ceci n’est pas le cas :",
        says_when="Quand",
        says_then="Alors",
        says_where="Où",
        everywhere="chez tous les commerçants",
        says_score="{} points s’ajoutent au score de risque.",
        within="en {}",
        after="seulement après {} paiements",
        days="j",
        hours="h",
        minutes="min",
        unit_days="jours",
        unit_hours="heures",
        unit_minutes="minutes",
        yes="oui",
        no="non",
        at_least="au moins {}",
        at_most="au plus {}",
        from_to="de {} à {}",
        exactly="exactement {}",
        word_or="ou",
        none_of="aucun de",
        one_of="un de",
        minor_units="unités minimales",
        name="Nom",
        name_help="2 à 40 caractères : a–z, 0–9 et _, une lettre d’abord.",
        reason_word="Mot-clé",
        reason_help=(
            "S’affiche près du paiement à vérifier ; mêmes caractères. Ni la caisse ni la cliente ne le voient."
        ),
        score="Points",
        score_help=(
            "0 à 1000. Les points de toutes les règles remplies s’additionnent : dès {consent} la cliente est "
            "consultée, dès {review} on vérifie, dès {block} on refuse."
        ),
        verdict="Effet minimal",
        merchant="Commerçant",
        merchant_help="mer_… ; vide : chez tous.",
        conditions="Conditions",
        joiner="Quand la règle s’applique-t-elle ?",
        join_all="si toutes les conditions sont remplies",
        join_any="si au moins une est remplie",
        fact="Autre condition",
        add="Ajouter",
        remove="Retirer",
        check="Aperçu",
        draft="Enregistrer le projet",
        kept_help=(
            "Cette condition est imbriquée et ne se modifie pas ici. Elle vaut aussi, inchangée, pour la "
            "nouvelle version."
        ),
        field_window="Période",
        field_unit="Unité",
        field_after="Seulement après tant de paiements",
        field_currency="Monnaie",
        any_currency="toutes (unités minimales)",
        field_least="au moins",
        field_most="au plus",
        field_is="Comparaison",
        field_how="Comparaison",
        field_words="Une par ligne",
        field_towns="Pays et localité, comme CH Basel ; une par ligne",
        field_stores="sto_…, un par ligne",
        field_choices="Lesquels",
        field_from="de (heure)",
        field_until="jusqu’avant (heure)",
        wrong_form="Quelque chose ne va pas encore ; rien n’a été enregistré.",
        wrong_name="2 à 40 caractères parmi a–z, 0–9 et _, une lettre d’abord",
        wrong_score="Un nombre entier de 0 à 1000",
        wrong_weight="Sans points, la règle a besoin d’un effet propre",
        wrong_merchant="Ce commerçant n’existe pas",
        wrong_rows="Ajoutez au moins une condition",
        too_many_rows="Une règle n’a pas plus de conditions",
        name_taken="Cette règle existe déjà ; rédigez une nouvelle version sur sa page",
        newer_version="Entre-temps, quelqu’un a rédigé la version {}. Vérifiez-la et enregistrez encore une fois.",
        wrong_choice="Choisissez l’un de ceux-ci",
        wrong_number="Un nombre entier de {} à {}",
        wrong_amount="Un montant comme 200.00",
        wrong_bounds="Au moins, au plus ou les deux",
        wrong_order="Pas moins que le minimum",
        wrong_hours="Deux heures différentes",
        wrong_words="1 à {}, chacun de {} caractères au plus",
        wrong_store="Ce magasin n’existe pas",
        timeline="Déroulement",
        checker="Essai approuvé par",
        live_checker="Mise en vigueur par",
        step_made="rédigée",
        submit="Soumettre à une deuxième personne",
        submit_help=(
            "Une deuxième personne décide si la règle est mise à l’essai : elle compte alors, mais ne retient rien."
        ),
        not_maker="Seul l’auteur du projet peut le soumettre.",
        ask_live="Demander la mise en vigueur",
        ask_live_help="Une deuxième personne décide si la règle peut retenir des paiements.",
        needs_test="Avant la mise en vigueur, cette version a besoin d’un rétrotest terminé.",
        awaits="Une deuxième personne doit décider.",
        see_question="Voir la demande",
        being_done="Approuvé ; l’exécution est en cours.",
        reload="Recharger",
        retire="Retirer la règle",
        retire_help="Vaut dès le prochain paiement et ne s’annule pas ; une personne suffit.",
        back_tests="Rétrotest",
        test_help="Examine, sur les paiements enregistrés, ce que cette version aurait retenu.",
        period="Période",
        last_days="{} derniers jours",
        start_test="Lancer le rétrotest",
        running="en cours",
        ended="terminé",
        tried="Paiements examinés",
        would_go_on="aurait passé",
        would_consent="la cliente aurait été consultée",
        would_review="aurait été vérifié",
        would_block="aurait été refusé",
        result="Résultat",
        count="Nombre",
        share="Part",
        of_tried="des examinés",
        of_hits="des cas touchés",
        of_known="des cas connus",
        samples_bad="Exemples : fraudes",
        samples_good="Exemples : bons",
        is_cut="Seul le premier million de paiements a été examiné.",
        see_results="Tous les résultats et exemples",
        no_tests="Pas encore de rétrotest.",
        earlier_tests="Antérieurs",
        payment="Paiement",
        when="Quand",
        asked_shadow="Cette règle peut-elle être mise à l’essai ?",
        asked_live="Cette règle peut-elle retenir des paiements ?",
        to_rule="Vers la règle",
        statuses={
            "draft": "projet",
            "awaiting_approval": "attend l’approbation",
            "shadow": "à l’essai",
            "live": "en vigueur",
            "retired": "retirée",
        },
        verdicts={
            "pass": "seuls les points comptent",
            "consent": "la cliente est consultée",
            "review": "quelqu’un vérifie le paiement",
            "block": "le paiement est refusé",
        },
    ),
    "it": RuleWords(
        rules="Regole antifrode",
        no_rules="Non c’è ancora nessuna regola.",
        new_rule="Nuova regola",
        new_version="Nuova versione",
        rule="Regola",
        version="Versione",
        versions="Versioni",
        status="Stato",
        made_by="Di",
        older="Altre",
        record="Bilancio",
        record_help=(
            "Pagamenti interessati degli ultimi 90 giorni e il loro esito. Senza segnalazioni un pagamento è "
            "ritenuto buono dopo 30 giorni."
        ),
        hits="Casi",
        good="di cui buoni",
        bad="di cui frodi",
        open="ancora aperti",
        precision="Precisione",
        nothing_known="nulla di noto",
        in_shadow="in prova",
        is_live="in vigore",
        says_all="Tutte queste condizioni sono soddisfatte:",
        says_any="Almeno una di queste condizioni è soddisfatta:",
        says_not="Questo non è il caso:",
        says_when="Quando",
        says_then="Allora",
        says_where="Dove",
        everywhere="presso tutti i commercianti",
        says_score="{} punti si aggiungono al punteggio di rischio.",
        within="in {}",
        after="solo dopo {} pagamenti",
        days="g",
        hours="h",
        minutes="min",
        unit_days="giorni",
        unit_hours="ore",
        unit_minutes="minuti",
        yes="sì",
        no="no",
        at_least="almeno {}",
        at_most="al massimo {}",
        from_to="da {} a {}",
        exactly="esattamente {}",
        word_or="o",
        none_of="nessuno di",
        one_of="uno di",
        minor_units="unità minime",
        name="Nome",
        name_help="Da 2 a 40 caratteri: a–z, 0–9 e _, prima una lettera.",
        reason_word="Parola chiave",
        reason_help="Appare accanto al pagamento da verificare; stessi caratteri. Né la cassa né la cliente lo vedono.",
        score="Punti",
        score_help=(
            "Da 0 a 1000. I punti di tutte le regole soddisfatte si sommano: da {consent} si chiede alla "
            "cliente, da {review} si verifica, da {block} si rifiuta."
        ),
        verdict="Effetto minimo",
        merchant="Commerciante",
        merchant_help="mer_…; vuoto: presso tutti.",
        conditions="Condizioni",
        joiner="Quando si applica la regola?",
        join_all="se tutte le condizioni sono soddisfatte",
        join_any="se almeno una è soddisfatta",
        fact="Altra condizione",
        add="Aggiungere",
        remove="Togliere",
        check="Anteprima",
        draft="Salvare la bozza",
        kept_help="Questa condizione è annidata e non si modifica qui. Vale invariata anche per la nuova versione.",
        field_window="Periodo",
        field_unit="Unità",
        field_after="Solo dopo tanti pagamenti",
        field_currency="Valuta",
        any_currency="tutte (unità minime)",
        field_least="almeno",
        field_most="al massimo",
        field_is="Confronto",
        field_how="Confronto",
        field_words="Una per riga",
        field_towns="Paese e località, come CH Basel; una per riga",
        field_stores="sto_…, uno per riga",
        field_choices="Quali",
        field_from="dalle (ora)",
        field_until="fino a prima delle (ora)",
        wrong_form="Qualcosa non va ancora; nulla è stato salvato.",
        wrong_name="da 2 a 40 caratteri tra a–z, 0–9 e _, prima una lettera",
        wrong_score="Un numero intero da 0 a 1000",
        wrong_weight="Senza punti la regola ha bisogno di un effetto proprio",
        wrong_merchant="Questo commerciante non esiste",
        wrong_rows="Aggiungete almeno una condizione",
        too_many_rows="Una regola non ha più condizioni",
        name_taken="Questa regola esiste già; scrivete una nuova versione sulla sua pagina",
        newer_version="Nel frattempo qualcuno ha scritto la versione {}. Verificatela e salvate ancora una volta.",
        wrong_choice="Scegliete uno di questi",
        wrong_number="Un numero intero da {} a {}",
        wrong_amount="Un importo come 200.00",
        wrong_bounds="Almeno, al massimo o entrambi",
        wrong_order="Non meno del minimo",
        wrong_hours="Due ore diverse",
        wrong_words="da 1 a {}, ognuno di al massimo {} caratteri",
        wrong_store="Questo negozio non esiste",
        timeline="Svolgimento",
        checker="Prova approvata da",
        live_checker="Messa in vigore da",
        step_made="redatta",
        submit="Presentare a una seconda persona",
        submit_help="Una seconda persona decide se la regola va in prova: allora conta, ma non trattiene nulla.",
        not_maker="Può presentare la bozza chi l’ha scritta.",
        ask_live="Chiedere la messa in vigore",
        ask_live_help="Una seconda persona decide se la regola può trattenere pagamenti.",
        needs_test="Prima della messa in vigore questa versione ha bisogno di una verifica terminata.",
        awaits="Una seconda persona deve decidere.",
        see_question="Alla domanda",
        being_done="Approvato; l’esecuzione è in corso.",
        reload="Ricaricare",
        retire="Ritirare la regola",
        retire_help="Vale dal prossimo pagamento e non si annulla; basta una persona.",
        back_tests="Verifica retrospettiva",
        test_help="Esamina sui pagamenti salvati che cosa questa versione avrebbe trattenuto.",
        period="Periodo",
        last_days="ultimi {} giorni",
        start_test="Avviare la verifica",
        running="in corso",
        ended="terminata",
        tried="Pagamenti esaminati",
        would_go_on="sarebbe passato",
        would_consent="la cliente sarebbe stata interpellata",
        would_review="sarebbe stato verificato",
        would_block="sarebbe stato rifiutato",
        result="Risultato",
        count="Numero",
        share="Quota",
        of_tried="degli esaminati",
        of_hits="dei casi",
        of_known="dei casi noti",
        samples_bad="Esempi: frodi",
        samples_good="Esempi: buoni",
        is_cut="È stato esaminato solo il primo milione di pagamenti.",
        see_results="Tutti i risultati ed esempi",
        no_tests="Ancora nessuna verifica.",
        earlier_tests="Precedenti",
        payment="Pagamento",
        when="Quando",
        asked_shadow="Questa regola può andare in prova?",
        asked_live="Questa regola può trattenere pagamenti?",
        to_rule="Alla regola",
        statuses={
            "draft": "bozza",
            "awaiting_approval": "attende l’approvazione",
            "shadow": "in prova",
            "live": "in vigore",
            "retired": "ritirata",
        },
        verdicts={
            "pass": "contano solo i punti",
            "consent": "si chiede alla cliente",
            "review": "qualcuno verifica il pagamento",
            "block": "il pagamento è rifiutato",
        },
    ),
    "en": RuleWords(
        rules="Fraud rules",
        no_rules="There is no rule yet.",
        new_rule="New rule",
        new_version="New version",
        rule="Rule",
        version="Version",
        versions="Versions",
        status="State",
        made_by="By",
        older="More",
        record="Record",
        record_help=(
            "Payments that it held for in the last 90 days, and what became of them. Without a word, a payment "
            "is taken for good after 30 days."
        ),
        hits="Hits",
        good="of these good",
        bad="of these fraud",
        open="still open",
        precision="Precision",
        nothing_known="nothing known yet",
        in_shadow="in shadow",
        is_live="live",
        says_all="All of these hold:",
        says_any="At least one of these holds:",
        says_not="This does not hold:",
        says_when="When",
        says_then="Then",
        says_where="Where",
        everywhere="at every merchant",
        says_score="{} points are added to the risk score.",
        within="within {}",
        after="only after {} payments",
        days="d",
        hours="h",
        minutes="min",
        unit_days="days",
        unit_hours="hours",
        unit_minutes="minutes",
        yes="yes",
        no="no",
        at_least="at least {}",
        at_most="at most {}",
        from_to="from {} to {}",
        exactly="exactly {}",
        word_or="or",
        none_of="none of",
        one_of="one of",
        minor_units="minor units",
        name="Name",
        name_help="2 to 40 characters: a–z, 0–9 and _, a letter first.",
        reason_word="Reason",
        reason_help=(
            "Stands beside the payment that somebody looks at; the same characters. Neither till nor customer "
            "ever sees it."
        ),
        score="Score",
        score_help=(
            "0 to 1000. The scores of all rules that hold are added up: from {consent} the customer is asked, "
            "from {review} staff look, from {block} it is refused."
        ),
        verdict="Effect at the least",
        merchant="Merchant",
        merchant_help="mer_…; empty: at every merchant.",
        conditions="Conditions",
        joiner="When does the rule hold?",
        join_all="if all conditions hold",
        join_any="if at least one holds",
        fact="Another condition",
        add="Add",
        remove="Remove",
        check="Preview",
        draft="Save draft",
        kept_help="This condition is nested and cannot be changed here. It holds for the new version as it is.",
        field_window="Within",
        field_unit="Unit",
        field_after="Only after so many payments",
        field_currency="Currency",
        any_currency="any (minor units)",
        field_least="at least",
        field_most="at most",
        field_is="Comparison",
        field_how="Comparison",
        field_words="One a line",
        field_towns="Country and town, such as CH Basel; one a line",
        field_stores="sto_…, one a line",
        field_choices="Which",
        field_from="from (hour)",
        field_until="until before (hour)",
        wrong_form="Something is not right yet; nothing was saved.",
        wrong_name="2 to 40 of a–z, 0–9 and _, a letter first",
        wrong_score="A whole number from 0 to 1000",
        wrong_weight="A rule without a score needs an effect of its own",
        wrong_merchant="There is no such merchant",
        wrong_rows="Add at least one condition",
        too_many_rows="A rule has no more conditions",
        name_taken="This rule exists; write a new version on its page",
        newer_version="Meanwhile somebody wrote version {}. Look at it and save once more.",
        wrong_choice="Choose one of these",
        wrong_number="A whole number from {} to {}",
        wrong_amount="An amount such as 200.00",
        wrong_bounds="At least, at most, or both",
        wrong_order="Not less than at least",
        wrong_hours="Two different hours",
        wrong_words="1 to {}, each of at most {} characters",
        wrong_store="There is no such store",
        timeline="Timeline",
        checker="Shadow allowed by",
        live_checker="Live allowed by",
        step_made="drafted",
        submit="Submit to a second person",
        submit_help=(
            "A second person decides whether the rule is tried in shadow: it counts along then, and holds nothing."
        ),
        not_maker="Whoever wrote the draft submits it.",
        ask_live="Ask to go live",
        ask_live_help="A second person decides whether the rule may hold payments.",
        needs_test="Before it goes live, a back-test of this version must have ended.",
        awaits="A second person has to decide.",
        see_question="See the question",
        being_done="Allowed; it is being carried out.",
        reload="Reload",
        retire="Retire the rule",
        retire_help="Takes effect with the next payment and cannot be undone; one person is enough.",
        back_tests="Back-test",
        test_help="Tries on stored payments what this version would have held.",
        period="Period",
        last_days="last {} days",
        start_test="Start back-test",
        running="running",
        ended="ended",
        tried="Payments tried",
        would_go_on="would have passed",
        would_consent="customer would have been asked",
        would_review="would have been held for review",
        would_block="would have been refused",
        result="Result",
        count="Count",
        share="Share",
        of_tried="of those tried",
        of_hits="of the hits",
        of_known="of the hits that are known",
        samples_bad="Samples: fraud",
        samples_good="Samples: good",
        is_cut="Only the first million payments were tried.",
        see_results="All results and samples",
        no_tests="No back-test yet.",
        earlier_tests="Earlier ones",
        payment="Payment",
        when="When",
        asked_shadow="May this rule be tried in shadow?",
        asked_live="May this rule hold payments?",
        to_rule="To the rule",
        statuses={
            "draft": "draft",
            "awaiting_approval": "awaits approval",
            "shadow": "in shadow",
            "live": "live",
            "retired": "retired",
        },
        verdicts={
            "pass": "only the score counts",
            "consent": "the customer is asked",
            "review": "staff look at the payment",
            "block": "the payment is refused",
        },
    ),
}

# The codes are kept in the evidence, whatever the language.
RETIRE_REASONS: Final = {
    "de": (("misfires", "Trifft die Falschen"), ("replaced", "Ersetzt"), ("not_needed", "Nicht mehr nötig")),
    "fr": (("misfires", "Touche les mauvais cas"), ("replaced", "Remplacée"), ("not_needed", "Plus nécessaire")),
    "it": (("misfires", "Colpisce i casi sbagliati"), ("replaced", "Sostituita"), ("not_needed", "Non più necessaria")),
    "en": (("misfires", "Holds the wrong ones"), ("replaced", "Replaced"), ("not_needed", "Not needed any more")),
}
