"""The kit: what every page has, whatever it says."""

import re
from pathlib import Path

import pytest
from jinja2 import ModuleLoader, TemplateNotFound

from infra.assets import build, compile_templates, lay_pages
from shared import pages
from shared.pages import LANGUAGES, Fault, asset, asset_content, render

HOSTILE = "<script>alert(1)</script>\"'><img src=//evil.example/x>{{ 7 * 7 }}"


def plain(language: str = "en", **more: object) -> str:
    return render(
        "kit/plain.html", language, **{"title": "A title", "paragraphs": ["Words"], "here": "/here", **more}
    )


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("ar", "rtl"), ("zh", "ltr")])
def test_a_page_says_its_language_and_direction_and_offers_the_others(language: str, direction: str):
    page = plain(language)
    assert f'<html lang="{language}" dir="{direction}"' in page
    for other, name in LANGUAGES.items():
        assert name in page
        assert (f'href="/here?lang={other}"' in page) == (other != language)


def test_arabic_pages_take_the_mirrored_stylesheet():
    assert asset("ahd-rtl.css").href in plain("ar")
    assert asset("ahd.css").href in plain("en")
    assert asset("ahd.css").href != asset("ahd-rtl.css").href


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_comes_from_outside_is_always_text(language: str):
    page = plain(language, title=HOSTILE, paragraphs=[HOSTILE], here=HOSTILE, ways=[(HOSTILE, HOSTILE)])
    assert "<script" not in page
    assert "<img" not in page
    assert "{{ 7 * 7 }}" in page
    assert page.count("&lt;script&gt;") >= 4


@pytest.mark.parametrize("language", LANGUAGES)
def test_faults_lead_to_their_fields(language: str):
    page = plain(language, faults=[Fault("story", HOSTILE)])
    assert 'href="#story"' in page
    assert "<script" not in page
    assert re.search(r"<title>(Error:|خطأ:|错误：)", page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_asks_no_other_host_for_anything(language: str):
    page = plain(language)
    loaded = re.findall(r'<(?:link|script|img|iframe|form)[^>]*(?:href|src|action)="([^"]+)"', page)
    assert loaded
    assert all(address.startswith("/assets/") for address in loaded)
    left = set(re.findall(r'href="(https?://[^"]+)"', page))
    assert left == {"https://worldweather.wmo.int/"}, "only the way out leads away"


def test_a_stylesheet_asks_no_other_host_for_anything_and_names_no_font_of_others():
    for name in ("ahd.css", "ahd-rtl.css"):
        content = asset_content(asset(name).href.removeprefix("/assets/"))
        assert content is not None
        text = content.decode()
        assert "url(" not in text
        assert "@font-face" not in text
        assert "GDS Transport" not in text


@pytest.mark.parametrize("name", ["ahd.css", "../manifest.json", ".built-from", "manifest.json", "..%2fahd.css", ""])
def test_only_built_files_are_served(name: str):
    assert asset_content(name) is None


def test_compiled_templates_give_the_same_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from_sources = plain("ar", faults=[Fault("x", "y")])
    compile_templates(tmp_path / "compiled", ("intake", "survey"))
    monkeypatch.setattr(pages, "_COMPILED", tmp_path / "compiled")
    pages._environment.cache_clear()
    try:
        assert "ModuleLoader" in str(pages._environment().loader)
        assert plain("ar", faults=[Fault("x", "y")]) == from_sources
    finally:
        monkeypatch.undo()
        pages._environment.cache_clear()


def test_a_package_holds_the_compiled_pages_of_its_own_service_and_the_assets(tmp_path: Path):
    lay_pages(tmp_path, "survey")
    assert (tmp_path / "assets" / "manifest.json").is_file()
    environment = pages._environment_with(ModuleLoader(tmp_path / "compiled_pages"))
    assert environment.get_template("survey/answer.html")
    with pytest.raises(TemplateNotFound):
        environment.get_template("intake/home.html")


def test_building_again_does_nothing_when_nothing_changed():
    folder = build()
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert build() == folder
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == before
