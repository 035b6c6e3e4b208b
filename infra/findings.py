"""What cdk-nag says about the desk and is let stand, each with its reason. Anything else ends `make synth`."""

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from aws_cdk import Acknowledgment, App, Validations
from cdk_nag import AwsSolutionsChecks, ServerlessChecks


@dataclass(frozen=True)
class Acknowledged:
    """A finding of `rule` on the constructs whose path matches `where`, and why it stands."""

    rule: str
    where: str
    reason: str

    @property
    def id(self) -> str:
        pack = "AwsSolutions" if self.rule.startswith("AwsSolutions-") else "Serverless"
        return f"{pack}::{self.rule}"


_CITIZENS = (
    "Citizens have no account. What they may see they open with an unguessable secret that the function checks in "
    "constant time; reporting and complaining are open to everybody by purpose and are throttled."
)
_WRITES_QUARANTINE = (
    "It may write below quarantine/ and nowhere else; every file has a name of its own that nobody can guess."
)
_REMOVES_FILES = "It deletes the files of a case that was erased, each by its name."
_SAME_RUNTIME = (
    "The runtime is the Python that wrote the package's bytecode: with another one, every cold start compiles "
    "again. `make deploy` builds for Python 3.13 on arm64."
)
_DEAD = "It is itself where dead letters go. It keeps them for 14 days and one message in it raises an alarm."

