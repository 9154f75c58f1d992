"""The heart: one sale and one scanned code, from the start to the money.

Serves the doors, which start, capture and cancel payments, and the evening, which reads what came of them.
"""
