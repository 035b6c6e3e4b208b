"""Queues: every one has dead letters, every dead letter an alarm."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.constructs.alarms import MINUTE, Alarms
from infra.desk import KEPT_DAYS

TRIES = 5
"""How often a message is tried before it is a dead letter."""


def dead_letters(scope: Construct, name: str, *, service: str, alarms: Alarms, holds: str) -> sqs.Queue:
    """A queue for what could not be delivered or done; one message in it calls somebody."""
    queue = sqs.Queue(
        scope,
        name,
        queue_name=f"{service}-{name}",
        encryption=sqs.QueueEncryption.SQS_MANAGED,
        enforce_ssl=True,
        retention_period=Duration.days(KEPT_DAYS),
    )
    alarms.when(
        f"{name}-filled",
        queue.metric_approximate_number_of_messages_visible(period=MINUTE, statistic="Maximum"),
        1,
        f"{queue.node.id} of {service} holds {holds}. See docs/operations.md, 'Dead letters'.",
    )
    return queue


class Inbox(Construct):
    """A queue with its dead letters, sized for the function that works it off."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        service: str,
        alarms: Alarms,
        worker_timeout: Duration,
        keep: Duration,
        tries: int,
        late_after_seconds: int,
        holds: str,
    ) -> None:
        super().__init__(scope, id_)
        self.dead = dead_letters(self, f"{id_}-dead", service=service, alarms=alarms, holds=holds)
        self.queue = sqs.Queue(
            self,
            id_,
            queue_name=f"{service}-{id_}",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=keep,
            # Six times the worker's time, as AWS asks: a batch that is retried inside Lambda must not be seen twice.
            visibility_timeout=Duration.seconds(6 * int(worker_timeout.to_seconds())),
            dead_letter_queue=sqs.DeadLetterQueue(queue=self.dead, max_receive_count=tries),
        )
        alarms.when(
            f"{id_}-behind",
            self.queue.metric_approximate_age_of_oldest_message(period=MINUTE, statistic=cloudwatch.Stats.MAXIMUM),
            late_after_seconds,
            f"{service} is behind with its {id_}: the oldest message waits {late_after_seconds} s or longer. "
            "See docs/operations.md, 'A queue is behind'.",
            minutes=3,
        )