ACKNOWLEDGED: Sequence[Acknowledged] = (
    Acknowledged("AwsSolutions-APIG4", "AhdComplaints/api-routes/*", _CITIZENS),
    Acknowledged("AwsSolutions-APIG4", "AhdComplaints/web-routes/*", _CITIZENS),
    Acknowledged("AwsSolutions-APIG4", "AhdIntake/api-routes/*", _CITIZENS),
    Acknowledged("AwsSolutions-APIG4", "AhdIntake/web-routes/*", _CITIZENS),
    Acknowledged("AwsSolutions-APIG4", "AhdIntake/uploads-routes/*", _CITIZENS),
    Acknowledged(
        "AwsSolutions-APIG4",
        "AhdIntake/open311-routes/*",
        "Open311 is read by everybody; whoever writes sends an api_key, which the function checks in constant time.",
    ),
    *(
        Acknowledged("AwsSolutions-IAM5[Resource::<files6F97A25D.Arn>/quarantine/*]", f"AhdIntake/{who}", why)
        for who, why in (
            ("open311/role/Resource", _WRITES_QUARANTINE),
            ("uploads/role/Resource", _WRITES_QUARANTINE),
            (
                "scans/role/Resource",
                "It moves what a scanner found clean out of quarantine; each file is named by itself.",
            ),
            ("reactions/role/Resource", _REMOVES_FILES),
            ("scanning/role", "The scanner reads whatever lies in quarantine, and nothing else."),
        )
    ),
    *(
        Acknowledged(
            "AwsSolutions-IAM5[Resource::<files6F97A25D.Arn>/clean/*]", f"AhdIntake/{who}/role/Resource", why
        )
        for who, why in (
            ("reactions", _REMOVES_FILES),
            ("scans", "What was found clean goes below clean/; every file has a name of its own."),
            (
                "downloads",
                "It hands out any clean file of any case; which, to whom and that it did is decided per case.",
            ),
        )
    ),
    Acknowledged(
        "AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:events:<AWS::Region>:<AWS::AccountId>:"
        "rule/DO-NOT-DELETE-AmazonGuardDutyMalwareProtectionS3*]",
        "AhdIntake/scanning/role",
        "GuardDuty names the rule that tells it of new files; a condition lets it manage only rules of its own.",
    ),
    Acknowledged(
        "AwsSolutions-S1",
        "AhdIntake/files/Resource",
        "Nobody reads over the web but by an address that is good for a minute; the case has a line for each file "
        "that came and for each that was fetched, with who did.",
    ),
    Acknowledged(
        "AwsSolutions-APIG4",
        "AhdNotify/webhook-routes/*",
        "Providers have no account. What they tell counts only with their signature, which the function checks.",
    ),
    Acknowledged("AwsSolutions-APIG4", "AhdNotify/api-routes/*", _CITIZENS),
    Acknowledged("AwsSolutions-APIG4", "AhdNotify/web-routes/*", _CITIZENS),
    Acknowledged("AwsSolutions-APIG4", "AhdNotify/subscribe-routes/*", _CITIZENS),
    Acknowledged("AwsSolutions-APIG4", "AhdNotify/subscriptions-routes/*", _CITIZENS),
    Acknowledged("AwsSolutions-APIG4", "AhdSurvey/api-routes/*", _CITIZENS),
    Acknowledged("AwsSolutions-APIG4", "AhdSurvey/web-routes/*", _CITIZENS),
    Acknowledged(
        "AwsSolutions-COG8",
        "AhdShared/staff/Resource",
        "Staff are created by an administrator and need a second factor; what the Plus tier adds (compromised "
        "credentials, adaptive sign-in) is priced by user and is the owner's choice.",
    ),
    Acknowledged(
        "AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:ses:<AWS::Region>:<AWS::AccountId>:identity/*]",
        "AhdNotify/*/role/Resource",
        "Whether the sender's address or its whole domain is verified in SES is not known at build. The condition on "
        "ses:FromAddress allows the desk's two senders only.",
    ),
    *(
        Acknowledged(
            f"AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:sms-voice:<AWS::Region>:<AWS::AccountId>:{kind}/*]",
            "AhdNotify/*/role/Resource",
            "Which of the owner's numbers, pools or sender ids a text goes out from is not known at build.",
        )
        for kind in ("phone-number", "pool", "sender-id")
    ),
    Acknowledged("AwsSolutions-L1", "Ahd*/function/Resource", _SAME_RUNTIME),
    Acknowledged("Serverless-LambdaLatestVersion", "Ahd*/function/Resource", _SAME_RUNTIME),
    Acknowledged(
        "AwsSolutions-SMG4",
        "Ahd*/desk-key",
        "Tracking secrets and personal data are recognised and encrypted by keys derived from it: rotation means "
        "encrypting again, not replacing (docs/operations.md, 'Keys and secrets').",
    ),
    Acknowledged("AwsSolutions-SQS3", "Ahd*/stream-dead/Resource", _DEAD),
    Acknowledged("AwsSolutions-SQS3", "Ahd*/undelivered/Resource", _DEAD),
    Acknowledged("Serverless-SQSRedrivePolicy", "Ahd*/undelivered/Resource", _DEAD),
    Acknowledged("Serverless-SQSRedrivePolicy", "Ahd*-dead/Resource", _DEAD),
    Acknowledged(
        "Serverless-LambdaDLQ",
        "Ahd*/function/Resource",
        "Nothing calls these functions asynchronously: HTTP API waits for the answer, and queues and the stream have "
        "dead letters of their own. A function's own would stay empty for ever.",
    ),
    Acknowledged(
        "Serverless-LambdaEventSourceMappingDestination",
        "Ahd*/takes-*",
        "For a queue, its redrive policy is where failures go; the mapping's own setting is for streams.",
    ),
    Acknowledged(
        "Serverless-LambdaTracing",
        "Ahd*/function/Resource",
        "The X-Ray recorder costs 30 to 140 ms of every cold start. A correlation id follows each matter through all "
        "services' logs instead.",
    ),
)


def judge(app: App) -> None:
    """Let both packs judge the app when it is synthesised."""
    for construct in app.node.find_all():
        path = construct.node.path
        standing = [one for one in ACKNOWLEDGED if fnmatchcase(path, one.where)]
        if standing:
            Validations.of(construct).acknowledge(*(Acknowledgment(id=one.id, reason=one.reason) for one in standing))
    Validations.of(app).add_plugins(AwsSolutionsChecks(app), ServerlessChecks(app))
