"""The packs that come with the desk can be used, are whole in three languages, and are known to editors."""

import json
import re
from datetime import date

import pytest
from jsonschema import Draft202012Validator

from infra.packs import CONCERNS, PACKS, check, compile_into, compiled, folders
from infra.packs.schema import TARGET, schemas
from infra.packs.source import Source
from shared.packs import Pack
from shared.packs.care import Care
from shared.packs.complaints import Complaints
from shared.packs.knowledge import Knowledge
from shared.packs.phrases import Phrases
from shared.packs.questionnaire import Questionnaires

TODAY = date(2026, 11, 21)
NAMES = {"police", "works", "retail", "manufacturing", "motor", "it-desk", "convenience"}
SHIPPED = folders()
SCRIPTS = {"ar": re.compile(r"[\u0600-\u06ff]"), "zh": re.compile(r"[\u4e00-\u9fff]")}
EACH = pytest.mark.parametrize("folder", SHIPPED, ids=lambda folder: folder.name)


@pytest.fixture(scope="module")
def all_compiled(tmp_path_factory):
    target = tmp_path_factory.mktemp("compiled")
    compile_into(target, PACKS)
    return target


def test_seven_organisations_and_a_rehearsal_are_shipped():
    assert {folder.name for folder in SHIPPED} == NAMES | {"drill"}


@EACH
def test_nothing_is_wrong_with_it(folder):
    assert check(folder, TODAY)[1] == []


@EACH
def test_what_is_compiled_says_the_same_as_what_was_written(folder, all_compiled):
    whole = compiled(folder)
    for concern, model, part in (
        ("", Pack, whole.pack),
        (".complaints", Complaints, whole.complaints),
        (".questionnaire", Questionnaires, whole.questionnaires),
        (".phrases", Phrases, whole.phrases),
        (".knowledge", Knowledge, whole.knowledge),
        (".care", Care, whole.care),
    ):
        assert model.model_validate_json((all_compiled / f"{folder.name}{concern}.json").read_bytes()) == part


@EACH
def test_what_every_process_loads_is_small(folder, all_compiled):
    loaded_late = {all_compiled / f"{folder.name}.{part}.json" for part in ("phrases", "knowledge")}
    assert all(
        path.stat().st_size < 60_000 for path in all_compiled.glob(f"{folder.name}*.json") if path not in loaded_late
    )
    assert all(path.stat().st_size < 200_000 for path in loaded_late)


def texts(data, path=()):
    if isinstance(data, dict):
        if {"en", "ar", "zh"} <= data.keys():
            yield path, data
        for key, value in data.items():
            yield from texts(value, (*path, key))
    elif isinstance(data, list):
        for number, value in enumerate(data):
            yield from texts(value, (*path, number))


@EACH
@pytest.mark.parametrize("language", ["ar", "zh"])
def test_every_text_is_in_the_script_of_its_language(folder, language):
    found = [
        (file.name, path, text[language])
        for file in sorted(folder.glob("*.yaml"))
        for path, text in texts(Source.of(file).data)
        if not SCRIPTS[language].search(text[language])
    ]
    assert found == []


@EACH
def test_every_promise_a_customer_sees_is_worded_as_a_promise(folder):
    for step in compiled(folder).complaints.steps:
        assert step.name.en[0].isupper()
        assert not step.name.en.endswith(".")


@pytest.mark.parametrize("name", sorted(schemas()))
def test_the_schema_for_editors_is_current(name):
    assert (TARGET / f"{name}.schema.json").read_text(encoding="utf-8") == schemas()[name], "run `make docs`"


def test_there_is_a_schema_for_every_file_of_a_pack():
    assert set(schemas()) == {"pack", "ledger", "knowledge", "care", *CONCERNS}


@EACH
def test_editors_find_nothing_wrong_with_it(folder):
    for file in sorted(folder.glob("*.yaml")):
        schema = json.loads(schemas()[file.stem])
        Draft202012Validator.check_schema(schema)
        assert [fault.message for fault in Draft202012Validator(schema).iter_errors(Source.of(file).data)] == []


def test_an_editor_sees_an_unknown_key():
    schema = json.loads(schemas()["roles"])
    faults = list(Draft202012Validator(schema).iter_errors({"clerk": {"group": "operator", "nmae": {}}}))
    assert faults
