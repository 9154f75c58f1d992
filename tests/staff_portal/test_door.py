"""The way in: both factors in order, nothing past them, and cookies that are good for nothing else."""

from base64 import b32decode
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from apps.kernel.masking import Secret
from apps.operators.models import Operator, Session
from apps.operators.operations import create_operator, switch_operator, verify_second_factor
from apps.operators.roles import Role
from apps.rest.throttle import Draw, draw
from apps.staff_portal.gate import looks_like_card
from apps.staff_portal.views.signing_in import FORMS
from tests.operators.staff import ADMINISTRATOR, PASSWORD, Person, make_operator
from tests.staff_portal.desk import Desk, sit_down


@pytest.fixture
def anna() -> Person:
    return make_operator(now=timezone.now())


def types_password(desk: Desk, email: str, password: str = PASSWORD, query: str = "") -> Desk:
    return desk.open(f"/staff/login{query}").send("email", email, password=password)


def signs_in(desk: Desk, person: Person, query: str = "") -> Desk:
    types_password(desk, person.operator.email, query=query)
    desk.open(desk.location)
    return desk.send("code", person.code(now=timezone.now()))


def test_password_then_code_then_the_page_that_was_wanted(anna: Person) -> None:
    desk = Desk().open("/staff/cases")
    assert desk.location == "/staff/login?next=%2Fstaff%2Fcases"

    signs_in(desk, anna, "?next=%2Fstaff%2Fcases")

    assert (desk.status, desk.location) == (303, "/staff/cases")
    assert desk.open("/staff/cases").status == 200


def test_the_cookie_changes_at_each_step_and_is_for_the_portal_alone(anna: Person) -> None:
    desk = Desk()
    types_password(desk, anna.operator.email)
    before = desk.client.cookies["staff_session"].value
    desk.open(desk.location).send("code", anna.code(now=timezone.now()))
    cookie = desk.client.cookies["staff_session"]

    assert cookie.value != before
    assert (cookie["path"], cookie["httponly"], cookie["secure"], cookie["samesite"]) == ("/staff/", True, True, "Lax")
    desk.client.cookies["staff_session"] = before
    assert desk.open("/staff/").location == "/staff/login"


def test_the_password_alone_shows_no_page(anna: Person) -> None:
    desk = types_password(Desk(), anna.operator.email)

    for path in ("/staff/", "/staff/cases", "/staff/search?q=x", "/staff/preferences"):
        assert desk.open(path).status == 303
        assert desk.location.startswith("/staff/login/code")
    assert desk.open("/staff/login/setup").location == "/staff/login/code"


def test_a_newcomer_takes_his_invitation_and_sets_up_the_second_factor() -> None:
    invited = create_operator(
        email="ben@shop.example", name="Ben", role="finance", language="en", by=ADMINISTRATOR, now=timezone.now()
    )
    desk = Desk().open("/staff/login/invitation").send("code", invited.code.reveal(), password=PASSWORD)
    assert desk.location == "/staff/login?notice=password_chosen"
    again = Desk().open("/staff/login/invitation").send("code", invited.code.reveal(), password=PASSWORD)
    assert again.status == 400

    types_password(desk, "ben@shop.example")
    assert desk.location == "/staff/login/setup"
    assert desk.open("/staff/").location == "/staff/login/code"
    desk.open("/staff/login/setup")
    assert "<svg" in desk.text
    key = desk.text.partition('id="key">')[2].partition("<")[0]
    desk.send("code", Person(invited.operator, Secret(b32decode(key))).code(now=timezone.now()))

    assert desk.text.count('<li class="figures">') == 10
    assert desk.open("/staff/").status == 200


def test_known_unknown_and_locked_are_answered_alike(anna: Person) -> None:
    def answer(email: str, password: str) -> str:
        desk = types_password(Desk(), email, password)
        assert desk.status == 422
        return desk.text.partition("<main")[2].partition('value="')[0]

    answers = {answer(anna.operator.email, "wrong wrong wrong"), answer("nobody@shop.example", "wrong wrong wrong")}
    Operator.objects.filter(id=anna.operator.id).update(locked_until=timezone.now() + timedelta(minutes=1))
    answers.add(answer(anna.operator.email, PASSWORD))

    assert len(answers) == 1


def test_an_address_that_guesses_all_over_is_told_to_wait() -> None:
    draw(Draw("staff-login:127.0.0.1", FORMS, tokens=FORMS.at_once))

    desk = types_password(Desk(), "nobody@shop.example", "x")

    assert desk.status == 429
    assert int(desk.page.headers["Retry-After"]) >= 1


def test_signing_out_ends_the_session_on_the_server(anna: Person) -> None:
    desk = signs_in(Desk(), anna)
    token = desk.client.cookies["staff_session"].value
    action, hidden = desk.open("/staff/").fields("csrfmiddlewaretoken")

    desk.send_fields(action, hidden)

    assert desk.location == "/staff/login?notice=signed_out"
    desk.client.cookies["staff_session"] = token
    assert desk.open("/staff/").location == "/staff/login"


def test_a_disabled_operators_next_request_is_refused() -> None:
    desk = sit_down(Role.SUPPORT)
    assert desk.open("/staff/").status == 200

    switch_operator(operator_id=desk.who.id, is_active=False, by=ADMINISTRATOR, now=timezone.now())

    assert desk.open("/staff/").location == "/staff/login"


@pytest.mark.parametrize(
    "change", [{"used_at": timedelta(minutes=-15)}, {"expires_at": timedelta(0)}], ids=["idle", "absolute"]
)
def test_an_old_session_has_to_sign_in_again(change: dict[str, timedelta]) -> None:
    desk = sit_down(Role.SUPPORT)
    moments = {name: timezone.now() + offset for name, offset in change.items()}
    Session.objects.filter(operator=desk.who).update(**moments)

    assert desk.open("/staff/").location == "/staff/login"


