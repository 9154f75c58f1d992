"""Notes of work that must happen, written in the same transaction as what makes it necessary.

Serves everybody above: whoever leaves a note can rely on its being run, at least once, with or without a broker.
"""
