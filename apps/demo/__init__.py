"""A small retailer to try things out with: made up, complete, and the same at every start.

Serves whoever runs `make run`; where DEMO is not set it refuses to do anything.
"""
