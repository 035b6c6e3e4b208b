"""`python -m infra.assets`: build the pages' stylesheets into `build/assets/`."""

import sys

from infra.assets import build

sys.stdout.write(f"pages' assets are in {build()}\n")
