"""What a till can be refused for. A code that may not pay is no error: it is a declined payment."""

from apps.kernel.errors import Conflict, NotFound, Refused


class PaymentNotFound(NotFound):
    """There is no such payment, or it is not yours."""

    code = "payment_not_found"


class CodeUnreadable(Refused):
    """The code cannot be a payment code of ours; nothing was stored, so scan again or ask for a new one."""

    def __init__(self, code: str, detail: str) -> None:
        """`code` is one of scanner_layout, malformed, unknown_scheme, unsupported_version."""
        super().__init__(detail)
        # One class for one moment; what is wrong is the code's own word.
        self.code = code  # type: ignore[misc]


class ReferenceInUse(Conflict):
    """A live sale of this till and business day has this receipt number already; `payment` is that sale."""

    code = "reference_in_use"


class CurrencyNotSupported(Refused):
    """The merchant does not sell in this currency."""

    code = "currency_not_supported"


class AmountTooLarge(Refused):
    """More was asked for than is left of the hold."""

    code = "amount_too_large"


class OtherReference(Conflict):
    """This key made a sale under another receipt number; nothing was cancelled."""

    code = "other_reference"


class DayNotBegun(Refused):
    """This business day has not begun yet on the merchant's clock."""

    code = "day_not_begun"


class UseRefund(Conflict):
    """The sale is captured: give the money back by a refund."""

    code = "use_refund"
