"""Shared words: money, identities, actors, errors, moves between states.

Plain Python for everybody above; knows neither Django nor a clock.
"""
