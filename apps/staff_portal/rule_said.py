"""A whole rule in the operator's words, with the names of the places in it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from apps.merchants.models import Merchant, Store
from apps.staff_portal.rule_sentences import Said, say_condition
from apps.staff_portal.words.rules import RULES, RuleWords


@dataclass(frozen=True, slots=True)
class SaidRule:
    """When it holds, what happens then, and where; `words` are those of its language."""

    words: RuleWords
    title: str
    when: Said
    then: tuple[str, ...]
    where: str
    reason: str


# Any: JSON values, as a rule and the question to a second person keep them.
def said_rule(content: Mapping[str, Any], language: str) -> SaidRule:
    """Return what `content_of` a rule says."""
    words = RULES[language]
    score = (words.says_score.format(content["score"]),) if content["score"] else ()
    verdict = (words.verdicts[content["verdict"]],) if content["verdict"] != "pass" else ()
    return SaidRule(
        words=words,
        title=f"{content['rule']} {content['version']}",
        when=said_condition(content["condition"], language),
        then=(*score, *verdict),
        where=_merchant(content["merchant"]) or words.everywhere,
        reason=str(content["reason"]),
    )


def said_condition(condition: object, language: str) -> Said:
    """Return a condition in words, its stores by their names."""
    stores = Store.objects.select_related("merchant").filter(id__in=set(_stores(condition)))
    names = {str(store.id): f"{store.merchant.legal_name}, {store.name}" for store in stores}
    return say_condition(condition, language, names)


def _merchant(text: str | None) -> str:
    merchant = Merchant.objects.filter(id=UUID(text)).first() if text else None
    return merchant.legal_name if merchant else text or ""


def _stores(part: object) -> Iterator[UUID]:
    match part:
        case {"measure": "store", "one_of": [*words]}:
            for word in words:
                try:
                    yield UUID(word)
                except ValueError:
                    continue
        case {"not": inner}:
            yield from _stores(inner)
        case {"all": [*parts]} | {"any": [*parts]}:
            for each in parts:
                yield from _stores(each)
