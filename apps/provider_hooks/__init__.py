"""The door for providers that tell something unasked: a capture is booked, an account was blocked.

Serves banks and acquirers. What they tell is a hint that makes us ask; nothing is booked because of it.
"""
