"""What every letter has in common: a subject and a text in the customer's language."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """A letter, or the pattern of one with places for facts in braces."""

    subject: str
    text: str

    def about(self, **facts: str) -> "Words":
        """Return the letter with the facts in their places; none of them may be a secret.

        A fact that somebody typed, such as a device's name, stays within its line.
        """
        shown = {name: _in_one_line(fact) for name, fact in facts.items()}
        return Words(self.subject.format(**shown), self.text.format(**shown))


# By language; a customer's row allows no other.
InLanguages = Mapping[str, Words]


def _in_one_line(text: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in text)
