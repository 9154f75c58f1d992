"""The receipt as a page that needs nothing else: it may be kept as a file, and looks the same in ten years."""

import base64
import hashlib
from typing import Final

from django.template.loader import render_to_string

from apps.wallet_api.receipts.reading import Printed

_STYLE: Final = "receipts/receipt.css"
_PAGE: Final = "receipts/receipt.html"


def receipt_page(receipt: Printed) -> tuple[str, str]:
    """Return the page, and the Content-Security-Policy that lets its own style sheet and nothing else in."""
    style = render_to_string(_STYLE)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode("ascii")
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return render_to_string(_PAGE, {"receipt": receipt, "words": receipt.words, "style": style}), policy
