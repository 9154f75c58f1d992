"""Kill switches: what is stopped, and asking a second person to stop something or to let it go on."""

from typing import Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from apps.approvals.errors import AlreadyAsked
from apps.approvals.queries import awaiting_approvals
from apps.instruments.models import Kind
from apps.merchants.models import Merchant
from apps.operators.queries import names_of
from apps.operators.roles import Permission
from apps.providers.models import ProviderAccount
from apps.staff_portal.frame import language_of, show
from apps.staff_portal.gate import NotUnderstood, Visitor, go_to, page, reason_from
from apps.staff_portal.switch_said import SWITCH_ACTIONS, said_asked, said_reason, said_switch, said_why
from apps.staff_portal.words.operations import RESUME_REASONS, STOP_REASONS, SWITCHES
from apps.switches.errors import AlreadyStopped, NotStopped
from apps.switches.models import WITHOUT_TARGET, Switch, SwitchKind
from apps.switches.operations import STOP_ACTION, ask_resume, ask_stop
from apps.switches.queries import ended_switches, open_switches

MOST_SHOWN: Final = 50
MOST_OFFERED: Final = 500


@page(see=Permission.SEE_OPERATIONS, change=Permission.MOVE_SWITCHES, needs_fresh=True)
def switches(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Show what is stopped and was; ask to stop something, or to let it go on."""
    if request.method != "POST":
        return _shown(request, visitor)
    words = SWITCHES[language_of(request)]
    try:
        _ask(request, visitor)
    except AlreadyStopped:
        return _shown(request, visitor, refused=words.refused_stopped)
    except NotStopped:
        return _shown(request, visitor, refused=words.refused_ended)
    except AlreadyAsked:
        return _shown(request, visitor, refused=words.refused_asked)
    return go_to(request.path, done="done_saved")


def _ask(request: HttpRequest, visitor: Visitor) -> None:
    decision, language = request.POST.get("decision", ""), language_of(request)
    if decision == "stop":
        kind, target, name = _wanted(request.POST.get("what", ""))
        reason = reason_from(request, STOP_REASONS[language])
        ask_stop(kind=kind, target=target, name=name, reason=reason, by=visitor.actor, now=visitor.now)
    elif decision == "resume":
        switch_id = _id(request.POST.get("switch", ""))
        reason = reason_from(request, RESUME_REASONS[language])
        ask_resume(switch_id=switch_id, reason=reason, by=visitor.actor, now=visitor.now)
    else:
        raise NotUnderstood


def _wanted(text: str) -> tuple[SwitchKind, str, str]:
    """Return the kind, the target and its name, as the list offers them. Raises NotUnderstood for what is not there."""
    kind, _, target = text.partition(":")
    if kind not in SwitchKind.values:
        raise NotUnderstood
    found = SwitchKind(kind)
    name: str | None = None
    if found in WITHOUT_TARGET:
        name = kind if not target else None
    elif found == SwitchKind.INSTRUMENT_KIND:
        name = target if target in Kind.values else None
    elif found == SwitchKind.MERCHANT:
        target = str(_id(target))
        name = Merchant.objects.filter(id=target).values_list("legal_name", flat=True).first()
    else:
        target = str(_id(target))
        name = ProviderAccount.objects.filter(id=target).values_list("name", flat=True).first()
    if not name:
        raise NotUnderstood
    return found, target, name


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotUnderstood from None


def _shown(request: HttpRequest, visitor: Visitor, *, refused: str = "") -> HttpResponse:
    language = language_of(request)
    # All that is stopped is shown, however much it is: what is not on the page cannot be let go on.
    stopped, ended = list(open_switches()), list(ended_switches()[:MOST_SHOWN])
    awaiting = list(awaiting_approvals(now=visitor.now).filter(action__in=SWITCH_ACTIONS)[:MOST_SHOWN])
    people = {each.asked_by for each in (*stopped, *ended)} | {each.confirmed_by for each in (*stopped, *ended)}
    names = names_of(people | {each.maker for each in awaiting})
    may_ask = visitor.may(Permission.MOVE_SWITCHES)
    shown: dict[str, object] = {
        "stopped": [_row(each, names, language) for each in stopped],
        "ended": [_row(each, names, language) for each in ended],
        "awaiting": [
            {
                "approval": each,
                "question": f"{_question(each.action, language)} {said_asked(each.asked, language)}",
                "why": said_reason(each.asked, language),
                "maker": names.get(each.maker, each.maker),
            }
            for each in awaiting
        ],
        "may_ask": may_ask,
        "may_see_approvals": visitor.may(Permission.SEE_APPROVALS),
        "offered": _offered(language) if may_ask else [],
        "stop_reasons": STOP_REASONS[language],
        "resume_reasons": RESUME_REASONS[language],
        "refused": refused,
    }
    return show(request, "switches", shown, words_of=SWITCHES, status=409 if refused else 200)


def _question(action: str, language: str) -> str:
    words = SWITCHES[language]
    return words.asked_stop if action == STOP_ACTION else words.asked_resume


def _row(switch: Switch, names: dict[str, str], language: str) -> dict[str, object]:
    return {
        "switch": switch,
        "what": said_switch(switch.kind, switch.name, language),
        "why": said_why(switch.reason, language),
        "asked_by": names.get(switch.asked_by, switch.asked_by),
        "confirmed_by": names.get(switch.confirmed_by, switch.confirmed_by),
    }


def _offered(language: str) -> list[dict[str, object]]:
    """Return what may be stopped, in groups: value and word."""
    words = SWITCHES[language]
    merchants = Merchant.objects.order_by("legal_name", "id").values_list("id", "legal_name")[:MOST_OFFERED]
    providers = ProviderAccount.objects.order_by("name", "id").values_list("id", "name")[:MOST_OFFERED]
    kinds = [(kind.value, getattr(words, kind.value)) for kind in Kind]
    alone = [(kind.value, getattr(words, kind.value)) for kind in WITHOUT_TARGET]
    return [
        {"word": words.ask_stop, "choices": alone},
        *(
            {
                "word": getattr(words, kind.value),
                "choices": [(f"{kind.value}:{target}", name) for target, name in targets],
            }
            for kind, targets in (
                (SwitchKind.PROVIDER, providers),
                (SwitchKind.MERCHANT, merchants),
                (SwitchKind.INSTRUMENT_KIND, kinds),
            )
        ),
    ]
