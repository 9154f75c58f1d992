import re
from pathlib import Path

from django.apps import apps
from django.core.management import call_command

ROOT = Path(__file__).parents[2]


def test_the_drawing_shows_every_app() -> None:
    drawing = (ROOT / "apps" / "README.md").read_text(encoding="utf-8")

    rooms = {folder.name for folder in (ROOT / "apps").iterdir() if (folder / "__init__.py").exists()}
    assert rooms == set(re.findall(r"^\| `(\w+)`", drawing, re.MULTILINE))


def test_every_app_says_what_it_is_for() -> None:
    for folder in (ROOT / "apps").iterdir():
        if (folder / "__init__.py").exists():
            assert (folder / "__init__.py").read_text(encoding="utf-8").startswith('"""'), folder.name


def test_no_drawer_without_a_name_of_its_own() -> None:
    drawers = {"utils", "helpers", "common", "misc", "signals"}

    assert not [path for path in (ROOT / "apps").rglob("*") if path.stem in drawers]


def test_a_foreign_key_into_another_app_makes_no_way_back() -> None:
    ways_back = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if model.__module__.startswith("apps.")
        for field in model._meta.get_fields()
        if field.many_to_one
        and field.concrete
        and field.related_model._meta.app_label != model._meta.app_label
        and field.remote_field.related_name != "+"
    ]

    assert ways_back == []


def test_models_and_migrations_agree(db: None) -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)
