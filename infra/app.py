"""Writes the CloudFormation of the desk to `build/cdk.out`, offline: `python -m infra.app`.

The Lambda runtime is the one that the packages in `build/packages` were built for (`python -m infra.package`).
"""

import argparse
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from aws_cdk import App, Tags
from aws_cdk import aws_lambda as lambda_
from aws_cdk.cx_api import CloudAssembly

from infra.complaints_stack import COMPLAINTS
from infra.desk import Service
from infra.heard import Heard, heard_by
from infra.intake_stack import INTAKE
from infra.notify_stack import NOTIFY
from infra.service_stack import Build, ServiceStack
from infra.shared_stack import SharedStack
from infra.survey_stack import SURVEY
from infra.target import Target

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "build" / "cdk.out"
PACKAGES = ROOT / "build" / "packages"

SERVICES: Sequence[Service] = (INTAKE, COMPLAINTS, NOTIFY, SURVEY)

_ARCHITECTURES = {"x86_64": lambda_.Architecture.X86_64, "arm64": lambda_.Architecture.ARM_64}


def desk(out: Path, packages: Path = PACKAGES, hears: Callable[[str], Heard] = heard_by) -> App:
    """The whole desk as a CDK app, not yet synthesised."""
    target = Target.recorded(packages)
    build = Build(
        runtime=lambda_.Runtime(f"python{target.python}", lambda_.RuntimeFamily.PYTHON),
        architecture=_ARCHITECTURES[target.architecture],
        packages=packages,
    )
    app = App(outdir=str(out), analytics_reporting=False)
    Tags.of(app).add("application", "ahd")
    shared = SharedStack(app, SERVICES)
    for service in SERVICES:
        stack = ServiceStack(app, service, shared=shared, heard=hears(service.name), build=build)
        Tags.of(stack).add("service", service.name)
    return app


def synthesise(out: Path, packages: Path = PACKAGES) -> CloudAssembly:
    return desk(out, packages).synth()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--packages", type=Path, default=PACKAGES)
    arguments = parser.parse_args()
    began = time.monotonic()
    synthesise(arguments.out, arguments.packages)
    print(f"synthesised {1 + len(SERVICES)} stacks in {time.monotonic() - began:.1f} s → {arguments.out}")


if __name__ == "__main__":
    main()
