"""Who works in the staff portal, what each role may do, and how they prove that it is them.

Serves the staff portal. It knows no cookie and no page: it hands out tokens, and says whose a token is.
"""
