"""The page, its worker and its manifest: what they are allowed, what they list, and when they change."""

import base64
import hashlib
import json
import re
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.contrib.staticfiles import finders
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from apps.kernel.actors import Actor
from apps.keys.models import Purpose, SigningKey
from apps.keys.operations import create_signing_key
from apps.wallet_pwa.files import OWN, PACKAGES, SHARED, current_edition, forget_edition

pytestmark = pytest.mark.django_db(transaction=True)
STATIC = Path(django_settings.BASE_DIR) / "static"


@pytest.fixture(autouse=True)
def edition() -> None:
    forget_edition()


@pytest.fixture
def root() -> SigningKey:
    return create_signing_key(purpose=Purpose.REALM_ROOT, now=timezone.now(), by=Actor("system", "tests"))


def test_the_page_says_whom_to_believe_and_where_to_speak(client: Client, root: SigningKey, settings: Settings) -> None:
    settings.WALLET_SOCKET_URL = "wss://pay.example/ws/wallet/"

    page = client.get("/wallet/").content.decode()

    metas = dict(re.findall(r'<meta name="wallet-([a-z-]+)" content="([^"]*)">', page))
    assert metas["api"] == "/api/wallet/v1"
    assert metas["socket"] == "wss://pay.example/ws/wallet/"
    assert metas["realm"] == settings.REALM_ID
    assert base64.urlsafe_b64decode(metas["root-key"] + "==") == bytes(root.public_key)


