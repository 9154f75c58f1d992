"""The offline payment code, byte for byte: making it, reading it, and every pure check of it.

Serves the server, the simulators and the tools. Knows no database and no clock: whoever calls passes `now`.
"""
