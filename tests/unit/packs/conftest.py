import re
import shutil
from pathlib import Path

import pytest

from infra.packs import PACKS

PAGE = PACKS.parent / "docs" / "packs.md"
FILE = re.compile(r"```yaml\n# packs/library/(\w+\.yaml)\n(.*?)```", re.DOTALL)


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """The worked example of docs/packs.md, as its reader would have it."""
    folder = tmp_path / "library"
    folder.mkdir()
    for name, text in FILE.findall(PAGE.read_text(encoding="utf-8")):
        (folder / name).write_text(text, encoding="utf-8")
    shutil.copy(PACKS / "police" / "urgent.yaml", folder)
    return folder
