"""One Lambda function with a role of its own, which may do what its `Use`s say and nothing else."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from aws_cdk import Aws, Duration, RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk.aws_kms import IKey
from aws_cdk.aws_sqs import IQueue
from constructs import Construct

from infra.constructs.alarms import MINUTE, Alarms
from infra.constructs.receipts import SENT_WITH
from infra.constructs.table import DUE
from infra.desk import SEALS, Function, Use

# Lambda asks for these in a function's name, and for no others.
TAKE = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
READ_STREAM = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"]


@dataclass(frozen=True)
class Surroundings:
    """What the functions of one service are given to work with."""

    source: str
    table: dynamodb.Table
    bus_arn: str
    own_key: IKey
    seal_keys: Mapping[str, IKey]
    secret_arn: str
    events: IQueue
    events_dead: IQueue
    ticks: IQueue
    stream_dead: IQueue
    senders: tuple[str, ...]
    """Addresses that mail may come from."""
    quarantine: str
    """The ARN of everything that lies in quarantine."""
    clean: str
    """The ARN of every file that was found clean."""
    scans: IQueue | None
    scans_dead: IQueue | None
    receipts: IQueue | None
    replies: IQueue | None
    replies_dead: IQueue | None

    def statements(self, uses: AbstractSet[Use]) -> list[iam.PolicyStatement]:
        """The permissions that go with these uses, in a fixed order."""
        table, own = self.table.table_arn, self.source.removeprefix("ahd.")
        identities = f"arn:{Aws.PARTITION}:ses:{Aws.REGION}:{Aws.ACCOUNT_ID}:identity/*"
        mail_set = f"arn:{Aws.PARTITION}:ses:{Aws.REGION}:{Aws.ACCOUNT_ID}:configuration-set/{SENT_WITH}"
        as_itself = {"StringEquals": {"events:source": self.source}}
        as_the_desk = {"StringEquals": {"ses:FromAddress": list(self.senders)}}
        allowed = {
            Use.READ: [_may(["dynamodb:GetItem", "dynamodb:Query"], table), self._read_encrypted("dynamodb")],
            # TransactWriteItems is asked for as what it does to each item.
            Use.STATE: [_may(["dynamodb:PutItem"], table)],
            Use.LIST: [_may(["dynamodb:BatchGetItem"], table)],
            Use.EVERYTHING: [_may(["dynamodb:Scan"], table)],
            Use.COUNT: [_may(["dynamodb:UpdateItem"], table)],
            Use.DUE: [_may(["dynamodb:Query"], f"{table}/index/{DUE}")],
            Use.CLAIM: [_may(["dynamodb:UpdateItem"], table)],
            Use.CHECK: [_may(["dynamodb:ConditionCheckItem"], table)],
            Use.RELAYED: [_may(["dynamodb:UpdateItem"], table)],
            Use.TELL: [_may(["events:PutEvents"], self.bus_arn, as_itself)],
            Use.SECRET: [
                _may(["secretsmanager:GetSecretValue"], self.secret_arn),
                self._read_encrypted("secretsmanager"),
            ],
            **{
                use: [_may(["kms:GenerateDataKey"], self.seal_keys[recipient].key_arn, _sealed_to(recipient))]
                for use, recipient in SEALS.items()
                if recipient in self.seal_keys
            },
            Use.OPEN: [_may(["kms:Decrypt"], self.own_key.key_arn, _sealed_to(own))],
            Use.HEAR: [_may(TAKE, self.events.queue_arn), _may(["sqs:SendMessage"], self.events_dead.queue_arn)],
            Use.TICK: [_may(TAKE, self.ticks.queue_arn)],
            Use.FOLLOW: [
                _may(READ_STREAM, str(self.table.table_stream_arn)),
                _may(["sqs:SendMessage"], self.stream_dead.queue_arn),
                self._read_encrypted("dynamodb"),
            ],
            # Whether the sender's address or its whole domain is verified in SES is the owner's choice.
            Use.MAIL: [
                _may(["ses:SendEmail"], identities, as_the_desk),
                _may(["ses:SendEmail"], mail_set, as_the_desk),
            ],
            # A telephone number has no ARN: everything but topics, applications and endpoints.
            Use.SMS: [iam.PolicyStatement(actions=["sns:Publish"], not_resources=[f"arn:{Aws.PARTITION}:sns:*:*:*"])],
            # Which of the owner's numbers or sender ids sends is the owner's choice.
            Use.EUM: [
                iam.PolicyStatement(
                    actions=["sms-voice:SendTextMessage"],
                    resources=[
                        f"arn:{Aws.PARTITION}:sms-voice:{Aws.REGION}:{Aws.ACCOUNT_ID}:{kind}/*"
                        for kind in ("phone-number", "pool", "sender-id")
                    ],
                )
            ],
            Use.RECEIPTS: [_may(TAKE, queue.queue_arn) for queue in (self.receipts,) if queue],
            Use.QUARANTINE: [_may(["s3:PutObject"], self.quarantine)],
            Use.SCANNED: [
                *(_may(TAKE, queue.queue_arn) for queue in (self.scans,) if queue),
                *(_may(["sqs:SendMessage"], queue.queue_arn) for queue in (self.scans_dead,) if queue),
                # A copy is asked for as what it does to each of the two.
                _may(["s3:GetObject", "s3:DeleteObject"], self.quarantine),
                _may(["s3:PutObject"], self.clean),
            ],
            Use.REPLIES: [
                *(_may(TAKE, queue.queue_arn) for queue in (self.replies,) if queue),
                *(_may(["sqs:SendMessage"], queue.queue_arn) for queue in (self.replies_dead,) if queue),
            ],
            # Whoever fetches by a signed address does so as the function that signed it.
            Use.FETCH: [_may(["s3:GetObject"], self.clean)],
            Use.REMOVE_FILES: [_may(["s3:DeleteObject"], where) for where in (self.quarantine, self.clean)],
        }
        return [statement for use in Use if use in uses for statement in allowed[use]]

    def _read_encrypted(self, service: str) -> iam.PolicyStatement:
        """Table and secret are encrypted with the service's key: usable through the AWS service that keeps them."""
        via = f"{service}.{Aws.REGION}.amazonaws.com"
        return _may(["kms:Decrypt"], self.own_key.key_arn, {"StringEquals": {"kms:ViaService": via}})