def test_only_our_own_files_run_and_nothing_inline_but_the_import_map(client: Client, root: SigningKey) -> None:
    response = client.get("/wallet/")

    rules = _rules(response.headers["Content-Security-Policy"])
    [inline] = re.findall(r'<script type="importmap">(.*?)</script>', response.content.decode(), re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == rules["frame-ancestors"] == "'none'"
    assert rules["script-src"] == f"'self' 'sha256-{digest}'"
    assert rules["style-src"] == "'self'"
    assert rules["require-trusted-types-for"] == "'script'"
    assert "unsafe" not in response.headers["Content-Security-Policy"]
    assert re.findall(r"<style|\sstyle=|\son[a-z]+=", response.content.decode()) == []
    assert response.content.decode().count("<script") == 2


def test_the_page_speaks_to_its_own_server_and_socket_only(
    client: Client, root: SigningKey, settings: Settings
) -> None:
    settings.WALLET_SOCKET_URL = "wss://sockets.pay.example/ws/wallet/"

    rules = _rules(client.get("/wallet/").headers["Content-Security-Policy"])

    assert rules["connect-src"] == "'self' wss://sockets.pay.example"


def test_without_a_socket_address_the_page_uses_its_own(client: Client, root: SigningKey, settings: Settings) -> None:
    settings.WALLET_SOCKET_URL = ""

    insecure = client.get("/wallet/", headers={"host": "localhost:8000"}).content.decode()
    secure = client.get("/wallet/", headers={"host": "localhost"}, secure=True).content.decode()

    assert 'content="ws://localhost:8000/ws/wallet/"' in insecure
    assert 'content="wss://localhost/ws/wallet/"' in secure


@pytest.mark.parametrize("path", ["/wallet/", "/wallet/linked", "/wallet/sw.js", "/wallet/manifest.webmanifest"])
def test_every_answer_is_shut_off_from_others(client: Client, root: SigningKey, path: str) -> None:
    headers = client.get(path).headers

    assert headers["Cross-Origin-Opener-Policy"] == headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert {"microphone=()", "geolocation=()", "payment=()"} <= set(headers["Permissions-Policy"].split(", "))
    assert headers["Cache-Control"] == "no-cache"
    assert "Set-Cookie" not in headers


def test_the_worker_keeps_every_file_of_the_wallet_and_no_other(client: Client, root: SigningKey) -> None:
    listed = _worker_list(client)

    own = {path.relative_to(STATIC).as_posix() for path in (STATIC / OWN).rglob("*") if path.is_file()}
    expected = own | set(SHARED) | set(PACKAGES.values())
    assert {address.removeprefix("/static/").partition("?")[0] for address, _ in listed["files"]} == expected
    for address, integrity in listed["files"]:
        name = address.removeprefix("/static/").partition("?")[0]
        if name in own:
            digest = base64.b64encode(hashlib.sha384((STATIC / name).read_bytes()).digest()).decode()
            assert integrity == f"sha384-{digest}"


def test_page_worker_and_import_map_speak_of_the_same_files(client: Client, root: SigningKey) -> None:
    page, listed = client.get("/wallet/"), _worker_list(client)

    [inline] = re.findall(r'<script type="importmap">(.*?)</script>', page.content.decode(), re.DOTALL)
    import_map = json.loads(inline)
    addresses = {address for address, _ in listed["files"]}
    assert set(import_map["imports"].values()) == addresses
    assert import_map["imports"]["hpke"] == import_map["imports"]["/static/hpke/index.js"]
    assert dict(listed["files"]).items() >= import_map["integrity"].items()
    assert listed["version"] == page.headers["Wallet-Version"]


def test_a_changed_file_or_address_makes_another_version(
    client: Client, root: SigningKey, settings: Settings, tmp_path: Path
) -> None:
    versions = [client.get("/wallet/").headers["Wallet-Version"]]
    settings.WALLET_SOCKET_URL = "wss://elsewhere.example/ws/wallet/"
    versions.append(client.get("/wallet/").headers["Wallet-Version"])

    _collect(tmp_path)
    settings.STATIC_ROOT = str(tmp_path)
    forget_edition()
    versions.append(client.get("/wallet/").headers["Wallet-Version"])
    (tmp_path / OWN / "js" / "wallet.js").write_text("export const changed = true;")
    forget_edition()
    versions.append(client.get("/wallet/").headers["Wallet-Version"])
    client.get("/wallet/")

    assert versions[1] == versions[2], "collected files are the same files"
    assert len(set(versions)) == 3
    assert client.get("/wallet/").headers["Wallet-Version"] == versions[3]


def test_a_process_reads_the_files_once_outside_a_demo(root: SigningKey, settings: Settings) -> None:
    settings.DEMO = settings.DEBUG = False
    first = current_edition()

    assert current_edition() is first

    settings.DEMO = True
    assert current_edition() == first
    assert current_edition() is not first


def test_without_its_packages_it_says_what_is_missing(
    client: Client, root: SigningKey, settings: Settings, tmp_path: Path
) -> None:
    settings.STATICFILES_DIRS = [STATIC]
    settings.STATIC_ROOT = None
    finders.get_finder.cache_clear()
    forget_edition()
    try:
        response = client.get("/wallet/")
    finally:
        finders.get_finder.cache_clear()

    assert response.status_code == 503
    assert "npm ci" in response.content.decode()


def test_without_a_root_key_it_is_not_ready(client: Client) -> None:
    response = client.get("/wallet/")

    assert response.status_code == 503
    assert response.headers["Cache-Control"] == "no-store"


def test_it_can_be_installed(client: Client, root: SigningKey, settings: Settings) -> None:
    settings.WALLET_NAME = "Bergfrisch Pay"

    manifest = client.get("/wallet/manifest.webmanifest").json()

    assert (manifest["name"], manifest["display"], manifest["start_url"]) == (
        "Bergfrisch Pay",
        "standalone",
        "/wallet/",
    )
    assert {icon["purpose"] for icon in manifest["icons"]} == {"any", "maskable"}


def test_it_only_answers_questions(client: Client, root: SigningKey) -> None:
    assert client.post("/wallet/").status_code == 405


def _rules(policy: str) -> dict[str, str]:
    return dict(rule.split(" ", 1) for rule in policy.split("; "))


# Any: JSON.
def _worker_list(client: Client) -> dict[str, list]:
    source = client.get("/wallet/sw.js").content.decode()
    found = re.match(r"const EDITION = (\{.*\});\n", source)
    assert found is not None
    listed: dict[str, list] = json.loads(found[1])
    return listed


def _collect(directory: Path) -> None:
    for file in current_edition().files.values():
        target = directory / file.name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(_source(file.name).read_bytes())


def _source(name: str) -> Path:
    modules = Path(django_settings.BASE_DIR) / "node_modules"
    places = {"hpke/index.js": modules / "hpke/index.js", "uqr/index.mjs": modules / "uqr/dist/index.mjs"}
    return places.get(name, STATIC / name)
