"""How much may be paid at once: limits of devices, instruments, customers and merchants.

Serves the payment, which asks before any provider is called, and whoever sets a limit.
"""
