"""The page that teaches how to write a pack teaches one that works."""

from datetime import date

from infra.packs import CONCERNS, check, compile_into
from shared.packs import Pack

TODAY = date(2026, 11, 21)


def test_the_worked_example_has_every_file_of_a_pack(library):
    assert {path.stem for path in library.iterdir()} == {"pack", "ledger", "knowledge", "care", *CONCERNS}


def test_nothing_is_wrong_with_the_worked_example(library):
    whole, problems = check(library, TODAY)
    assert (problems, whole is not None) == ([], True)


def test_the_worked_example_compiles(library, tmp_path):
    written = compile_into(tmp_path / "compiled", library.parent)
    assert [path.name for path in written] == [
        "library.json",
        "library.complaints.json",
        "library.questionnaire.json",
        "library.phrases.json",
        "library.knowledge.json",
        "library.care.json",
    ]
    assert Pack.model_validate_json(written[0].read_bytes()).title.en == "Library service desk"
