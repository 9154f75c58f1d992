"""All that there is of one customer at once: what he may take along, and closing.

Serves the wallet. It has no tables; it stands above everything that a customer has.
"""
