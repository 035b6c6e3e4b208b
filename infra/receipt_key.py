"""The key that a provider signs its receipts with: `python -m infra.receipt_key PROVIDER`, as the desk's owner.

`AHD_DESK_KEY` names the secret of notify (its output in CloudFormation); nothing is stored.
"""

import sys

from services.notify.webhook import key_of


def main() -> int:
    if len(sys.argv) != 2:  # noqa: PLR2004
        sys.stderr.write("Say whose: python -m infra.receipt_key PROVIDER\n")
        return 2
    sys.stdout.write(f"{key_of(sys.argv[1]).decode()}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
