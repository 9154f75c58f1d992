"""International bank account numbers: whether one can be one. It is never kept, and shown by its last four digits."""

from schwifty import IBAN
from schwifty.exceptions import SchwiftyException


def is_iban(text: str) -> bool:
    """Say whether the text, without blanks and in capitals, is an IBAN of its country (ISO 13616).

    Form, length and check digits; whether there is such an account, only the bank knows.
    """
    try:
        IBAN(text)
    except SchwiftyException:
        return False
    # The library forgives blanks and small letters. A bank that sends them does not speak as agreed.
    return text.isascii() and text == text.upper() and " " not in text
