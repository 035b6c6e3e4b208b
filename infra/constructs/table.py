"""One service's table: its items, the sparse index of what is due, the stream of what happened."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk.aws_kms import IKey
from constructs import Construct

DUE = "due"
"""The index that finds open promises and events not yet told, by shard and time."""


def service_table(scope: Construct, *, key: IKey) -> dynamodb.Table:
    """On demand, restorable to any second of 35 days, encrypted with the service's key, never deleted by a stack."""

    def text(name: str) -> dynamodb.Attribute:
        return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)

    table = dynamodb.Table(
        scope,
        "table",
        partition_key=text("pk"),
        sort_key=text("sk"),
        billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
        stream=dynamodb.StreamViewType.NEW_IMAGE,
        point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
            point_in_time_recovery_enabled=True
        ),
        time_to_live_attribute="expires",
        encryption=dynamodb.TableEncryption.CUSTOMER_MANAGED,
        encryption_key=key,
        deletion_protection=True,
        removal_policy=RemovalPolicy.RETAIN,
    )
    table.add_global_secondary_index(
        index_name=DUE,
        partition_key=text("due"),
        sort_key=text("at"),
        projection_type=dynamodb.ProjectionType.KEYS_ONLY,
    )
    return table
