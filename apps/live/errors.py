"""What can go wrong when an event is written; a mistake of ours, not of a caller."""


class UnfitFacts(ValueError):
    """Facts are ids and small values under flat names, never content, never personal, and never a secret."""
