"""GuardDuty Malware Protection for S3 looks at what lies in quarantine, and says on the default bus what it found."""

from aws_cdk import Aws, CfnCondition
from aws_cdk import aws_guardduty as guardduty
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.constructs.bucket import QUARANTINE

SOURCE, SCAN_RESULT = "aws.guardduty", "GuardDuty Malware Protection Object Scan Result"
_SCANNER = "malware-protection-plan.guardduty.amazonaws.com"
_MANAGED = "DO-NOT-DELETE-AmazonGuardDutyMalwareProtectionS3"
_TRIAL_OBJECT = "malware-protection-resource-validation-object"


class Scanning(Construct):
    """The plan, and the role that GuardDuty takes for it: what its guide asks for, and for quarantine alone."""

    def __init__(self, scope: Construct, id_: str, *, files: s3.Bucket, wanted: CfnCondition) -> None:
        super().__init__(scope, id_)
        rules = f"arn:{Aws.PARTITION}:events:{Aws.REGION}:{Aws.ACCOUNT_ID}:rule/{_MANAGED}*"
        managed = {"StringLike": {"events:ManagedBy": _SCANNER}}
        quarantine = files.arn_for_objects(f"{QUARANTINE}/*")
        role = iam.CfnRole(
            self,
            "role",
            description="What GuardDuty may do to look at files in quarantine",
            assume_role_policy_document={
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": _SCANNER},
                        "Action": "sts:AssumeRole",
                        "Condition": {"StringEqualsIfExists": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
                    }
                ],
            },
            policies=[
                iam.CfnRole.PolicyProperty(
                    policy_name="scan",
                    policy_document={
                        "Version": "2012-10-17",
                        "Statement": [
                            # A rule of its own tells it of each new object.
                            _may(
                                ["events:PutRule", "events:DeleteRule", "events:PutTargets", "events:RemoveTargets"],
                                rules,
                                managed,
                            ),
                            _may(["events:DescribeRule", "events:ListTargetsByRule"], rules),
                            _may(
                                ["s3:PutBucketNotification", "s3:GetBucketNotification", "s3:ListBucket"],
                                files.bucket_arn,
                            ),
                            _may(["s3:PutObject"], files.arn_for_objects(_TRIAL_OBJECT)),
                            _may(["s3:GetObject", "s3:GetObjectVersion"], quarantine),
                        ],
                    },
                )
            ],
        )
        plan = guardduty.CfnMalwareProtectionPlan(
            self,
            "plan",
            role=role.attr_arn,
            protected_resource=guardduty.CfnMalwareProtectionPlan.CFNProtectedResourceProperty(
                s3_bucket=guardduty.CfnMalwareProtectionPlan.S3BucketProperty(
                    bucket_name=files.bucket_name, object_prefixes=[f"{QUARANTINE}/"]
                )
            ),
        )
        for made in (role, plan):
            made.cfn_options.condition = wanted


def _may(actions: list[str], resource: str, conditions: dict[str, dict[str, str]] | None = None) -> dict[str, object]:
    return {
        "Effect": "Allow",
        "Action": actions,
        "Resource": resource,
        **({"Condition": conditions} if conditions else {}),
    }
