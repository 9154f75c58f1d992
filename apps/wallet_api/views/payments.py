"""``payments``: the customer's history, and the receipts in it."""

from rest_framework.request import Request
from rest_framework.response import Response

from apps.confirmations.queries import receipt_for, refund_receipt_for
from apps.rest.paging import page_of, page_request, read_query
from apps.transactions.errors import PaymentNotFound
from apps.transactions.queries import payment_of_customer, payments_of_customer
from apps.wallet_api.documentation.history import LIST_PAYMENTS, SHOW_PAYMENT, SHOW_RECEIPT, SHOW_REFUND_RECEIPT
from apps.wallet_api.errors import ReceiptNotFound
from apps.wallet_api.gate import WalletView, session_of
from apps.wallet_api.queries import identified, stories_of
from apps.wallet_api.shapes import payment_shape


class Payments(WalletView):
    """What the customer paid, and what he did not."""

    @LIST_PAYMENTS
    def get(self, request: Request) -> Response:
        """Answer the payments, newest first."""
        page = page_request(read_query(request.query_params, known=("cursor", "limit")))
        customer = session_of(request).device.customer
        payments = payments_of_customer(customer_id=customer.id, after=page.after, limit=page.fetch)
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
        payment_id = identified("pay", payment, otherwise=ReceiptNotFound)
        signed = receipt_for(payment_id=payment_id, customer_id=session_of(request).device.customer_id)
        if signed is None:
            raise ReceiptNotFound
        return Response(signed)


class RefundReceipt(WalletView):
    """The signed receipt of one refund."""

    @SHOW_REFUND_RECEIPT
    def get(self, request: Request, payment: str, refund: str) -> Response:
        """Answer the signed document, once money came back."""
        read_query(request.query_params, known=())
        signed = refund_receipt_for(
            refund_id=identified("ref", refund, otherwise=ReceiptNotFound),
            payment_id=identified("pay", payment, otherwise=ReceiptNotFound),
            customer_id=session_of(request).device.customer_id,
        )
        if signed is None:
            raise ReceiptNotFound
        return Response(signed)
