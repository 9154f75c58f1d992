"""Letters to people by e-mail: written down with their cause, sent after the commit, readable in a demo.

Serves whoever must tell a customer something when no phone is at hand.
"""
