"""Four eyes: what one person asks and another one allows or refuses, with the hash of what was asked.

Serves whatever needs a second person; an approval carries nothing out, it leaves a note for the app that does.
"""
