"""What of others a package holds, as CycloneDX 1.5: whoever deploys it looks a part up when a hole in it is found.

Made of the same lock files that the package is built from, with the hash of every file a part may have come in.
"""

import base64
import json
from pathlib import Path
from typing import Any

_LOCK = Path(__file__).parent / "assets" / "package-lock.json"
_STYLES = "govuk-frontend"
"""Of the npm packages the one whose code reaches readers: its styles are compiled into ours."""


def bill(exported: str, *, pages: bool) -> str:
    """The bill of a package: `exported` is what uv says of its dependency group; `pages` have styles, too."""
    said: dict[str, Any] = json.loads(exported)
    if pages:
        said["components"].append(_styles())
    return json.dumps(said, indent=2, ensure_ascii=False)


def _styles() -> dict[str, Any]:
    locked = json.loads(_LOCK.read_text(encoding="utf-8"))["packages"][f"node_modules/{_STYLES}"]
    algorithm, _, digest = locked["integrity"].partition("-")
    content = base64.b64decode(digest).hex()
    return {
        "type": "library",
        "bom-ref": f"{_STYLES}@{locked['version']}",
        "name": _STYLES,
        "version": locked["version"],
        "purl": f"pkg:npm/{_STYLES}@{locked['version']}",
        "licenses": [{"license": {"id": locked["license"]}}],
        "hashes": [{"alg": algorithm.upper().replace("SHA", "SHA-"), "content": content}],
    }
