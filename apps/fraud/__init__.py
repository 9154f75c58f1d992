"""Does it look wrong? Judges the facts of a payment, and keeps what it judged.

Serves the payment, which hands over frozen facts and keeps a key to the assessment; it never sees a payment itself.
"""