def _may(actions: list[str], resource: str, conditions: Mapping[str, object] | None = None) -> iam.PolicyStatement:
    return iam.PolicyStatement(actions=actions, resources=[resource], conditions=conditions)


def _sealed_to(recipient: str) -> dict[str, object]:
    return {"StringEquals": {"kms:EncryptionContext:sealed-to": recipient}}


class DeskFunction(Construct):
    """The function, its role, its logs and its alarms."""

    def __init__(
        self,
        scope: Construct,
        function: Function,
        *,
        service: str,
        code: lambda_.Code,
        runtime: lambda_.Runtime,
        architecture: lambda_.Architecture,
        may: list[iam.PolicyStatement],
        environment: dict[str, str],
        alarms: Alarms,
    ) -> None:
        super().__init__(scope, function.name)
        name = f"{service}-{function.name}"
        self.log_group = logs.LogGroup(
            self,
            "logs",
            log_group_name=f"/aws/lambda/{name}",
            retention=logs.RetentionDays.THREE_MONTHS,
            removal_policy=RemovalPolicy.DESTROY,
        )
        writes_logs = iam.PolicyStatement(
            actions=["logs:CreateLogStream", "logs:PutLogEvents"], resources=[self.log_group.log_group_arn]
        )
        self.role = iam.Role(
            self,
            "role",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            description=f"What {name} may do",
            # Inside the role, so that the function never exists without its permissions.
            inline_policies={"may": iam.PolicyDocument(statements=[writes_logs, *may])},
        )
        self.function = lambda_.Function(
            self,
            "function",
            function_name=name,
            description=f"{name}: {function.module}",
            runtime=runtime,
            architecture=architecture,
            handler=f"{function.module}.handler",
            code=code,
            role=self.role.without_policy_updates(),
            memory_size=function.memory_mb,
            timeout=Duration.seconds(function.timeout_seconds),
            environment=environment,
            log_group=self.log_group,
            logging_format=lambda_.LoggingFormat.JSON,
            application_log_level_v2=lambda_.ApplicationLogLevel.INFO,
            # Start and end of each invocation are in the metrics already.
            system_log_level_v2=lambda_.SystemLogLevel.WARN,
        )
        alarms.when(
            f"{function.name}-errors",
            self.function.metric_errors(period=MINUTE, statistic="Sum"),
            1,
            f"{name} failed. Its log group says why; its queue tries again. See docs/operations.md, 'Errors'.",
        )
        alarms.when(
            f"{function.name}-throttled",
            self.function.metric_throttles(period=MINUTE, statistic="Sum"),
            1,
            f"{name} was refused for lack of concurrency. See docs/operations.md, 'Throttles'.",
            minutes=3,
        )
