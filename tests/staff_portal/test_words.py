"""The portal speaks German, French, Italian and English, on every page and in every list to choose from."""

import importlib
import pkgutil

import pytest

from apps.operators.models import Language
from apps.operators.roles import Role
from apps.staff_portal import words
from apps.staff_portal.words.menu import MENU_WORDS
from tests.staff_portal.desk import sit_down

LANGUAGES = {"de", "fr", "it", "en"}
TABLES = {
    f"{module.name}.{name}": value
    for module in pkgutil.iter_modules(words.__path__)
    for name, value in vars(importlib.import_module(f"{words.__name__}.{module.name}")).items()
    if isinstance(value, dict) and "de" in value
}


@pytest.mark.parametrize("table", sorted(TABLES))
def test_whatever_has_words_has_them_in_all_languages(table: str) -> None:
    assert set(TABLES[table]) == LANGUAGES


def test_the_menu_has_four_words_for_everything() -> None:
    assert all(all(four) and len(four) == len(LANGUAGES) for four in MENU_WORDS.values())


@pytest.mark.parametrize(
    ("language", "heading"),
    [("de", "Übersicht"), ("fr", "Aperçu"), ("it", "Panoramica"), ("en", "Home")],
)
def test_an_operator_is_spoken_to_in_the_language_of_his_choice(language: str, heading: str) -> None:
    desk = sit_down(Role.ADMINISTRATOR, language="de")

    desk.open("/staff/preferences").send("language", language, theme="", keys="on")

    assert f"<h1>{heading}</h1>" in desk.open("/staff/").text
    assert f'<html lang="{language}"' in desk.text
    offered = desk.open("/staff/preferences").text
    assert all(f'<option value="{each}" lang="{each}"' in offered for each in Language.values)
