"""Evidence: who did what to what, and why; only ever added to, and sealed so that tampering shows.

Serves everybody above; knows actors and subjects only as texts.
"""
