"""Banks and acquirers: how the platform asks them for money, and what their answers mean.

Serves the heart of the product, which speaks the contract only; each provider has a connector
that translates, keeps no record and decides nothing.
"""
