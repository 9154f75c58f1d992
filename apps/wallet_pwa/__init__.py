"""The web wallet's page, its manifest and its service worker, for customers whose phone is a browser.

Serves files that the browser keeps for the time without a network; what the wallet says goes through `wallet_api`.
"""
