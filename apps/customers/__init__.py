"""Who pays: customers, and whether they may.

Serves enrolment, which finds a customer by the verified address, and the code check, which asks for the status.
"""
