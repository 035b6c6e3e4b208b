"""One picture of the desk: is anything waiting, failing, late."""

from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from infra.desk import Service

_FIVE_MINUTES = Duration.minutes(5)


def desk_dashboard(scope: Construct, *, services: Sequence[Service], api_id: str) -> cloudwatch.Dashboard:
    """Functions and queues have names that follow from their service, so nothing here depends on their stacks."""

    def metric(namespace: str, name: str, statistic: str, **dimensions: str) -> cloudwatch.Metric:
        return cloudwatch.Metric(
            namespace=namespace,
            metric_name=name,
            dimensions_map=dimensions,
            statistic=statistic,
            period=_FIVE_MINUTES,
            label=next(iter(dimensions.values())) if namespace != "AWS/ApiGateway" else f"{name} {statistic}",
        )

    def graph(title: str, metrics: list[cloudwatch.Metric], width: int = 12) -> cloudwatch.GraphWidget:
        return cloudwatch.GraphWidget(title=title, left=list(metrics), width=width)

    def of_functions(name: str, statistic: str) -> list[cloudwatch.Metric]:
        return [
            metric("AWS/Lambda", name, statistic, FunctionName=f"{service.stack}-{function.name}")
            for service in services
            for function in service.functions
        ]

    def of_queues(name: str, *queues: str) -> list[cloudwatch.Metric]:
        return [
            metric("AWS/SQS", name, "Maximum", QueueName=f"{service.stack}-{queue}")
            for service in services
            for queue in queues
        ]

    def of_api(name: str, statistic: str) -> cloudwatch.Metric:
        return metric("AWS/ApiGateway", name, statistic, ApiId=api_id)

    dead = ("events-dead", "ticks-dead", "undelivered", "stream-dead")
    relays = [
        metric("AWS/Lambda", "IteratorAge", "Maximum", FunctionName=f"{service.stack}-relay") for service in services
    ]
    return cloudwatch.Dashboard(
        scope,
        "dashboard",
        dashboard_name="AhdShared-desk",
        widgets=[
            [
                graph("Requests and failures", [of_api(name, "Sum") for name in ("Count", "4xx", "5xx")]),
                graph("How long people wait (ms)", [of_api("Latency", of) for of in ("p50", "p95", "p99")]),
            ],
            [
                graph("Dead letters: should be empty", of_queues("ApproximateNumberOfMessagesVisible", *dead)),
                graph("Oldest event waiting (s)", of_queues("ApproximateAgeOfOldestMessage", "events", "ticks")),
            ],
            [
                graph("Relays behind their streams (ms)", relays),
                graph("Errors", of_functions("Errors", "Sum")),
            ],
            [
                graph("Duration p95 (ms)", of_functions("Duration", "p95")),
                graph("Throttles", of_functions("Throttles", "Sum")),
            ],
        ],
    )
