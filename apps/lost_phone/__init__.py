"""The page `/lost-phone`: whoever has no phone any more stops it with nothing but his mailbox.

Serves customers in a hurry, in any browser, without a script.
"""
