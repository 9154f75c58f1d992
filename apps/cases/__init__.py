"""The exception queue: what no rule settles, written down for people, with who looks after it and how it ended.

Serves whoever meets such a thing (one call), and the staff who work the queue; an alarm also reaches them by mail.
"""
