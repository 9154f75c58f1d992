"""Assembles everything; nobody imports it."""
