"""What a package needs is read from the code, also what is imported only when it comes to it."""

from infra.reach import borrowed, reached


def test_what_is_imported_late_counts_and_what_only_type_checkers_see_does_not(tmp_path):
    service = tmp_path / "services" / "desk"
    service.mkdir(parents=True)
    (service / "api.py").write_text("import json\nfrom services.desk import later\n")
    (service / "later.py").write_text(
        "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    from boto3.session import Session\n"
        "def read(number):\n    import phonenumbers.util\n"
    )
    assert {file.name for file in reached(tmp_path, ["services.desk.api"])} == {"api.py", "later.py"}
    assert borrowed(tmp_path, ["services.desk.api"]) == {"phonenumbers.util"}
