"""Receipts: what SES and AWS End User Messaging tell of messages goes to one topic, and from there into a queue.

Both publish through a configuration set of the same name, which the desk's functions send with.
"""

from aws_cdk import Aws
from aws_cdk import aws_iam as iam
from aws_cdk import aws_ses as ses
from aws_cdk import aws_smsvoice as smsvoice
from aws_cdk import aws_sns as sns
from aws_cdk.aws_sns_subscriptions import SqsSubscription
from aws_cdk.aws_sqs import Queue
from constructs import Construct

SENT_WITH = "AhdNotify"
"""The name of the configuration sets."""

_OF_MAIL = ["send", "reject", "bounce", "complaint", "delivery", "deliveryDelay"]
"""Opened and clicked are not asked for: nobody is watched while they read."""


class Receipts(Construct):
    """The topic, who may tell it something, and who does."""

    def __init__(self, scope: Construct, id_: str, *, queue: Queue, undelivered: Queue) -> None:
        super().__init__(scope, id_)
        topic = sns.Topic(self, "topic", display_name="Ahd receipts", enforce_ssl=True)
        tell = topic.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[
                    iam.ServicePrincipal("ses.amazonaws.com"),
                    iam.ServicePrincipal("sms-voice.amazonaws.com"),
                ],
                actions=["sns:Publish"],
                resources=[topic.topic_arn],
                conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
            )
        )
        topic.add_subscription(SqsSubscription(queue, raw_message_delivery=True, dead_letter_queue=undelivered))
        mail = ses.CfnConfigurationSet(self, "mail", name=SENT_WITH)
        self.sent_with = mail.ref
        told = ses.CfnConfigurationSetEventDestination(
            self,
            "mail-told",
            configuration_set_name=mail.ref,
            event_destination=ses.CfnConfigurationSetEventDestination.EventDestinationProperty(
                name="receipts",
                enabled=True,
                matching_event_types=_OF_MAIL,
                sns_destination=ses.CfnConfigurationSetEventDestination.SnsDestinationProperty(
                    topic_arn=topic.topic_arn
                ),
            ),
        )
        texts = smsvoice.CfnConfigurationSet(
            self,
            "texts",
            configuration_set_name=SENT_WITH,
            event_destinations=[
                smsvoice.CfnConfigurationSet.EventDestinationProperty(
                    event_destination_name="receipts",
                    enabled=True,
                    matching_event_types=["TEXT_ALL"],
                    sns_destination=smsvoice.CfnConfigurationSet.SnsDestinationProperty(topic_arn=topic.topic_arn),
                )
            ],
        )
        # Both try the topic when they are made, and would be refused.
        for publisher in (told, texts):
            if tell.policy_dependable:
                publisher.node.add_dependency(tell.policy_dependable)
