"""Alarms: each says what is wrong, what to do first, and reaches the people who run the desk."""

from collections.abc import Mapping
from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_logs as logs
from aws_cdk.aws_cloudwatch_actions import SnsAction
from aws_cdk.aws_sns import ITopic
from constructs import Construct

from infra.desk import Cry

MINUTE = Duration.minutes(1)


class Alarms(Construct):
    """Creates alarms that all go to one topic. Their descriptions are what the person called reads first."""

    def __init__(self, scope: Construct, id_: str, *, topic: ITopic) -> None:
        super().__init__(scope, id_)
        self._action = SnsAction(topic)

    def when(self, name: str, metric: cloudwatch.IMetric, at_least: float, then: str, *, minutes: int = 1) -> None:
        """Alarm when `metric`, by the minute, is `at_least` so much for so many `minutes` in a row."""
        self._alarm(
            name,
            metric=metric,
            alarm_description=then,
            threshold=at_least,
            evaluation_periods=minutes,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )

    def unless(self, name: str, metric: cloudwatch.IMetric, at_least: float, then: str, *, minutes: int) -> None:
        """Alarm when `metric` is less than that, or says nothing, for so many `minutes` in a row."""
        self._alarm(
            name,
            metric=metric,
            alarm_description=then,
            threshold=at_least,
            evaluation_periods=minutes,
            comparison_operator=cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.BREACHING,
        )

    def when_cried(self, cry: Cry, log_groups: Mapping[str, logs.ILogGroup], namespace: str) -> None:
        """Alarm when a line of this event is in any of these logs."""
        for name, log_group in log_groups.items():
            logs.MetricFilter(
                self,
                f"{cry.name}-in-{name}",
                log_group=log_group,
                filter_pattern=logs.FilterPattern.string_value("$.event", "=", cry.event),
                metric_namespace=namespace,
                metric_name=cry.name,
                metric_value="1",
            )
        cried = cloudwatch.Metric(namespace=namespace, metric_name=cry.name, period=MINUTE, statistic="Sum")
        self.when(cry.name, cried, 1, cry.then)

    def _alarm(self, name: str, **properties: Any) -> None:
        alarm = cloudwatch.Alarm(self, name, **properties)
        alarm.add_alarm_action(self._action)
        alarm.add_ok_action(self._action)
