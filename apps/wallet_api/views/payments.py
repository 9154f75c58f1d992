"""``payments``: the customer's history, and the receipts in it, for machines and for people."""

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from apps.confirmations.queries import receipt_for, refund_receipt_for
from apps.rest.paging import page_of, page_request, read_query
from apps.rest.parameters import optional_parameter
from apps.rest.renderers import CompactJsonRenderer
from apps.rest.values import calendar_day
from apps.rest.views import JsonOnly
from apps.transactions.errors import PaymentNotFound
from apps.transactions.queries import payment_of_customer
from apps.wallet_api.documentation.history import (
    LIST_PAYMENTS,
    SHOW_PAYMENT,
    SHOW_RECEIPT,
    SHOW_RECEIPT_PAGE,
    SHOW_RECEIPT_PDF,
    SHOW_REFUND_RECEIPT,
    SHOW_REFUND_RECEIPT_PAGE,
    SHOW_REFUND_RECEIPT_PDF,
)
from apps.wallet_api.errors import ReceiptNotFound
from apps.wallet_api.fields import search_text, seen_status
from apps.wallet_api.gate import WalletView, session_of
from apps.wallet_api.history import Wanted, find_payments
from apps.wallet_api.queries import identified, refunds_shown, stories_of
from apps.wallet_api.receipts.page import receipt_page
from apps.wallet_api.receipts.pdf import receipt_pdf
from apps.wallet_api.receipts.reading import Printed, printed
from apps.wallet_api.shapes import payment_shape


class Payments(WalletView):
    """What the customer paid, and what he did not."""

    @LIST_PAYMENTS
    def get(self, request: Request) -> Response:
        """Answer the payments that are looked for, newest first."""
        query = read_query(request.query_params, known=("cursor", "limit", "q", "status", "from", "to"))
        page = page_request({name: text for name, text in query.items() if name in ("cursor", "limit")})
        wanted = Wanted(
            words=optional_parameter(query, "q", search_text),
            status=optional_parameter(query, "status", seen_status),
            since=optional_parameter(query, "from", calendar_day),
            until=optional_parameter(query, "to", calendar_day),
        )
        customer = session_of(request).device.customer
        payments = find_payments(customer_id=customer.id, wanted=wanted, after=page.after, limit=page.fetch)
        stories = stories_of(payments)
        return Response(
            page_of(
                payments,
                page,
                key=lambda payment: payment.id,
                shape=lambda payment: payment_shape(payment, stories[payment.id], language=customer.language),
            )
        )


class OnePayment(WalletView):
    """One payment."""

    @SHOW_PAYMENT
    def get(self, request: Request, payment: str) -> Response:
        """Answer it as it is now."""
        read_query(request.query_params, known=())
        customer = session_of(request).device.customer
        found = payment_of_customer(identified("pay", payment, otherwise=PaymentNotFound), customer.id)
        if found is None:
            raise PaymentNotFound
        return Response(payment_shape(found, stories_of([found])[found.id], language=customer.language))


class Receipt(WalletView):
    """The signed receipt of one payment."""

    @SHOW_RECEIPT
    def get(self, request: Request, payment: str) -> Response:
        """Answer the signed document, once there is one."""
        read_query(request.query_params, known=())
        return Response(_receipt_of(request, payment))


class RefundReceipt(WalletView):
    """The signed receipt of one refund."""

    @SHOW_REFUND_RECEIPT
    def get(self, request: Request, payment: str, refund: str) -> Response:
        """Answer the signed document, once money came back."""
        read_query(request.query_params, known=())
        return Response(_refund_receipt_of(request, payment, refund))


class OneForm(JsonOnly):
    """There is one form of this answer, whatever Accept says."""

    def select_renderer(
        self, request: Request, renderers: list[CompactJsonRenderer], format_suffix: str | None = None
    ) -> tuple[CompactJsonRenderer, str]:
        """Return what writes the problems."""
        return renderers[0], renderers[0].media_type


class PrintedView(WalletView):
    """A receipt for people; problems are JSON as everywhere."""

    content_negotiation_class = OneForm


class ReceiptPage(PrintedView):
    """The receipt of one payment as a page."""

    @SHOW_RECEIPT_PAGE
    def get(self, request: Request, payment: str) -> HttpResponse:
        """Answer the page, in the customer's language."""
        return _page(_printed_receipt(request, payment))


class ReceiptPdf(PrintedView):
    """The receipt of one payment as a file."""

    @SHOW_RECEIPT_PDF
    def get(self, request: Request, payment: str) -> HttpResponse:
        """Answer the PDF, in the customer's language."""
        return _pdf(_printed_receipt(request, payment))


class RefundReceiptPage(PrintedView):
    """The receipt of one refund as a page."""

    @SHOW_REFUND_RECEIPT_PAGE
    def get(self, request: Request, payment: str, refund: str) -> HttpResponse:
        """Answer the page, in the customer's language."""
        return _page(_printed_refund_receipt(request, payment, refund))


class RefundReceiptPdf(PrintedView):
    """The receipt of one refund as a file."""

    @SHOW_REFUND_RECEIPT_PDF
    def get(self, request: Request, payment: str, refund: str) -> HttpResponse:
        """Answer the PDF, in the customer's language."""
        return _pdf(_printed_refund_receipt(request, payment, refund))


def _receipt_of(request: Request, payment: str) -> dict[str, str]:
    signed = receipt_for(
        payment_id=identified("pay", payment, otherwise=ReceiptNotFound),
        customer_id=session_of(request).device.customer_id,
    )
    if signed is None:
        raise ReceiptNotFound
    return signed


def _refund_receipt_of(request: Request, payment: str, refund: str) -> dict[str, str]:
    signed = refund_receipt_for(
        refund_id=identified("ref", refund, otherwise=ReceiptNotFound),
        payment_id=identified("pay", payment, otherwise=ReceiptNotFound),
        customer_id=session_of(request).device.customer_id,
    )
    if signed is None:
        raise ReceiptNotFound
    return signed


def _printed_receipt(request: Request, payment: str) -> Printed:
    read_query(request.query_params, known=())
    signed = _receipt_of(request, payment)
    return printed(
        signed,
        language=session_of(request).device.customer.language,
        refunds=refunds_shown(identified("pay", payment, otherwise=ReceiptNotFound)),
    )


def _printed_refund_receipt(request: Request, payment: str, refund: str) -> Printed:
    read_query(request.query_params, known=())
    signed = _refund_receipt_of(request, payment, refund)
    return printed(signed, language=session_of(request).device.customer.language)


def _page(receipt: Printed) -> HttpResponse:
    page, policy = receipt_page(receipt)
    return HttpResponse(page, headers={"Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff"})


def _pdf(receipt: Printed) -> HttpResponse:
    # The name is made of our own ids: nothing in it that somebody typed.
    headers = {"Content-Disposition": f'attachment; filename="{receipt.name}.pdf"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(receipt_pdf(receipt), content_type="application/pdf", headers=headers)
