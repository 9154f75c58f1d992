"""May this code pay? Opens a scanned code, spends it once, and keeps the evidence.

Serves the payment: steps 3 to 7 only read, steps 8 to 10 run in the payment's own transaction.
"""
