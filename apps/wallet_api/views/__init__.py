"""Doormen: each parses, calls one operation, and answers."""
