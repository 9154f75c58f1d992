"""Requests that were answered: the same key gives the same object, however often and however parallel it is asked.

Serves the operations that doors call; the key is the first row of their transaction.
"""
