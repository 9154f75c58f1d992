"""One payment, and what may be done about it."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class PaymentWords:
    """One language."""

    cancel: str
    cancel_help: str
    cannot_cancel: str
    refund: str
    refund_help: str
    second_person: str
    nothing_left: str
    left: str
    wrong_amount: str
    captured_at: str
    messages: str
    message: str
    provider: str
    tries: str
    refunds: str
    receipt_reason: str
    asked_by: str
    journals: str
    account: str
    debit: str
    credit: str
    evidence: str
    no_evidence: str
    text_digest: str
    body: str
    signature: str
    key_id: str
    device_key: str
    counter: str
    spent_at: str
    made_at: str
    result: str
    verify: str
    verified: str
    not_verified: str
    signed: str
    not_signed: str
    its_own: str
    not_its_own: str
    told: str
    told_nothing: str
    with_receipt: str
    deeds: str
    training: str


PAYMENT: Final = {
    "de": PaymentWords(
        cancel="Aufheben",
        cancel_help="Die Zahlung wird aufgehoben, und was bei der Bank reserviert ist, wird freigegeben. "
        "Das lässt sich nicht rückgängig machen.",
        cannot_cancel="In diesem Stand gibt es nichts aufzuheben.",
        refund="Zurückgeben",
        refund_help="Das Geld geht auf das Zahlungsmittel zurück, mit dem bezahlt wurde.",
        second_person="Über dieser Grenze entscheidet eine zweite Person:",
        nothing_left="Es ist nichts zurückzugeben.",
        left="Noch zurückzugeben",
        wrong_amount="Geben Sie einen Betrag ein, höchstens das, was noch zurückzugeben ist.",
        captured_at="Verbucht",
        messages="Meldungen an Banken",
        message="Meldung",
        provider="Bank",
        tries="Versuche",
        refunds="Rückgaben",
        receipt_reason="Grund auf dem Beleg",
        asked_by="Verlangt von",
        journals="Buchungen",
        account="Konto",
        debit="Soll",
        credit="Haben",
        evidence="Beweis des Codes",
        no_evidence="Zu dieser Zahlung wurde kein Code verbraucht.",
        text_digest="SHA-256 des gescannten Textes",
        body="Inhalt",
        signature="Unterschrift des Geräts",
        key_id="Schlüssel des Codes",
        device_key="SHA-256 des Geräteschlüssels",
        counter="Zähler",
        spent_at="Eingelöst",
        made_at="Erstellt, laut Gerät",
        result="Ergebnis",
        verify="Unterschrift nachprüfen",
        verified="Nachgeprüft: der Beweis stimmt.",
        not_verified="Nachgeprüft: der Beweis stimmt nicht.",
        signed="Das Gerät hat genau diesen Inhalt unterschrieben.",
        not_signed="Die Unterschrift passt nicht zu Gerät und Inhalt.",
        its_own="Der Inhalt nennt dieses Gerät und diesen Zähler.",
        not_its_own="Der Inhalt nennt ein anderes Gerät oder einen anderen Zähler.",
        told="Was die Kundin erfahren hat",
        told_nothing="Noch nichts.",
        with_receipt="mit Beleg",
        deeds="Durch das Personal",
        training="Übung",
    ),
    "fr": PaymentWords(
        cancel="Annuler le paiement",
        cancel_help="Le paiement est annulé et ce qui est réservé auprès de la banque est libéré. C’est irréversible.",
        cannot_cancel="Dans cet état, il n’y a rien à annuler.",
        refund="Rembourser",
        refund_help="L’argent retourne sur le moyen de paiement utilisé.",
        second_person="Au-delà de cette limite, une deuxième personne décide:",
        nothing_left="Il n’y a rien à rembourser.",
        left="Encore remboursable",
        wrong_amount="Saisissez un montant, au plus ce qui est encore remboursable.",
        captured_at="Comptabilisé",
        messages="Messages aux banques",
        message="Message",
        provider="Banque",
        tries="Essais",
        refunds="Remboursements",
        receipt_reason="Motif sur la quittance",
        asked_by="Demandé par",
        journals="Écritures",
        account="Compte",
        debit="Débit",
        credit="Crédit",
        evidence="Preuve du code",
        no_evidence="Aucun code n’a été utilisé pour ce paiement.",
        text_digest="SHA-256 du texte scanné",
        body="Contenu",
        signature="Signature de l’appareil",
        key_id="Clé du code",
        device_key="SHA-256 de la clé de l’appareil",
        counter="Compteur",
        spent_at="Utilisé",
        made_at="Créé, selon l’appareil",
        result="Résultat",
        verify="Vérifier la signature",
        verified="Vérifié: la preuve est juste.",
        not_verified="Vérifié: la preuve n’est pas juste.",
        signed="L’appareil a signé exactement ce contenu.",
        not_signed="La signature ne correspond pas à l’appareil et au contenu.",
        its_own="Le contenu désigne cet appareil et ce compteur.",
        not_its_own="Le contenu désigne un autre appareil ou un autre compteur.",
        told="Ce que le client a appris",
        told_nothing="Encore rien.",
        with_receipt="avec quittance",
        deeds="Par le personnel",
        training="Exercice",
    ),
    "it": PaymentWords(
        cancel="Annullare il pagamento",
        cancel_help="Il pagamento è annullato e ciò che è riservato presso la banca è liberato. È irreversibile.",
        cannot_cancel="In questo stato non c’è nulla da annullare.",
        refund="Rimborsare",
        refund_help="Il denaro torna sul mezzo di pagamento utilizzato.",
        second_person="Oltre questo limite decide una seconda persona:",
        nothing_left="Non c’è nulla da rimborsare.",
        left="Ancora rimborsabile",
        wrong_amount="Inserisca un importo, al massimo ciò che è ancora rimborsabile.",
        captured_at="Contabilizzato",
        messages="Messaggi alle banche",
        message="Messaggio",
        provider="Banca",
        tries="Tentativi",
        refunds="Rimborsi",
        receipt_reason="Motivo sulla ricevuta",
        asked_by="Chiesto da",
        journals="Registrazioni",
        account="Conto",
        debit="Dare",
        credit="Avere",
        evidence="Prova del codice",
        no_evidence="Per questo pagamento non è stato usato alcun codice.",
        text_digest="SHA-256 del testo scansionato",
        body="Contenuto",
        signature="Firma del dispositivo",
        key_id="Chiave del codice",
        device_key="SHA-256 della chiave del dispositivo",
        counter="Contatore",
        spent_at="Usato",
        made_at="Creato, secondo il dispositivo",
        result="Risultato",
        verify="Verificare la firma",
        verified="Verificato: la prova è giusta.",
        not_verified="Verificato: la prova non è giusta.",
        signed="Il dispositivo ha firmato esattamente questo contenuto.",
        not_signed="La firma non corrisponde al dispositivo e al contenuto.",
        its_own="Il contenuto indica questo dispositivo e questo contatore.",
        not_its_own="Il contenuto indica un altro dispositivo o un altro contatore.",
        told="Che cosa ha saputo il cliente",
        told_nothing="Ancora nulla.",
        with_receipt="con ricevuta",
        deeds="Dal personale",
        training="Esercizio",
    ),
    "en": PaymentWords(
        cancel="Cancel",
        cancel_help="The payment is taken off, and what is held at the bank is released. This cannot be undone.",
        cannot_cancel="In this state there is nothing to cancel.",
        refund="Refund",
        refund_help="The money goes back to the means of payment that paid.",
        second_person="Above this limit a second person decides:",
        nothing_left="There is nothing to give back.",
        left="Left to give back",
        wrong_amount="Type an amount, at most what is left to give back.",
        captured_at="Captured",
        messages="Messages to providers",
        message="Message",
        provider="Provider",
        tries="Tries",
        refunds="Refunds",
        receipt_reason="Reason on the receipt",
        asked_by="Asked by",
        journals="Journals",
        account="Account",
        debit="Debit",
        credit="Credit",
        evidence="Evidence of the code",
        no_evidence="No code was spent for this payment.",
        text_digest="SHA-256 of the scanned text",
        body="Body",
        signature="Signature of the device",
        key_id="Key of the code",
        device_key="SHA-256 of the device's key",
        counter="Counter",
        spent_at="Spent",
        made_at="Made, says the device",
        result="Result",
        verify="Verify the signature again",
        verified="Verified again: the evidence is sound.",
        not_verified="Verified again: the evidence is not sound.",
        signed="The device signed exactly this body.",
        not_signed="The signature does not fit the device and the body.",
        its_own="The body names this device and this counter.",
        not_its_own="The body names another device or another counter.",
        told="What the customer was told",
        told_nothing="Nothing yet.",
        with_receipt="with receipt",
        deeds="By staff",
        training="Training",
    ),
}

# The codes are kept in the evidence; of a refund the word, in the language of the payment, is on the receipt.
REFUND_REASONS: Final = {
    "de": (("returned", "Ware zurück"), ("price", "Falscher Preis"), ("twice", "Doppelt bezahlt"), ("other", "Kulanz")),
    "fr": (("returned", "Retour"), ("price", "Prix erroné"), ("twice", "Payé à double"), ("other", "Geste commercial")),
    "it": (("returned", "Reso"), ("price", "Prezzo errato"), ("twice", "Pagato due volte"), ("other", "Cortesia")),
    "en": (("returned", "Returned"), ("price", "Wrong price"), ("twice", "Paid twice"), ("other", "Goodwill")),
}
CANCEL_REASONS: Final = {
    "de": (("customer_asked", "Kundin verlangt es"), ("till_lost", "Kasse ausgefallen"), ("mistake", "Irrtum")),
    "fr": (("customer_asked", "À la demande du client"), ("till_lost", "Caisse en panne"), ("mistake", "Erreur")),
    "it": (("customer_asked", "Su richiesta del cliente"), ("till_lost", "Cassa guasta"), ("mistake", "Errore")),
    "en": (("customer_asked", "Customer asked"), ("till_lost", "Till is out of order"), ("mistake", "Mistake")),
}
