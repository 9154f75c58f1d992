"""Announcements that something changed: to a request that waits for it, and to a phone that is connected.

Serves whoever must not poll. Nothing here is the truth: a lost announcement costs time, never a result.
"""
