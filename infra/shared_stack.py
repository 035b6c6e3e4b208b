"""What all services share: the bus with its archive, the HTTP API, who staff are, keys, whom alarms reach."""

import json
from collections.abc import Sequence

from aws_cdk import Aws, CfnOutput, Duration, RemovalPolicy, Stack
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sns as sns
from constructs import Construct

from infra.constructs.alarms import MINUTE, Alarms
from infra.constructs.dashboard import desk_dashboard
from infra.desk import KEPT_DAYS, STAFF_GROUPS, Service

_ACCESS_LOG = {
    # Never the path or the query: they may hold the secret that opens a case.
    "requestId": "$context.requestId",
    "routeKey": "$context.routeKey",
    "status": "$context.status",
    "latency": "$context.responseLatency",
}


class SharedStack(Stack):
    """Deployed first; the service stacks refer to it, never to one another."""

    def __init__(self, scope: Construct, services: Sequence[Service]) -> None:
        super().__init__(scope, "AhdShared", description="Ahd, the citizen desk: what its services share")
        self.ops = self._topic()
        self.keys = {service.name: self._key(service) for service in services}
        self.bus = self._bus([service.source for service in services])
        pool, client = self._staff()
        self.api, self.authorizer = self._http_api(pool, client)
        desk_dashboard(self, services=services, api_id=self.api.ref)
        for name, value in (
            ("ApiUrl", self.api.attr_api_endpoint),
            ("BusName", self.bus.ref),
            ("StaffPoolId", pool.user_pool_id),
            ("StaffClientId", client.user_pool_client_id),
            ("OpsTopic", self.ops.topic_arn),
        ):
            CfnOutput(self, name, value=value)

    def _topic(self) -> sns.Topic:
        topic = sns.Topic(self, "ops", display_name="Ahd alarms", enforce_ssl=True)
        topic.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                actions=["sns:Publish"],
                resources=[topic.topic_arn],
                conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
            )
        )
        return topic

    def _key(self, service: Service) -> kms.Key:
        """Encrypts what the service keeps and what others seal to it. Roles are let in by their own policies."""
        return kms.Key(
            self,
            f"key-{service.name}",
            description=f"Ahd {service.name}: table, desk key, boxes sealed to it",
            enable_key_rotation=True,
            removal_policy=RemovalPolicy.RETAIN,
        )

    def _bus(self, sources: list[str]) -> events.CfnEventBus:
        name = "AhdShared-bus"
        arn = f"arn:{Aws.PARTITION}:events:{Aws.REGION}:{Aws.ACCOUNT_ID}:event-bus/{name}"
        bus = events.CfnEventBus(
            self,
            "bus",
            name=name,
            description="What the services of the desk tell one another",
            # Whoever may put events here by a policy of their own, still only in the name of a service, from here.
            policy={
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Sid": "NobodyElsesEvents",
                        "Effect": "Deny",
                        "Principal": "*",
                        "Action": "events:PutEvents",
                        "Resource": arn,
                        "Condition": {"StringNotEqualsIfExists": {"events:source": sources}},
                    },
                    {
                        "Sid": "NobodyFromOutside",
                        "Effect": "Deny",
                        "Principal": "*",
                        "Action": "events:PutEvents",
                        "Resource": arn,
                        "Condition": {"StringNotEquals": {"aws:PrincipalAccount": Aws.ACCOUNT_ID}},
                    },
                ],
            },
        )
        events.CfnArchive(
            self,
            "archive",
            source_arn=bus.attr_arn,
            description="Everything the services told one another, for replay",
            retention_days=KEPT_DAYS,
            event_pattern={"source": sources},
        )
        return bus

    def _staff(self) -> tuple[cognito.UserPool, cognito.UserPoolClient]:
        pool = cognito.UserPool(
            self,
            "staff",
            self_sign_up_enabled=False,
            sign_in_aliases=cognito.SignInAliases(username=True, email=True),
            mfa=cognito.Mfa.REQUIRED,
            mfa_second_factor=cognito.MfaSecondFactor(otp=True, sms=False),
            account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
            password_policy=cognito.PasswordPolicy(
                min_length=12,
                require_digits=True,
                require_lowercase=True,
                require_uppercase=True,
                require_symbols=True,
                temp_password_validity=Duration.days(3),
            ),
            deletion_protection=True,
            removal_policy=RemovalPolicy.RETAIN,
        )
        for precedence, (group, description) in enumerate(STAFF_GROUPS.items()):
            cognito.CfnUserPoolGroup(
                self,
                f"group-{group}",
                user_pool_id=pool.user_pool_id,
                group_name=group,
                description=description,
                precedence=precedence,
            )
        client = pool.add_client(
            "client",
            auth_flows=cognito.AuthFlow(user_srp=True, admin_user_password=True),
            disable_o_auth=True,
            prevent_user_existence_errors=True,
            access_token_validity=Duration.hours(1),
            id_token_validity=Duration.hours(1),
            refresh_token_validity=Duration.hours(12),
        )
        return pool, client

    def _http_api(
        self, pool: cognito.UserPool, client: cognito.UserPoolClient
    ) -> tuple[apigateway.CfnApi, apigateway.CfnAuthorizer]:
        api = apigateway.CfnApi(
            self,
            "api",
            name="AhdShared-desk",
            description="The desk's one address: citizens' API and pages, staff's API",
            protocol_type="HTTP",
        )
        authorizer = apigateway.CfnAuthorizer(
            self,
            "staff-token",
            api_id=api.ref,
            name="staff",
            authorizer_type="JWT",
            identity_source=["$request.header.Authorization"],
            jwt_configuration=apigateway.CfnAuthorizer.JWTConfigurationProperty(
                audience=[client.user_pool_client_id],
                issuer=f"https://cognito-idp.{Aws.REGION}.amazonaws.com/{pool.user_pool_id}",
            ),
        )
        access_log = logs.LogGroup(
            self,
            "access-log",
            log_group_name="/aws/vendedlogs/AhdShared-desk",
            retention=logs.RetentionDays.THREE_MONTHS,
            removal_policy=RemovalPolicy.DESTROY,
        )
        apigateway.CfnStage(
            self,
            "stage",
            api_id=api.ref,
            stage_name="$default",
            auto_deploy=True,
            access_log_settings=apigateway.CfnStage.AccessLogSettingsProperty(
                destination_arn=access_log.log_group_arn, format=json.dumps(_ACCESS_LOG)
            ),
            default_route_settings=apigateway.CfnStage.RouteSettingsProperty(
                throttling_rate_limit=100, throttling_burst_limit=200, detailed_metrics_enabled=True
            ),
        )
        alarms = Alarms(self, "alarms", topic=self.ops)

        def metric(name: str, statistic: str) -> cloudwatch.Metric:
            return cloudwatch.Metric(
                namespace="AWS/ApiGateway",
                metric_name=name,
                dimensions_map={"ApiId": api.ref},
                period=MINUTE,
                statistic=statistic,
            )

        alarms.when(
            "api-failing",
            metric("5xx", "Sum"),
            1,
            "The desk answered somebody with a failure of its own. See docs/operations.md, 'Errors'.",
        )
        alarms.when(
            "api-slow",
            metric("Latency", "p95"),
            3000,
            "One in twenty waits three seconds or longer. See docs/operations.md, 'Slow answers'.",
            minutes=5,
        )
        return api, authorizer
