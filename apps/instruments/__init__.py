"""Means of payment: what a customer linked, under which handle a code names it, and whether it may pay.

Serves the payment, which asks who is to be asked for the money, and the wallet, which links and removes.
"""
