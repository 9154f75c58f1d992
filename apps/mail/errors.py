"""What can be wrong with a letter."""

from apps.kernel.errors import Refused


class InvalidLetter(Refused):
    """The letter has an address, a subject or a text that no mail may have."""

    code = "invalid_letter"
