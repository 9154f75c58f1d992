"""The books: double entry in integer minor units, append-only, one signed amount per posting (positive = debit).

For whoever moves money; knows no merchant, payment or provider, only account codes and the subjects given to it.
"""
