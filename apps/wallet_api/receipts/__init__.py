"""A receipt for people: the signed document as a page and as a PDF, in the customer's language."""
