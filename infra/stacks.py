"""The desk as a CDK app: the shared stack, and one stack per service."""

from collections.abc import Callable
from pathlib import Path

from aws_cdk import App, Tags
from aws_cdk import aws_lambda as lambda_

from infra.heard import Heard, heard_by
from infra.service_stack import Build, ServiceStack
from infra.services import SERVICES
from infra.shared_stack import SharedStack
from infra.target import Target

_ARCHITECTURES = {"x86_64": lambda_.Architecture.X86_64, "arm64": lambda_.Architecture.ARM_64}


def desk(out: Path, packages: Path, hears: Callable[[str], Heard] = heard_by) -> App:
    """Build the whole app, ready to be synthesised into `out`, for what `packages` were built for."""
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
