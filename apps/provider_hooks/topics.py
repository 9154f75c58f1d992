"""Names of the background jobs."""

from typing import Final

# Ask the provider about what a notice hinted at.
LOOK_INTO: Final = "provider_hooks.look_into"
