"""What the customer is told of a payment: a signed receipt, and an event in his own stream.

Serves the wallet; learns of payments by notes, and tells nobody anything that is not in the books.
"""
