"""Phones: how one is enrolled, proves its holder, and is stopped.

Serves the code check, which asks whose phone signed and counts PIN tries, and the wallet, which enrols and opens
sessions.
"""
