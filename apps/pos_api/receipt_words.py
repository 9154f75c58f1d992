"""The words on receipts, in four languages."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptWords:
    """Labels and sentences; `vat` takes the rate and the gross amount."""

    merchant_copy: str
    customer_copy: str
    reservation: str
    declined: str
    training: str
    vat_number: str
    till: str
    cashier: str
    reference: str
    tip: str
    total: str
    vat: str
    paid: str
    refunded: str
    reserved: str
    not_yet_paid: str
    nothing_charged: str


_GERMAN: Final = ReceiptWords(
    merchant_copy="Händlerbeleg",
    customer_copy="Kundenbeleg",
    reservation="Reservation",
    declined="Nicht bezahlt",
    training="*** ÜBUNG: KEINE ZAHLUNG ***",
    vat_number="MWST-Nr.",
    till="Kasse",
    cashier="Bedient von",
    reference="Beleg-Nr.",
    tip="Trinkgeld",
    total="Total",
    vat="MWST {rate} in {gross}",
    paid="Bezahlt",
    refunded="Rückerstattet",
    reserved="Reserviert",
    not_yet_paid="Noch nicht bezahlt. Das ist kein Kaufbeleg.",
    nothing_charged="Es wurde nichts belastet.",
)
_FRENCH: Final = ReceiptWords(
    merchant_copy="Copie commerçant",
    customer_copy="Copie client",
    reservation="Réservation",
    declined="Non payé",
    training="*** EXERCICE: AUCUN PAIEMENT ***",
    vat_number="N° TVA",
    till="Caisse",
    cashier="Servi par",
    reference="N° de ticket",
    tip="Pourboire",
    total="Total",
    vat="TVA {rate} sur {gross}",
    paid="Payé",
    refunded="Remboursé",
    reserved="Réservé",
    not_yet_paid="Pas encore payé. Ceci n’est pas une preuve d’achat.",
    nothing_charged="Rien n’a été débité.",
)
_ITALIAN: Final = ReceiptWords(
    merchant_copy="Copia esercente",
    customer_copy="Copia cliente",
    reservation="Riserva",
    declined="Non pagato",
    training="*** PROVA: NESSUN PAGAMENTO ***",
    vat_number="N. IVA",
    till="Cassa",
    cashier="Servito da",
    reference="N. scontrino",
    tip="Mancia",
    total="Totale",
    vat="IVA {rate} su {gross}",
    paid="Pagato",
    refunded="Rimborsato",
    reserved="Riservato",
    not_yet_paid="Non ancora pagato. Questa non è una prova d’acquisto.",
    nothing_charged="Non è stato addebitato nulla.",
)
_ENGLISH: Final = ReceiptWords(
    merchant_copy="Merchant copy",
    customer_copy="Customer copy",
    reservation="Reservation",
    declined="Not paid",
    training="*** TRAINING: NO PAYMENT ***",
    vat_number="VAT no.",
    till="Till",
    cashier="Served by",
    reference="Receipt no.",
    tip="Tip",
    total="Total",
    vat="VAT {rate} in {gross}",
    paid="Paid",
    refunded="Refunded",
    reserved="Reserved",
    not_yet_paid="Not paid yet. This is no proof of purchase.",
    nothing_charged="Nothing was charged.",
)

_WORDS: Final = {"de": _GERMAN, "fr": _FRENCH, "it": _ITALIAN, "en": _ENGLISH}


def receipt_words(language: str) -> ReceiptWords:
    """Return the words of a language; English where it is none of the four."""
    return _WORDS.get(language, _ENGLISH)
