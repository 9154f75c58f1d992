"""Kill switches: what is stopped, and asking a second person to stop something or to let it go on."""

from typing import Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from apps.approvals.models import Approval
from apps.approvals.queries import awaiting_approvals
from apps.instruments.models import Kind
from apps.merchants.models import Merchant
from apps.operators.queries import names_of
from apps.operators.roles import Permission
from apps.providers.models import ProviderAccount
from apps.staff_portal.frame import language_of, show
from apps.staff_portal.gate import NotUnderstood, Visitor, chosen, go_to, page, reason_from
from apps.staff_portal.words.switches import SWITCH_REASONS, SWITCHES, Words
from apps.switches.models import WITHOUT_TARGET, Switch, SwitchKind
from apps.switches.operations import RESUME_ACTION, STOP_ACTION, ask_resume, ask_stop
from apps.switches.queries import ended_switches, open_switches

MOST_PAST: Final = 50
# So many merchants are offered, by name; one that is not is stopped on a route or with everything.
MOST_MERCHANTS: Final = 500


@page(see=Permission.SEE_OPERATIONS, change=Permission.MOVE_SWITCHES, needs_fresh=True)
def switches(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Show what is stopped, was, and awaits a second person; ask for a stop, or for its end."""
    words = SWITCHES[language_of(request)]
    if request.method == "POST":
        _ask(request, visitor)
        return go_to(request.path, done="done_saved")
    now_off, past = list(open_switches()), list(ended_switches()[:MOST_PAST])
    names = names_of({actor for switch in (*now_off, *past) for actor in (switch.asked_by, switch.confirmed_by)})
    waiting = awaiting_approvals(now=visitor.now).filter(action__in=[STOP_ACTION, RESUME_ACTION])
    shown = {
        "open": [_row(switch, words, names) for switch in now_off],
        "past": [_row(switch, words, names) for switch in past],
        "waiting": [_asked(approval, words) for approval in waiting],
        "may_move": visitor.may(Permission.MOVE_SWITCHES),
        "may_see_approvals": visitor.may(Permission.SEE_APPROVALS),
        "choices": [(value, text) for value, (text, _) in _stoppable(words).items()],
        "reasons": SWITCH_REASONS[language_of(request)],
    }
    return show(request, "switches", shown, words_of=SWITCHES)


def _ask(request: HttpRequest, visitor: Visitor) -> None:
    reason = reason_from(request, SWITCH_REASONS[language_of(request)])
    if "switch" in request.POST:
        try:
            switch_id = UUID(request.POST["switch"])
        except ValueError:
            raise NotUnderstood from None
        ask_resume(switch_id=switch_id, reason=reason, by=visitor.actor, now=visitor.now)
        return
    offered = _stoppable(SWITCHES["en"])
    what = chosen(request, "what", tuple((value, text) for value, (text, _) in offered.items()))
    kind, _, target = what.partition(":")
    name = offered[what][1]
    ask_stop(kind=SwitchKind(kind), target=target, name=name, reason=reason, by=visitor.actor, now=visitor.now)


def _stoppable(words: Words) -> dict[str, tuple[str, str]]:
    """Return by what a form says how it reads on the page, and how the switch is named whoever reads it."""
    found = {str(kind): (words.kinds[kind], str(kind)) for kind in WITHOUT_TARGET}
    for means in Kind:
        found[f"{SwitchKind.INSTRUMENT_KIND}:{means}"] = (
            _text(words, "instrument_kind", words.means[means]),
            str(means),
        )
    for identifier, name in ProviderAccount.objects.order_by("name").values_list("id", "name"):
        found[f"{SwitchKind.PROVIDER}:{identifier}"] = (_text(words, "provider", name), name)
    for identifier, name in Merchant.objects.order_by("legal_name").values_list("id", "legal_name")[:MOST_MERCHANTS]:
        found[f"{SwitchKind.MERCHANT}:{identifier}"] = (_text(words, "merchant", name), name)
    return found


def _text(words: Words, kind: str, name: str) -> str:
    return f"{words.kinds[kind]}: {name}"


def _called(words: Words, kind: str, name: str) -> str:
    """Return how people call what is stopped."""
    if kind in WITHOUT_TARGET:
        return words.kinds[kind]
    return _text(words, kind, words.means.get(name, name) if kind == SwitchKind.INSTRUMENT_KIND else name)


def _row(switch: Switch, words: Words, names: dict[str, str]) -> dict[str, object]:
    people = [names.get(actor, actor) for actor in (switch.asked_by, switch.confirmed_by)]
    return {"switch": switch, "what": _called(words, switch.kind, switch.name), "people": people}


def _asked(approval: Approval, words: Words) -> dict[str, object]:
    what = _called(words, approval.asked["what"], approval.asked["name"])
    return {"approval": approval, "what": what, "is_stop": approval.action == STOP_ACTION}
