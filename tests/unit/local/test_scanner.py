"""The stand-in for GuardDuty: what it looks at, and what it says."""

import json

import pytest

from infra.local import scanner


def test_it_looks_at_what_is_laid_into_quarantine():
    scope = {"method": "PUT", "path": "/files/quarantine/K7M29QXD4T8V/a%2Db.jpg", "headers": []}
    assert scanner.place(scope) == ("files", "quarantine/K7M29QXD4T8V/a-b.jpg")


@pytest.mark.parametrize(
    "changed",
    [
        {"method": "GET"},
        {"path": "/files/clean/a.jpg"},
        {"path": "/quarantine/a.jpg"},
        {"headers": [(b"x-amz-copy-source", b"files/quarantine/a.jpg")]},
    ],
)
def test_it_looks_at_nothing_else(changed):
    scope = {"method": "PUT", "path": "/files/quarantine/a.jpg", "headers": [], **changed}
    assert scanner.place(scope) is None


def test_it_knows_the_test_file_of_eicar_and_nothing_more():
    told = {scanner.found(content): content for content in (b"%PDF-1.7", b"%PDF-1.7 " + scanner.EICAR)}
    assert told.keys() == {"NO_THREATS_FOUND", "THREATS_FOUND"}
    entry = scanner.entry("files", "quarantine/a.pdf", told["THREATS_FOUND"])
    assert json.loads(entry["Detail"])["s3ObjectDetails"]["objectKey"] == "quarantine/a.pdf"
    assert entry["Source"] == "aws.guardduty"