def test_a_queue_that_refreshes_itself_keeps_nobody_signed_in() -> None:
    desk = sit_down(Role.SUPPORT)
    before = timezone.now() - timedelta(minutes=14)
    Session.objects.filter(operator=desk.who).update(used_at=before)

    assert desk.open("/staff/", **{"Staff-Refresh": "1"}).status == 200
    assert Session.objects.get(operator=desk.who).used_at == before
    desk.open("/staff/")
    assert Session.objects.get(operator=desk.who).used_at > before


def test_the_address_without_its_last_slash_leads_on() -> None:
    assert Desk().open("/staff").location == "/staff/"


def test_forms_of_nobody_or_of_somebody_else_do_nothing() -> None:
    desk, other = sit_down(Role.SUPPORT), sit_down(Role.SUPPORT)
    fields = desk.open("/staff/preferences").fields("language")[1] | {"language": "en", "theme": "", "keys": "on"}
    foreign = other.open("/staff/preferences").fields("language")[1]["csrfmiddlewaretoken"]

    for token in ("", "x" * 64, foreign):
        assert desk.send_fields("/staff/preferences", fields | {"csrfmiddlewaretoken": token}).status == 403
    assert desk.send_fields("/staff/preferences", fields).status == 303


def test_over_tls_a_form_says_where_it_came_from() -> None:
    desk = sit_down(Role.SUPPORT)
    fields = desk.open("/staff/preferences").fields("language")[1] | {"language": "en", "theme": "", "keys": "on"}
    body = {**fields}

    without = desk.client.post("/staff/preferences", body, secure=True)
    foreign = desk.client.post("/staff/preferences", body, secure=True, headers={"origin": "https://evil.example"})

    assert (without.status_code, foreign.status_code) == (403, 403)


@pytest.mark.parametrize(
    "wanted",
    ["//evil.example", "https:evil.example", "\\evil", "/\\evil", "javascript:alert(1)", "/wallet/", "/staff/../x"],
)
def test_nobody_is_sent_away_from_the_portal(anna: Person, wanted: str) -> None:
    desk = Desk()
    types_password(desk, anna.operator.email)
    action, hidden = desk.open("/staff/login/code").fields("code")

    desk.send_fields(action, hidden | {"code": anna.code(now=timezone.now()), "next": wanted})

    assert desk.location == "/staff/"


def test_the_portals_cookie_opens_no_other_door_and_none_of_theirs_opens_it() -> None:
    desk = sit_down(Role.ADMINISTRATOR)
    token = desk.client.cookies["staff_session"].value

    assert desk.client.get("/api/wallet/v1/me", headers={"authorization": f"Bearer {token}"}).status_code in (401, 404)
    stranger = Desk()
    stranger.client.cookies["sessionid"] = token
    assert stranger.open("/staff/").location == "/staff/login"


def test_a_field_that_is_there_twice_is_not_understood() -> None:
    desk = sit_down(Role.ADMINISTRATOR)

    assert desk.open("/staff/audit?subject=a&subject=b").status == 400
    assert desk.open("/staff/search?q=%00").status == 400


def test_nobody_makes_himself_an_administrator() -> None:
    desk = sit_down(Role.SUPPORT)
    desk.open("/staff/preferences").send(
        "language",
        "de",
        theme="dark",
        keys="off",
        role="administrator",
        is_active="",
        is_staff="1",
        email="x@y.example",
    )

    operator = Operator.objects.get(id=desk.who.id)
    assert (operator.role, operator.language, operator.email) == ("support", "de", desk.who.email)
    page = desk.open("/staff/").text
    assert '<html lang="de" data-theme="dark">' in page
    assert "keys.js" not in page


def test_what_is_dangerous_asks_for_a_fresh_code() -> None:
    person = make_operator(now=timezone.now(), role=Role.FRAUD_ANALYST)
    desk = signs_in(Desk(), person)
    Session.objects.filter(operator=person.operator).update(fresh_until=timezone.now())
    path = "/staff/devices/dev_01m84j1fzxe4n81z9c3erjb02x"
    token = desk.open("/staff/preferences").fields("language")[1]["csrfmiddlewaretoken"]

    desk.send_fields(path, {"csrfmiddlewaretoken": token, "decision": "revoke"})

    assert (desk.status, desk.location) == (
        303,
        "/staff/confirm?next=%2Fstaff%2Fdevices%2Fdev_01m84j1fzxe4n81z9c3erjb02x",
    )
    desk.open(desk.location).send("code", person.backup_codes[0])
    assert desk.location == path


@pytest.mark.parametrize(
    ("text", "is_card"),
    [
        ("4111 1111 1111 1111", True),
        ("x4111-1111-1111-1111y", True),
        ("since 2024 4111111111111111", True),
        ("4111 1111 1111 1112", False),
        ("R-4711", False),
    ],
)
def test_a_card_number_is_known_when_seen(text: str, is_card: bool) -> None:
    assert looks_like_card(text) is is_card


def test_sessions_elsewhere_are_listed_and_ended(anna: Person, now: datetime) -> None:
    here, there = signs_in(Desk(), anna), anna
    elsewhere = there.types_password(now=timezone.now())
    assert elsewhere is not None
    opened = verify_second_factor(session=elsewhere.session, code=anna.backup_codes[0], now=timezone.now())
    assert opened is not None

    here.open("/staff/preferences").send("session", str(opened.session.id))

    assert here.status == 303
    assert Session.objects.get(id=opened.session.id).ended_at is not None
    assert here.open("/staff/").status == 200
