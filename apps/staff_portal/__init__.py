"""The staff portal under `/staff/`: queues, payments, devices, customers, evidence, and what staff do about them.

Serves operators. It works without a script; scripts add single keys. Every address says in `gate.page` who may.
"""
