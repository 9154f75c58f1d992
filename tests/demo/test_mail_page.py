import runpy
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from apps.mail.models import Letter
from apps.mail.operations import send_letter

pytestmark = pytest.mark.django_db
URLS = Path(__file__).parents[2] / "mpayment" / "urls.py"


@pytest.fixture
def demo(settings: Settings, client: Client) -> Client:
    settings.ROOT_URLCONF = "apps.demo.urls"
    return client


def write(to: str = "alice@example.com", subject: str = "Your code", text: str = "1234 5678") -> Letter:
    return send_letter(to=to, language="en", subject=subject, text=text, cause="test", now=timezone.now())


def test_the_mailbox_shows_the_newest_letter_first(demo: Client) -> None:
    write(subject="First letter")
    write(subject="Second letter")

    page = demo.get("/demo/mail").content.decode()

    assert page.index("Second letter") < page.index("First letter")
    assert "1234 5678" in page
    assert "alice@example.com" in page


def test_whatever_is_in_a_letter_is_shown_as_text(demo: Client) -> None:
    write(subject="<b>bold</b>", text="<script>alert(1)</script>")

    page = demo.get("/demo/mail?to=%3Cscript%3E").content.decode() + demo.get("/demo/mail").content.decode()

    assert "<script" not in page
    assert "<b>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_the_page_may_load_nothing_but_its_style_sheet(demo: Client) -> None:
    answer = demo.get("/demo/mail")

    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "style-src 'self'" in policy
    assert "unsafe" not in policy
    assert "<style" not in answer.content.decode()
    assert 'href="/static/css/demo.css"' in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_demo_serves_its_own_style_sheet_and_nothing_outside_of_it(demo: Client) -> None:
    answer = demo.get("/static/css/demo.css")

    assert answer.headers["Content-Type"] == "text/css"
    assert b"light-dark(" in b"".join(answer.streaming_content)
    for path in ("../mpayment/settings.py", "%2e%2e/manage.py", "css/../../manage.py", "css/"):
        assert demo.get(f"/static/{path}").status_code in (400, 404)


def test_a_program_reads_the_letters_of_one_address(demo: Client) -> None:
    write("bob@example.com")
    first = write("alice@example.com", subject="First")
    write("alice@example.com", subject="Second")

    letters = demo.get("/demo/mail.json?to=Alice@example.com").json()

    assert [letter["subject"] for letter in letters] == ["Second", "First"]
    assert set(letters[1]) == {"to", "subject", "text", "at"}
    assert letters[1]["text"] == first.text
    assert len(demo.get("/demo/mail.json").json()) == 3


def test_a_filter_that_no_address_can_match_finds_nothing(demo: Client) -> None:
    write()

    assert demo.get("/demo/mail.json?to=a%00b").json() == []


def test_the_mailbox_is_only_read(demo: Client) -> None:
    assert demo.post("/demo/mail").status_code == 405
    assert demo.delete("/demo/mail.json").status_code == 405


def test_outside_a_demo_there_is_no_such_address(client: Client) -> None:
    for path in ("/demo/mail", "/demo/mail.json", "/static/css/demo.css"):
        assert client.get(path).status_code == 404


@pytest.mark.parametrize("is_demo", [True, False])
def test_the_assembly_has_the_demo_only_in_a_demo(settings: Settings, is_demo: bool) -> None:
    settings.DEMO = is_demo

    patterns = runpy.run_path(str(URLS))["urlpatterns"]

    included = [str(getattr(pattern, "urlconf_name", "")) for pattern in patterns]
    assert any("apps.demo.urls" in name for name in included) is is_demo
