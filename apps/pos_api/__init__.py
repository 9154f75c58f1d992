"""The till's door: parse, call one operation of the payment, answer in one shape.

Serves tills and the programmers who build them.
"""
