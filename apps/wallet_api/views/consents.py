"""``consents``: the customer says yes or no to a payment that asks him, with the phone that made the code."""

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from apps.rest.fields import Fields
from apps.transactions.errors import PaymentNotFound
from apps.transactions.operations.consent import Decision, decide_consent
from apps.wallet_api.documentation.consents import DECIDE_CONSENT
from apps.wallet_api.fields import YES, decision, proof, signature
from apps.wallet_api.gate import WalletView, require_unfrozen, session_of
from apps.wallet_api.queries import identified, stories_of
from apps.wallet_api.shapes import payment_shape


class Consents(WalletView):
    """The answer to `consent.requested`. A yes proves the PIN by itself, so any session of the device will do."""

    @DECIDE_CONSENT
    def post(self, request: Request, payment: str) -> Response:
        """Answer the payment as it is after the decision."""
        with Fields(request.data) as fields:
            word = fields.required("decision", decision)
            signed = fields.required("signature", signature)
            pin_ok = fields.optional("pin_ok", proof)
            if word == YES and pin_ok is None:
                # Told here: taken for a wrong one, what was left out would cost a try.
                fields.refuse("pin_ok", code="invalid_field", detail="a yes needs the proof of the PIN")
        session = session_of(request)
        if word == YES:
            require_unfrozen(session)
        device = session.device
        decided = decide_consent(
            payment_id=identified("pay", payment, otherwise=PaymentNotFound),
            device=device,
            decision=Decision(is_yes=word == YES, signature=signed, pin_ok=pin_ok),
            now=timezone.now(),
        )
        story = stories_of([decided])[decided.id]
        return Response(payment_shape(decided, story, language=device.customer.language))
