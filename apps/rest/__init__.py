"""What every JSON door shares: one strict parser, one shape for problems, headers and paging.

Serves the doors above; knows no payment, and stores nothing.
"""
