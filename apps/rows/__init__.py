"""Rows in and out with statements that are compiled once: for the few places that every payment passes.

Serves the hot path of everybody above; wherever a millisecond does not matter, the ORM itself is used.
"""

from apps.rows.pipeline import pipelined
from apps.rows.reading import Frozen, ask_statement
from apps.rows.writing import insert_row, insert_rows, send_statement, update_row

__all__ = ["Frozen", "ask_statement", "insert_row", "insert_rows", "pipelined", "send_statement", "update_row"]
