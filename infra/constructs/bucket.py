"""Where files lie that strangers send: nobody reads them from outside, and what nobody looked at goes by itself."""

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_s3 as s3
from constructs import Construct

from services.intake.attachment import QUARANTINE_DAYS

QUARANTINE, CLEAN = "quarantine", "clean"


def files_of_strangers(scope: Construct) -> s3.Bucket:
    """Encrypted, private, over TLS only; `quarantine/` is emptied after 90 days, nothing is deleted by a stack.

    What was found clean lies beside it for as long as its case is kept.
    """
    return s3.Bucket(
        scope,
        "files",
        encryption=s3.BucketEncryption.S3_MANAGED,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
        enforce_ssl=True,
        removal_policy=RemovalPolicy.RETAIN,
        lifecycle_rules=[
            s3.LifecycleRule(
                id="quarantine",
                prefix=f"{QUARANTINE}/",
                expiration=Duration.days(QUARANTINE_DAYS),
                abort_incomplete_multipart_upload_after=Duration.days(1),
            )
        ],
    )
