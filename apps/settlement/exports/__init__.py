"""A merchant's takings as a file: one row per capture and refund, with the tip and the tax of each rate.

For accountants and their programs; it reads one state of the books, however long it takes, and keeps little in memory.
"""
