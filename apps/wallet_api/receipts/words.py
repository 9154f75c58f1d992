"""The words of a receipt, in the four languages."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class ReceiptWords:
    """One language."""

    receipt: str
    refund: str
    training: str
    vat_number: str
    store: str
    till: str
    cashier: str
    reference: str
    time: str
    article: str
    amount: str
    total: str
    tip: str
    given_back: str
    paid: str
    refunded: str
    reason: str
    paid_with: str
    paid_back_to: str
    vat: str
    rate: str
    gross: str
    tax: str
    refunds: str
    payment: str
    verification: str
    explanation: str
    key: str
    signature: str
    digest: str
    # Kinds of means of payment.
    bank_account: str
    card: str


WORDS: Final = {
    "de": ReceiptWords(
        receipt="Quittung",
        refund="Quittung der Rückerstattung",
        training="ÜBUNG: Diese Zahlung hat nicht stattgefunden.",
        vat_number="MWST-Nr.",
        store="Filiale",
        till="Kasse",
        cashier="Bedienung",
        reference="Beleg",
        time="Zeit",
        article="Artikel",
        amount="Betrag",
        total="Total",
        tip="davon Trinkgeld",
        given_back="Zurückerstattet",
        paid="Bezahlt",
        refunded="Bisher zurückerstattet",
        reason="Grund",
        paid_with="Bezahlt mit",
        paid_back_to="Zurückerstattet auf",
        vat="Mehrwertsteuer",
        rate="Satz",
        gross="Brutto",
        tax="MWST",
        refunds="Rückerstattungen",
        payment="Zahlung",
        verification="Echtheit",
        explanation="Diese Quittung ist elektronisch unterschrieben; das unterschriebene Dokument liegt dem PDF bei.",
        key="Schlüssel",
        signature="Unterschrift",
        digest="SHA-256 des Dokuments",
        bank_account="Bankkonto",
        card="Karte",
    ),
    "fr": ReceiptWords(
        receipt="Quittance",
        refund="Quittance du remboursement",
        training="EXERCICE : ce paiement n’a pas eu lieu.",
        vat_number="N° TVA",
        store="Magasin",
        till="Caisse",
        cashier="Service",
        reference="Ticket",
        time="Date",
        article="Article",
        amount="Montant",
        total="Total",
        tip="dont pourboire",
        given_back="Remboursé",
        paid="Payé",
        refunded="Remboursé à ce jour",
        reason="Motif",
        paid_with="Payé avec",
        paid_back_to="Remboursé sur",
        vat="Taxe sur la valeur ajoutée",
        rate="Taux",
        gross="Brut",
        tax="TVA",
        refunds="Remboursements",
        payment="Paiement",
        verification="Authenticité",
        explanation="Cette quittance est signée électroniquement. Le document signé est joint au fichier PDF.",
        key="Clé",
        signature="Signature",
        digest="SHA-256 du document",
        bank_account="Compte bancaire",
        card="Carte",
    ),
    "it": ReceiptWords(
        receipt="Ricevuta",
        refund="Ricevuta del rimborso",
        training="ESERCIZIO: questo pagamento non ha avuto luogo.",
        vat_number="N. IVA",
        store="Filiale",
        till="Cassa",
        cashier="Servizio",
        reference="Scontrino",
        time="Data",
        article="Articolo",
        amount="Importo",
        total="Totale",
        tip="di cui mancia",
        given_back="Rimborsato",
        paid="Pagato",
        refunded="Rimborsato finora",
        reason="Motivo",
        paid_with="Pagato con",
        paid_back_to="Rimborsato su",
        vat="Imposta sul valore aggiunto",
        rate="Aliquota",
        gross="Lordo",
        tax="IVA",
        refunds="Rimborsi",
        payment="Pagamento",
        verification="Autenticità",
        explanation="Questa ricevuta è firmata elettronicamente. Il documento firmato è allegato al file PDF.",
        key="Chiave",
        signature="Firma",
        digest="SHA-256 del documento",
        bank_account="Conto bancario",
        card="Carta",
    ),
    "en": ReceiptWords(
        receipt="Receipt",
        refund="Receipt of a refund",
        training="TRAINING: this payment did not take place.",
        vat_number="VAT no.",
        store="Store",
        till="Till",
        cashier="Served by",
        reference="Receipt no.",
        time="Time",
        article="Item",
        amount="Amount",
        total="Total",
        tip="of which tip",
        given_back="Given back",
        paid="Paid",
        refunded="Given back until now",
        reason="Reason",
        paid_with="Paid with",
        paid_back_to="Given back to",
        vat="Value added tax",
        rate="Rate",
        gross="Gross",
        tax="VAT",
        refunds="Refunds",
        payment="Payment",
        verification="Authenticity",
        explanation="This receipt is signed electronically. The signed document is attached to the PDF file.",
        key="Key",
        signature="Signature",
        digest="SHA-256 of the document",
        bank_account="Bank account",
        card="Card",
    ),
}
