"""One service in one stack: table, queues, rule, functions, routes, alarms. The same for every service."""

import json
from dataclasses import dataclass
from pathlib import Path

from aws_cdk import Aws, CfnCondition, CfnOutput, CfnParameter, Duration, Fn, RemovalPolicy, Stack
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk.aws_sqs import Queue
from constructs import Construct

from infra.choices import Choices
from infra.constructs.alarms import MINUTE, Alarms
from infra.constructs.bucket import CLEAN, QUARANTINE, files_of_strangers
from infra.constructs.function import DeskFunction, Surroundings
from infra.constructs.queues import TRIES, Inbox, dead_letters
from infra.constructs.receipts import Receipts
from infra.constructs.scanning import SCAN_RESULT, SOURCE, Scanning
from infra.constructs.table import service_table
from infra.desk import KEPT_DAYS, Function, Service, Use
from infra.heard import Heard
from infra.shared_stack import SharedStack

_OF_FILES = frozenset({Use.QUARANTINE, Use.SCANNED, Use.FETCH, Use.REMOVE_FILES})


@dataclass(frozen=True)
class Build:
    """What the packages were built for."""

    runtime: lambda_.Runtime
    architecture: lambda_.Architecture
    packages: Path


class ServiceStack(Stack):
    """Everything one service owns. It knows the shared stack and no other service."""

    def __init__(
        self, scope: Construct, service: Service, *, shared: SharedStack, heard: Heard, build: Build
    ) -> None:
        super().__init__(scope, service.stack, description=f"Ahd, the citizen desk: {service.name}")
        self.add_stack_dependency(shared)
        self._service = service
        self._shared = shared
        self._build = build
        self._alarms = Alarms(self, "alarms", topic=shared.ops)
        self._own_key = shared.keys[service.name]
        self._choices = Choices(self, service, own_url=shared.api.attr_api_endpoint)

        self._table = service_table(self, key=self._own_key)
        takes_files = service.takes(Use.QUARANTINE)
        self._files = files_of_strangers(self) if takes_files else None
        self._secret = self._make_secret()
        self._stream_dead = self._dead_letters("stream-dead", "changes that the relay could not tell")
        self._undelivered = self._dead_letters("undelivered", "events that the bus could not deliver")
        self._events = self._inbox(
            "events", Use.HEAR, keep=Duration.days(KEPT_DAYS), tries=TRIES, late_after_seconds=300
        )
        # A tick is worth little once the next one came, so it is tried once. It outlives its visibility timeout
        # only so that a failed one can become a dead letter and be seen.
        self._ticks = self._inbox("ticks", Use.TICK, keep=Duration.minutes(5), tries=1, late_after_seconds=120)
        self._scans: Inbox | None = None
        if self._files:
            keep = Duration.days(KEPT_DAYS)
            self._scans = self._inbox("scan-results", Use.SCANNED, keep=keep, tries=TRIES, late_after_seconds=900)
        self._receipts: Inbox | None = None
        self._told: Receipts | None = None
        if service.takes(Use.RECEIPTS):
            keep = Duration.days(KEPT_DAYS)
            self._receipts = self._inbox(
                "provider-receipts", Use.RECEIPTS, keep=keep, tries=TRIES, late_after_seconds=300
            )
            self._told = Receipts(self, "told", queue=self._receipts.queue, undelivered=self._undelivered)
        self._replies = self._take_replies() if service.takes(Use.REPLIES) else None
        self._route_events(heard)

        surroundings = Surroundings(
            source=service.source,
            table=self._table,
            bus_arn=shared.bus.attr_arn,
            own_key=self._own_key,
            seal_keys={recipient: shared.keys[recipient] for recipient in service.seals_to},
            secret_arn=self._secret.ref,
            events=self._events.queue,
            events_dead=self._events.dead,
            ticks=self._ticks.queue,
            stream_dead=self._stream_dead,
            senders=self._choices.senders,
            quarantine=self._files.arn_for_objects(f"{QUARANTINE}/*") if self._files else "",
            clean=self._files.arn_for_objects(f"{CLEAN}/*") if self._files else "",
            scans=self._scans.queue if self._scans else None,
            scans_dead=self._scans.dead if self._scans else None,
            receipts=self._receipts.queue if self._receipts else None,
            replies=self._replies.queue if self._replies else None,
            replies_dead=self._replies.dead if self._replies else None,
        )
        code = {name: lambda_.Code.from_asset(str(build.packages / f"{name}.zip")) for name in service.packages()}
        desk_functions = {
            function.name: DeskFunction(
                self,
                function,
                service=service.stack,
                code=code[service.package_of(function)],
                runtime=build.runtime,
                architecture=build.architecture,
                may=surroundings.statements(function.uses),
                environment=self._environment(function),
                alarms=self._alarms,
            )
            for function in service.functions
        }
        for cry in service.cries:
            self._alarms.when_cried(cry, {name: one.log_group for name, one in desk_functions.items()}, service.stack)
        functions = {name: one.function for name, one in desk_functions.items()}
        self._map_queues(functions)
        self._map_stream(functions[service.function(Use.FOLLOW).name])
        for function in service.functions:
            if function.routes:
                self._serve(function, functions[function.name])
        self._let_files_be_scanned()
        CfnOutput(self, "Table", value=self._table.table_name)

    def _make_secret(self) -> secretsmanager.CfnSecret:
        """The desk key: what is recognised or encrypted at rest derives from it, so no stack deletes it."""
        secret = secretsmanager.CfnSecret(
            self,
            "desk-key",
            description=f"Desk key of {self._service.name}: 64 random characters",
            kms_key_id=self._own_key.key_arn,
            generate_secret_string=secretsmanager.CfnSecret.GenerateSecretStringProperty(
                password_length=64, exclude_punctuation=True
            ),
        )
        secret.apply_removal_policy(RemovalPolicy.RETAIN)
        return secret

    def _dead_letters(self, name: str, holds: str) -> Queue:
        return dead_letters(self, name, service=self._service.stack, alarms=self._alarms, holds=holds)

    def _inbox(self, name: str, use: Use, *, keep: Duration, tries: int, late_after_seconds: int) -> Inbox:
        return Inbox(
            self,
            name,
            service=self._service.stack,
            alarms=self._alarms,
            worker_timeout=Duration.seconds(self._service.function(use).timeout_seconds),
            keep=keep,
            tries=tries,
            late_after_seconds=late_after_seconds,
            holds=f"{name} that {self._service.name} could not work off",
        )

    def _route_events(self, heard: Heard) -> None:
        """The bus puts what this service reacts to into its queue; every minute puts a tick into the other."""
        events.Rule(
            self,
            "hears",
            description=f"What {self._service.name} reacts to",
            event_bus=events.EventBus.from_event_bus_name(self, "bus", self._shared.bus.ref),
            event_pattern=events.EventPattern(source=heard.sources, detail_type=heard.detail_types),
            targets=[self._into(self._events)],
        )
        events.Rule(
            self,
            "minute",
            description=f"Lets {self._service.name} see what is due",
            schedule=events.Schedule.rate(Duration.minutes(1)),
            targets=[self._into(self._ticks)],
        )

    def _into(self, queue: Inbox) -> targets.SqsQueue:
        return targets.SqsQueue(
            queue.queue,
            dead_letter_queue=self._undelivered,
            max_event_age=Duration.hours(24),
            retry_attempts=185,
        )

    def _let_files_be_scanned(self) -> None:
        """A scanner looks at files, when the owner wants one, and what it says comes into a queue of its own."""
        if not (self._files and self._scans):
            return
        chosen = CfnParameter(
            self,
            "ScanFiles",
            default="yes",
            allowed_values=["yes", "no"],
            description="Whether GuardDuty looks at what customers send; no: files wait until another scanner does",
        )
        wanted = CfnCondition(self, "ScansFiles", expression=Fn.condition_equals(chosen.value_as_string, "yes"))
        Scanning(self, "scanning", files=self._files, wanted=wanted)
        events.Rule(
            self,
            "scanned",
            description="What a scanner says of files in quarantine",
            event_pattern=events.EventPattern(
                source=[SOURCE],
                detail_type=[SCAN_RESULT],
                detail={"s3ObjectDetails": {"bucketName": [self._files.bucket_name]}},
            ),
            targets=[self._into(self._scans)],
        )

    def _take_replies(self) -> Inbox:
        """What customers text back comes by a topic, which the owner names to their number (docs/operations.md)."""
        keep = Duration.days(KEPT_DAYS)
        inbox = self._inbox("texts", Use.REPLIES, keep=keep, tries=TRIES, late_after_seconds=300)
        topic = sns.Topic(self, "texted", enforce_ssl=True)
        topic.add_to_resource_policy(
            iam.PolicyStatement(
                actions=["sns:Publish"],
                principals=[iam.ServicePrincipal("sms-voice.amazonaws.com")],
                resources=[topic.topic_arn],
                conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
            )
        )
        topic.add_subscription(
            subscriptions.SqsSubscription(inbox.queue, raw_message_delivery=True, dead_letter_queue=self._undelivered)
        )
        CfnOutput(self, "Texted", value=topic.topic_arn)
        return inbox

    def _environment(self, function: Function) -> dict[str, str]:
        environment = {"AHD_SERVICE": self._service.name, "AHD_TABLE": self._table.table_name}
        if Use.TELL in function.uses:
            environment["AHD_BUS"] = self._shared.bus.ref
        if Use.HEAR in function.uses:
            environment["AHD_DEAD_LETTERS"] = self._events.dead.queue_url
        if Use.SCANNED in function.uses and self._scans:
            environment["AHD_DEAD_LETTERS"] = self._scans.dead.queue_url
        if Use.REPLIES in function.uses and self._replies:
            environment["AHD_DEAD_LETTERS"] = self._replies.dead.queue_url
        if Use.SECRET in function.uses:
            environment["AHD_DESK_KEY"] = self._secret.ref
        environment |= {
            f"AHD_SEAL_{recipient.upper()}": self._shared.keys[recipient].key_arn for recipient in function.seals_to
        }
        if self._files and function.uses & _OF_FILES:
            environment["AHD_QUARANTINE"] = self._files.bucket_name
        if Use.MAIL in function.uses and self._told:
            environment["AHD_RECEIPTS"] = self._told.sent_with
        return environment | self._choices.environment(function)

    def _map_queues(self, functions: dict[str, lambda_.Function]) -> None:
        heard_at_once = self._service.function(Use.HEAR).batch
        mapped = [(Use.HEAR, self._events, heard_at_once, 20), (Use.TICK, self._ticks, 1, 2)]
        if self._scans:
            mapped.append((Use.SCANNED, self._scans, 10, 2))
        if self._receipts:
            mapped.append((Use.RECEIPTS, self._receipts, 10, 4))
        if self._replies:
            mapped.append((Use.REPLIES, self._replies, 10, 2))
        for use, inbox, batch, at_once in mapped:
            lambda_.CfnEventSourceMapping(
                self,
                f"takes-{inbox.node.id}",
                function_name=functions[self._service.function(use).name].function_name,
                event_source_arn=inbox.queue.queue_arn,
                batch_size=batch,
                function_response_types=["ReportBatchItemFailures"],
                # A flood of events may not starve the functions that people wait for.
                scaling_config=lambda_.CfnEventSourceMapping.ScalingConfigProperty(maximum_concurrency=at_once),
            )

    def _map_stream(self, relay: lambda_.Function) -> None:
        told = {"eventName": ["INSERT"], "dynamodb": {"Keys": {"sk": {"S": [{"prefix": "EV#"}]}}}}
        mapping = lambda_.CfnEventSourceMapping
        lambda_.CfnEventSourceMapping(
            self,
            "follows-table",
            function_name=relay.function_name,
            event_source_arn=self._table.table_stream_arn,
            starting_position="TRIM_HORIZON",
            batch_size=100,
            bisect_batch_on_function_error=True,
            maximum_retry_attempts=10,
            maximum_record_age_in_seconds=3600,
            function_response_types=["ReportBatchItemFailures"],
            filter_criteria=mapping.FilterCriteriaProperty(
                filters=[mapping.FilterProperty(pattern=json.dumps(told, separators=(",", ":")))]
            ),
            destination_config=mapping.DestinationConfigProperty(
                on_failure=mapping.OnFailureProperty(destination=self._stream_dead.queue_arn)
            ),
        )
        self._alarms.when(
            "relay-behind",
            relay.metric("IteratorAge", period=MINUTE, statistic="Maximum"),
            60_000,
            f"{self._service.stack}-relay is a minute behind its table's stream, which forgets after 24 hours. "
            "See docs/operations.md, 'The relay is behind'.",
            minutes=3,
        )
        self._alarms.unless(
            "clock-stopped",
            self._ticks.queue.metric_number_of_messages_deleted(period=MINUTE, statistic="Sum"),
            1,
            f"No tick of {self._service.stack} was finished for ten minutes: nothing becomes late, nobody is told. "
            "See docs/operations.md, 'The clock stopped'.",
            minutes=10,
        )

    def _serve(self, function: Function, served: lambda_.Function) -> None:
        """Put the function behind its routes of the desk's HTTP API."""
        api_id = self._shared.api.ref
        scope = Construct(self, f"{function.name}-routes")
        integration = apigateway.CfnIntegration(
            scope,
            "integration",
            api_id=api_id,
            integration_type="AWS_PROXY",
            integration_uri=served.function_arn,
            payload_format_version="2.0",
        )
        for route in function.routes:
            apigateway.CfnRoute(
                scope,
                route,
                api_id=api_id,
                route_key=route,
                target=f"integrations/{integration.ref}",
                authorization_type="JWT" if function.staff else "NONE",
                authorizer_id=self._shared.authorizer.ref if function.staff else None,
            )
        lambda_.CfnPermission(
            scope,
            "permission",
            action="lambda:InvokeFunction",
            function_name=served.function_name,
            principal="apigateway.amazonaws.com",
            source_arn=f"arn:{Aws.PARTITION}:execute-api:{Aws.REGION}:{Aws.ACCOUNT_ID}:{api_id}/*/*",
        )
