"""Names that others use to speak to a customer."""

from uuid import UUID


def customer_stream(customer_id: UUID) -> str:
    """Return the stream in which all devices of the customer read what happened to him."""
    return f"customer:{customer_id}"
