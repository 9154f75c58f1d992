"""Who sells: merchants, their stores and tills, and the keys by which a till is known.

Serves the doors, which ask whose key this is, and the payment, which asks what the merchant allows.
"""
