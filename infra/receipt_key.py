"""The key that a provider signs its receipts with: `python -m infra.receipt_key PROVIDER`, as the desk's owner.

`AHD_DESK_KEY` names the secret of notify (its output in CloudFormation); nothing is stored.
"""

import sys
from argparse import ArgumentParser

from services.notify.webhook import key_of


def main() -> int:
    parser = ArgumentParser("python -m infra.receipt_key", description="The key that a provider signs receipts with.")
    parser.add_argument("provider", help="its name in the address: /v1/receipts/PROVIDER")
    sys.stdout.write(f"{key_of(parser.parse_args().provider).decode()}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
