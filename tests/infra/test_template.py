"""The rules hold of what is deployed, and each of them can fail."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from infra.services import SERVICES
from tests.infra import rules
from tests.infra.rules import RULES, Rule, Stacks, broken
from tests.template import template

PROPERTIES = "Properties"


@pytest.fixture(scope="module")
def stacks() -> Stacks:
    return template().stacks


@pytest.mark.parametrize("rule", RULES, ids=rules.names(RULES))
def test_it_holds_everywhere(rule: Rule, stacks: Stacks):
    assert rule(stacks) == []


def without(name: str) -> Callable[[dict[str, Any]], object]:
    return lambda resource: resource[PROPERTIES].pop(name)


def with_(**properties: Any) -> Callable[[dict[str, Any]], object]:
    return lambda resource: resource[PROPERTIES].update(properties)


def also_allows(action: str, resource: Any, **more: Any) -> Callable[[dict[str, Any]], object]:
    statement = {"Effect": "Allow", "Action": action, "Resource": resource, **more}
    return lambda role: role[PROPERTIES]["Policies"][0]["PolicyDocument"]["Statement"].append(statement)


def on_target(**changes: Any) -> Callable[[dict[str, Any]], object]:
    return lambda rule: rule[PROPERTIES]["Targets"][0].update(changes)


def in_environment(name: str, value: Any) -> Callable[[dict[str, Any]], object]:
    return lambda function: function[PROPERTIES]["Environment"]["Variables"].update({name: value})


def on_mappings(**changes: Any) -> Callable[[Stacks], Stacks]:
    def change(stacks: Stacks) -> Stacks:
        copy: dict[str, Any] = json.loads(json.dumps(stacks))
        for resource in copy["intake"]["Resources"].values():
            if resource["Type"] == "AWS::Lambda::EventSourceMapping":
                resource[PROPERTIES].update(changes)
        return copy

    return change


def in_first(service: str, kind: str, change: Callable[[dict[str, Any]], object]) -> Callable[[Stacks], Stacks]:
    return lambda stacks: broken(stacks, service, kind, change)


def in_all(service: str, kind: str, change: Callable[[dict[str, Any]], object]) -> Callable[[Stacks], Stacks]:
    def changed(stacks: Stacks) -> Stacks:
        copy: dict[str, Any] = json.loads(json.dumps(stacks))
        for resource in copy[service]["Resources"].values():
            if resource["Type"] == kind:
                change(resource)
        return copy

    return changed


def without_kind(service: str, kind: str) -> Callable[[Stacks], Stacks]:
    def changed(stacks: Stacks) -> Stacks:
        copy: dict[str, Any] = json.loads(json.dumps(stacks))
        kept = {name: one for name, one in copy[service]["Resources"].items() if one["Type"] != kind}
        copy[service]["Resources"] = kept
        return copy

    return changed


OTHERS_KEY = {"Fn::ImportValue": "AhdShared:ExportsOutputFnGetAttkeycomplaints0123ABCDArn89ABCDEF"}
QUEUE, ROLE, FUNCTION, TABLE = "AWS::SQS::Queue", "AWS::IAM::Role", "AWS::Lambda::Function", "AWS::DynamoDB::Table"
RULE, ROUTE, ALARM = "AWS::Events::Rule", "AWS::ApiGatewayV2::Route", "AWS::CloudWatch::Alarm"
STAGE, POOL, KEY = "AWS::ApiGatewayV2::Stage", "AWS::Cognito::UserPool", "AWS::KMS::Key"

FAULTS: dict[Rule, Callable[[Stacks], Stacks]] = {
    rules.every_queue_has_dead_letters_after_a_finite_number_of_tries: in_all(
        "intake", QUEUE, lambda queue: queue[PROPERTIES].pop("RedrivePolicy", None)
    ),
    rules.dead_letters_are_kept_as_long_as_the_archive: in_all("intake", QUEUE, with_(MessageRetentionPeriod=60)),
    rules.a_message_is_hidden_six_times_as_long_as_its_worker_may_take: in_all(
        "intake", QUEUE, with_(VisibilityTimeout=30)
    ),
    rules.a_failed_message_is_seen_again_before_it_is_too_old: in_all(
        "intake", QUEUE, with_(MessageRetentionPeriod=60)
    ),
    rules.queues_and_topics_refuse_what_is_not_encrypted_on_the_way: without_kind("shared", "AWS::SNS::TopicPolicy"),
    rules.a_service_of_aws_that_brings_something_is_ours: in_all(
        "notify",
        "AWS::SQS::QueuePolicy",
        lambda policy: [
            statement.pop("Condition") for statement in policy[PROPERTIES]["PolicyDocument"]["Statement"]
        ],
    ),
    rules.every_rule_target_is_a_queue_with_dead_letters: in_first(
        "intake", RULE, on_target(Arn={"Fn::GetAtt": ["apifunction2E1B8850", "Arn"]})
    ),
    rules.every_stream_is_followed_with_an_end_to_each_failure: on_mappings(MaximumRetryAttempts=-1),
    rules.a_mapping_reports_which_items_failed: on_mappings(FunctionResponseTypes=[]),
    rules.no_action_is_a_wildcard_a_scan_or_a_delete: in_first(
        "intake", ROLE, also_allows("dynamodb:Scan", {"Fn::GetAtt": ["table8235A42E", "Arn"]})
    ),
    rules.every_permission_names_its_resource: in_first("intake", ROLE, also_allows("sqs:SendMessage", "*")),
    rules.no_role_borrows_a_managed_policy: in_first(
        "intake", ROLE, with_(ManagedPolicyArns=["arn:aws:iam::aws:policy/AdministratorAccess"])
    ),
    rules.every_function_has_a_role_of_its_own: in_all("intake", FUNCTION, with_(Role={"Fn::GetAtt": ["r", "Arn"]})),
    rules.a_service_touches_no_other_services_table_or_secret: in_first(
        "intake", ROLE, also_allows("dynamodb:GetItem", "arn:aws:dynamodb:eu-west-2:000000000000:table/other")
    ),
    rules.only_those_who_seal_to_a_service_get_data_keys_of_its_key: in_first(
        "survey", ROLE, also_allows("kms:GenerateDataKey", OTHERS_KEY)
    ),
    rules.nobody_decrypts_with_another_services_key: in_first("intake", ROLE, also_allows("kms:Decrypt", OTHERS_KEY)),
    rules.a_service_tells_only_in_its_own_name: in_first(
        "intake", ROLE, also_allows("events:PutEvents", {"Ref": "bus"})
    ),
    rules.only_clock_and_relay_tell: in_first("intake", ROLE, also_allows("events:PutEvents", {"Ref": "bus"})),
    rules.only_notify_sends: in_first("intake", ROLE, also_allows("ses:SendEmail", "*")),
    rules.every_table_can_be_restored_forgets_and_streams: in_first(
        "intake", TABLE, without("PointInTimeRecoverySpecification")
    ),
    rules.every_function_logs_for_a_limited_time: in_first(
        "intake", "AWS::Logs::LogGroup", without("RetentionInDays")
    ),
    rules.every_dead_letter_calls_somebody: in_all("intake", ALARM, with_(AlarmActions=[])),
    rules.every_queue_that_falls_behind_calls_somebody: in_all("intake", ALARM, with_(MetricName="Other")),
    rules.every_function_that_fails_or_is_refused_calls_somebody: in_all("intake", ALARM, with_(MetricName="Other")),
    rules.every_relay_that_falls_behind_calls_somebody: in_all("intake", ALARM, with_(MetricName="Other")),
    rules.an_alarm_says_what_to_do: in_first("intake", ALARM, with_(AlarmDescription="")),
    rules.no_secret_is_in_an_environment: in_first(
        "intake", FUNCTION, in_environment("AHD_DESK_KEY", "{{resolve:secretsmanager:desk-key}}")
    ),
    rules.keys_turn_every_year_and_outlive_their_stack: in_first("shared", KEY, without("EnableKeyRotation")),
    rules.a_route_asks_for_a_staff_token_if_and_only_if_it_is_for_staff: in_all(
        "complaints", ROUTE, with_(AuthorizationType="NONE")
    ),
    rules.no_two_routes_are_the_same: in_all("intake", ROUTE, with_(RouteKey="GET /")),
    rules.the_access_log_has_no_path_and_no_address: in_first(
        "shared", STAGE, with_(AccessLogSettings={"Format": '{"path": "$context.path"}'})
    ),
    rules.the_api_is_throttled: in_first("shared", STAGE, without("DefaultRouteSettings")),
    rules.the_bus_is_archived_as_long_as_a_sealed_box_may_live: in_first(
        "shared", "AWS::Events::Archive", with_(RetentionDays=365)
    ),
    rules.staff_are_invited_and_need_a_second_factor: in_first("shared", POOL, with_(MfaConfiguration="OPTIONAL")),
    rules.no_service_stack_depends_on_another: in_first(
        "intake", FUNCTION, in_environment("AHD_X", {"Fn::ImportValue": "AhdSurvey:Table"})
    ),
}


@pytest.mark.parametrize("rule", RULES, ids=rules.names(RULES))
def test_it_is_noticed_when_it_does_not_hold(rule: Rule, stacks: Stacks):
    assert rule(FAULTS[rule](stacks)) != []


def test_seals_are_declared_as_the_rules_know_them():
    assert {service.name: set(service.seals_to) for service in SERVICES} == rules.SEALS_TO


def test_every_function_of_every_service_is_deployed(stacks: Stacks):
    for service in SERVICES:
        deployed = {function["FunctionName"] for function in rules.of_type(stacks[service.name], FUNCTION).values()}
        assert deployed == {f"{service.stack}-{function.name}" for function in service.functions}
