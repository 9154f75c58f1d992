"""What a merchant has taken, day by day: every captured and refunded amount in exactly one batch, and as a list.

Serves whoever pays merchants out and whoever keeps their accounts; it reads the books, and payments never wait for it.
"""
