"""Who pays: customers, and whether they may.

Serves enrolment, which finds a customer by the verified address, the code check, which asks for the status, and whoever
has something to tell a customer: his stream and the letters, in his language, are here.
"""
