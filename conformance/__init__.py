"""The conformance kit for vendors of tills: named scenarios, played to a till between it and a real payment server.

It may import everything, and nothing imports it. What is tested is the till, never the server.
"""

# Of the kit: a report says by which scenarios a till was judged. It changes with them.
VERSION = "1.0"
# Of the cashier port, docs/till-conformance.md; a till is told at its start.
PROTOCOL = 1
