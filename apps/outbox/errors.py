"""What can go wrong between a note and its handler; both are mistakes of ours, not of a caller."""


class UnknownTopic(LookupError):
    """No handler is named for this topic in OUTBOX_HANDLERS."""


class UnfitArguments(ValueError):
    """A note holds ids: flat names with short texts or whole numbers, never content and never a secret."""
