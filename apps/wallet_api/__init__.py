"""The phone's door: enrolment, PIN, sessions, instruments, events, and the socket.

Serves the customer's app, native or web.
"""
