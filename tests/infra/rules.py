"""What must hold of every stack. Each rule names the offenders; none means that it holds.

A rule takes the stacks' templates by service name ("shared" for the shared one), so that a test can also give it
a copy in which something was broken and see the rule notice.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

Stacks = Mapping[str, dict[str, Any]]
Rule = Callable[[Stacks], list[str]]

RULES: list[Rule] = []

WILDCARDS_WITH_A_REASON = {
    # A telephone number has no ARN; topics, applications and endpoints are excluded.
    ("sns:Publish", '{"NotResource": "arn:*:sns:*:*:*"}'),
    # Each file has a name of its own below the one folder that its function may write to.
    ("s3:PutObject", "<files6F97A25D>/quarantine/*"),
    # What a scanner found clean is moved, what lies in quarantine is looked at, what is clean handed out, one by one.
    *(("s3:" + verb, "<files6F97A25D>/quarantine/*") for verb in ("GetObject", "GetObjectVersion", "DeleteObject")),
    *(("s3:" + verb, "<files6F97A25D>/clean/*") for verb in ("GetObject", "PutObject", "DeleteObject")),
    # GuardDuty names its rule; what it may do to it is bound to rules that it manages.
    *(
        ("events:" + verb, "arn:*:events:*:*:rule/DO-NOT-DELETE-AmazonGuardDutyMalwareProtectionS3*")
        for verb in ("PutRule", "DeleteRule", "PutTargets", "RemoveTargets", "DescribeRule", "ListTargetsByRule")
    ),
    # Which of the owner's identities sends is not known at build; a condition names the one sender.
    ("ses:SendEmail", "arn:*:ses:*:*:identity/*"),
    # Nor account and region, of what is named otherwise.
    ("ses:SendEmail", "arn:*:ses:*:*:configuration-set/AhdNotify"),
    # Nor which of the owner's numbers, pools or sender ids a text goes out from.
    *(
        ("sms-voice:SendTextMessage", f"arn:*:sms-voice:*:*:{kind}/*")
        for kind in ("phone-number", "pool", "sender-id")
    ),
}
"""Everything else names its resource. The log streams below a function's own log group are its own."""


def rule(check: Callable[[Stacks], Iterator[str]]) -> Rule:
    def listed(stacks: Stacks) -> list[str]:
        return list(check(stacks))

    listed.__name__ = check.__name__
    RULES.append(listed)
    return listed


def services(stacks: Stacks) -> list[str]:
    return [name for name in stacks if name != "shared"]


def of_type(stack: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    return {
        name: resource.get("Properties", {})
        for name, resource in stack["Resources"].items()
        if resource["Type"] == kind
    }


def everywhere(stacks: Stacks, kind: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for service, stack in stacks.items():
        for name, properties in of_type(stack, kind).items():
            yield service, name, properties


def target_of(reference: Any) -> str:
    """The logical id that a `Ref` or `Fn::GetAtt` points at."""
    match reference:
        case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), str()]}:
            return name
    return json.dumps(reference)


def text(value: Any) -> str:
    """An ARN put together by intrinsics, as one line: what is only known at deployment becomes `*`."""
    match value:
        case str():
            return value
        case {"Fn::Join": [str(between), list(parts)]}:
            return between.join(text(part) for part in parts)
        case {"Ref": str(name)} if name.startswith("AWS::"):
            return "*"
        case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), *_]}:
            return f"<{name}>"
        case {"Fn::ImportValue": str(name)}:
            return f"<{name.partition(':ExportsOutput')[2]}>"
    return json.dumps(value)


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def statements(role: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for policy in role.get("Policies", []):
        yield from policy["PolicyDocument"]["Statement"]


def all_statements(stacks: Stacks) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for service, name, role in everywhere(stacks, "AWS::IAM::Role"):
        for statement in statements(role):
            yield service, name, statement


def resources(statement: Mapping[str, Any]) -> list[str]:
    if "NotResource" in statement:
        return [json.dumps({"NotResource": text(statement["NotResource"])})]
    return [text(resource) for resource in listed(statement["Resource"])]


def functions(stacks: Stacks) -> Iterator[tuple[str, str, dict[str, Any]]]:
    yield from everywhere(stacks, "AWS::Lambda::Function")


def function_behind(stack: dict[str, Any], mapping: Mapping[str, Any]) -> dict[str, Any]:
    found = stack["Resources"][target_of(mapping["FunctionName"])]["Properties"]
    return dict(found)


def redrives(stack: dict[str, Any]) -> dict[str, str]:
    """Queues that have dead letters, and which queue those are."""
    return {
        name: target_of(queue["RedrivePolicy"]["deadLetterTargetArn"])
        for name, queue in of_type(stack, "AWS::SQS::Queue").items()
        if "RedrivePolicy" in queue
    }


def dead_letter_queues(stack: dict[str, Any]) -> set[str]:
    """Queues in which something ends: of a queue, of a rule's target, of a stream."""
    of_rules = {
        target_of(target.get("DeadLetterConfig", {}).get("Arn"))
        for rule_ in of_type(stack, "AWS::Events::Rule").values()
        for target in rule_["Targets"]
    }
    of_streams = {
        target_of(mapping.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination"))
        for mapping in of_type(stack, "AWS::Lambda::EventSourceMapping").values()
        if "StartingPosition" in mapping
    }
    queues = of_type(stack, "AWS::SQS::Queue")
    return ({*redrives(stack).values()} | of_rules | of_streams) & queues.keys()


@rule
def every_queue_has_dead_letters_after_a_finite_number_of_tries(stacks: Stacks) -> Iterator[str]:
    for service, stack in stacks.items():
        ends = dead_letter_queues(stack)
        for name, queue in of_type(stack, "AWS::SQS::Queue").items():
            tries = queue.get("RedrivePolicy", {}).get("maxReceiveCount", 0)
            if name not in ends and not 1 <= tries <= 10:
                yield f"{service}/{name}"


@rule
def dead_letters_are_kept_as_long_as_the_archive(stacks: Stacks) -> Iterator[str]:
    (archive,) = of_type(stacks["shared"], "AWS::Events::Archive").values()
    for service, stack in stacks.items():
        for name in dead_letter_queues(stack):
            kept = stack["Resources"][name]["Properties"].get("MessageRetentionPeriod")
            if kept != archive["RetentionDays"] * 86_400:
                yield f"{service}/{name} keeps {kept} s"


@rule
def a_message_is_hidden_six_times_as_long_as_its_worker_may_take(stacks: Stacks) -> Iterator[str]:
    for service, stack in stacks.items():
        for name, mapping in of_type(stack, "AWS::Lambda::EventSourceMapping").items():
            queue = of_type(stack, "AWS::SQS::Queue").get(target_of(mapping["EventSourceArn"]))
            timeout = function_behind(stack, mapping)["Timeout"]
            if queue is not None and queue["VisibilityTimeout"] < 6 * timeout:
                yield f"{service}/{name}"


@rule
def a_failed_message_is_seen_again_before_it_is_too_old(stacks: Stacks) -> Iterator[str]:
    for service, stack in stacks.items():
        for name, dead in redrives(stack).items():
            queue = of_type(stack, "AWS::SQS::Queue")[name]
            if queue["MessageRetentionPeriod"] <= queue["VisibilityTimeout"]:
                yield f"{service}/{name} loses a failure before {dead} gets it"


@rule
def queues_and_topics_refuse_what_is_not_encrypted_on_the_way(stacks: Stacks) -> Iterator[str]:
    for kind, policies, listing in (
        ("AWS::SQS::Queue", "AWS::SQS::QueuePolicy", "Queues"),
        ("AWS::SNS::Topic", "AWS::SNS::TopicPolicy", "Topics"),
    ):
        for service, stack in stacks.items():
            covered = {
                target_of(place)
                for policy in of_type(stack, policies).values()
                for place in policy[listing]
                for statement in policy["PolicyDocument"]["Statement"]
                if statement["Effect"] == "Deny"
                and statement.get("Condition") == {"Bool": {"aws:SecureTransport": "false"}}
            }
            yield from (f"{service}/{name}" for name in of_type(stack, kind).keys() - covered)


@rule
def a_service_of_aws_that_brings_something_is_ours(stacks: Stacks) -> Iterator[str]:
    """Anybody's rule, topic or mail could write to a queue or topic that allows `events`, `sns` or `ses` as such."""
    for kind in ("AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy"):
        for service, name, policy in everywhere(stacks, kind):
            for statement in policy["PolicyDocument"]["Statement"]:
                named = {key for test in statement.get("Condition", {}).values() for key in test}
                if statement["Effect"] == "Allow" and not named & {"aws:SourceArn", "aws:SourceAccount"}:
                    yield f"{service}/{name}"


@rule
def every_rule_target_is_a_queue_with_dead_letters(stacks: Stacks) -> Iterator[str]:
    for service, name, rule_ in everywhere(stacks, "AWS::Events::Rule"):
        queues = of_type(stacks[service], "AWS::SQS::Queue")
        for target in rule_["Targets"]:
            if target_of(target["Arn"]) not in queues:
                yield f"{service}/{name} goes to something other than a queue"
            if target_of(target.get("DeadLetterConfig", {}).get("Arn")) not in queues:
                yield f"{service}/{name} has no dead letters"
            if not {"MaximumRetryAttempts", "MaximumEventAgeInSeconds"} <= target.get("RetryPolicy", {}).keys():
                yield f"{service}/{name} retries without end"


@rule
def every_stream_is_followed_with_an_end_to_each_failure(stacks: Stacks) -> Iterator[str]:
    followed = 0
    for service, name, mapping in everywhere(stacks, "AWS::Lambda::EventSourceMapping"):
        if "StartingPosition" not in mapping:
            continue
        followed += 1
        wrong = {
            "does not bisect": mapping.get("BisectBatchOnFunctionError") is not True,
            "retries without end": not 0 <= mapping.get("MaximumRetryAttempts", -1) <= 100,
            "keeps records for ever": not 60 <= mapping.get("MaximumRecordAgeInSeconds", -1) <= 86_400,
            "has no destination of failures": not mapping.get("DestinationConfig", {}).get("OnFailure"),
            "takes more than 100": mapping["BatchSize"] > 100,
        }
        yield from (f"{service}/{name} {fault}" for fault, is_so in wrong.items() if is_so)
    if followed != len(services(stacks)):
        yield f"{followed} streams are followed, there are {len(services(stacks))} tables"


@rule
def a_mapping_reports_which_items_failed(stacks: Stacks) -> Iterator[str]:
    for service, name, mapping in everywhere(stacks, "AWS::Lambda::EventSourceMapping"):
        if mapping.get("FunctionResponseTypes") != ["ReportBatchItemFailures"]:
            yield f"{service}/{name}"


@rule
def no_action_is_a_wildcard_a_scan_or_a_delete(stacks: Stacks) -> Iterator[str]:
    for service, name, statement in all_statements(stacks):
        for action in listed(statement["Action"]):
            verb = action.partition(":")[2]
            an_export = verb == "Scan" and name.startswith("exportsrole")
            if "*" in action or (verb in {"Scan", "DeleteItem", "DeleteTable", "PartiQLSelect"} and not an_export):
                yield f"{service}/{name} may {action}"


@rule
def every_permission_names_its_resource(stacks: Stacks) -> Iterator[str]:
    for service, name, statement in all_statements(stacks):
        for action in listed(statement["Action"]):
            for resource in resources(statement):
                own_log = action.startswith("logs:") and re.fullmatch(r"<\w*logs\w*>", resource)
                named = "*" not in resource.removeprefix("arn:*:") or bool(own_log)
                if not named and (action, resource) not in WILDCARDS_WITH_A_REASON:
                    yield f"{service}/{name} may {action} on {resource}"


@rule
def no_role_borrows_a_managed_policy(stacks: Stacks) -> Iterator[str]:
    for service, name, role in everywhere(stacks, "AWS::IAM::Role"):
        if role.get("ManagedPolicyArns"):
            yield f"{service}/{name}"
    for kind in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"):
        yield from (f"{service}/{name}" for service, name, _ in everywhere(stacks, kind))


@rule
def every_function_has_a_role_of_its_own(stacks: Stacks) -> Iterator[str]:
    for service, stack in stacks.items():
        roles = [target_of(function["Role"]) for function in of_type(stack, "AWS::Lambda::Function").values()]
        yield from (f"{service}/{role}" for role in set(roles) if roles.count(role) > 1)


@rule
def a_service_touches_no_other_services_table_or_secret(stacks: Stacks) -> Iterator[str]:
    for service, name, statement in all_statements(stacks):
        for action in listed(statement["Action"]):
            if action.partition(":")[0] in {"dynamodb", "secretsmanager"}:
                own = {f"<{resource}>" for resource in stacks[service]["Resources"]}
                for resource in resources(statement):
                    if resource.partition("/")[0] not in own:
                        yield f"{service}/{name} may {action} on {resource}"


def key_of(resource: str) -> str:
    """Whose key an imported ARN is: keys are named after their services."""
    found = re.match(r"<FnGetAttkey([a-z]+?)[0-9A-F]{8}Arn", resource)
    return found.group(1) if found else resource


SEALS_TO = {
    "intake": {"notify", "complaints"},
    "complaints": {"notify", "intake"},
    "notify": {"intake"},
    "survey": {"notify"},
}


@rule
def only_those_who_seal_to_a_service_get_data_keys_of_its_key(stacks: Stacks) -> Iterator[str]:
    for service, name, statement in all_statements(stacks):
        if any(action.startswith("kms:GenerateDataKey") for action in listed(statement["Action"])):
            for resource in resources(statement):
                if key_of(resource) not in SEALS_TO[service]:
                    yield f"{service}/{name} gets data keys of {key_of(resource)}'s key"


@rule
def nobody_decrypts_with_another_services_key(stacks: Stacks) -> Iterator[str]:
    for service, name, statement in all_statements(stacks):
        if "kms:Decrypt" in listed(statement["Action"]):
            for resource in resources(statement):
                if key_of(resource) != service:
                    yield f"{service}/{name} decrypts with {key_of(resource)}'s key"


@rule
def a_service_tells_only_in_its_own_name(stacks: Stacks) -> Iterator[str]:
    for service, name, statement in all_statements(stacks):
        own = {"StringEquals": {"events:source": f"ahd.{service}"}}
        if "events:PutEvents" in listed(statement["Action"]) and statement.get("Condition") != own:
            yield f"{service}/{name}"


@rule
def only_clock_and_relay_tell(stacks: Stacks) -> Iterator[str]:
    for service, name, function in functions(stacks):
        role = stacks[service]["Resources"][target_of(function["Role"])]["Properties"]
        tells = any("events:PutEvents" in listed(statement["Action"]) for statement in statements(role))
        if tells != function["FunctionName"].endswith(("-clock", "-relay")):
            yield f"{service}/{name}"


@rule
def only_notify_sends(stacks: Stacks) -> Iterator[str]:
    for service, name, statement in all_statements(stacks):
        if service != "notify" and {"ses:SendEmail", "sns:Publish", "sms-voice:SendTextMessage"} & set(
            listed(statement["Action"])
        ):
            yield f"{service}/{name}"


@rule
def every_table_can_be_restored_forgets_and_streams(stacks: Stacks) -> Iterator[str]:
    for service in services(stacks):
        tables = of_type(stacks[service], "AWS::DynamoDB::Table")
        if len(tables) != 1:
            yield f"{service} has {len(tables)} tables"
        for name, table in tables.items():
            recovery = table.get("PointInTimeRecoverySpecification", {})
            wrong = {
                "no point in time recovery": recovery.get("PointInTimeRecoveryEnabled") is not True,
                "no time to live": table.get("TimeToLiveSpecification")
                != {"AttributeName": "expires", "Enabled": True},
                "no stream of new images": table.get("StreamSpecification", {}).get("StreamViewType") != "NEW_IMAGE",
                "no key of the service": table.get("SSESpecification", {}).get("SSEType") != "KMS",
                "provisioned": table["BillingMode"] != "PAY_PER_REQUEST",
                "deletable": table.get("DeletionProtectionEnabled") is not True,
                "deleted with its stack": stacks[service]["Resources"][name].get("DeletionPolicy") != "Retain",
            }
            yield from (f"{service}/{name}: {fault}" for fault, is_so in wrong.items() if is_so)


@rule
def every_function_logs_for_a_limited_time(stacks: Stacks) -> Iterator[str]:
    for service, name, function in functions(stacks):
        group = target_of(function.get("LoggingConfig", {}).get("LogGroup"))
        kept = of_type(stacks[service], "AWS::Logs::LogGroup").get(group, {}).get("RetentionInDays", 0)
        if not 1 <= kept <= 400:
            yield f"{service}/{name}"


def alarmed(stack: dict[str, Any], metric: str, dimension: str) -> set[str]:
    """The logical ids for which an alarm on `metric` reaches somebody."""
    return {
        target_of(one["Value"])
        for alarm in of_type(stack, "AWS::CloudWatch::Alarm").values()
        if alarm.get("MetricName") == metric and alarm.get("AlarmActions") and alarm.get("AlarmDescription")
        for one in alarm["Dimensions"]
        if one["Name"] == dimension
    }


@rule
def every_dead_letter_calls_somebody(stacks: Stacks) -> Iterator[str]:
    for service, stack in stacks.items():
        named = {
            target_of(reference): name
            for name, queue in of_type(stack, "AWS::SQS::Queue").items()
            for reference in ({"Fn::GetAtt": [name, "QueueName"]},)
            if queue
        }
        calls = {named.get(name) for name in alarmed(stack, "ApproximateNumberOfMessagesVisible", "QueueName")}
        yield from (f"{service}/{name}" for name in dead_letter_queues(stack) - calls)


@rule
def every_queue_that_falls_behind_calls_somebody(stacks: Stacks) -> Iterator[str]:
    for service, stack in stacks.items():
        calls = alarmed(stack, "ApproximateAgeOfOldestMessage", "QueueName")
        yield from (f"{service}/{name}" for name in redrives(stack).keys() - calls)


@rule
def every_function_that_fails_or_is_refused_calls_somebody(stacks: Stacks) -> Iterator[str]:
    for service, stack in stacks.items():
        for metric in ("Errors", "Throttles"):
            silent = of_type(stack, "AWS::Lambda::Function").keys() - alarmed(stack, metric, "FunctionName")
            yield from (f"{service}/{name}: {metric}" for name in silent)


@rule
def every_relay_that_falls_behind_calls_somebody(stacks: Stacks) -> Iterator[str]:
    for service in services(stacks):
        stack = stacks[service]
        (relay,) = (
            function_behind(stack, mapping)["FunctionName"]
            for mapping in of_type(stack, "AWS::Lambda::EventSourceMapping").values()
            if "StartingPosition" in mapping
        )
        behind = {
            stack["Resources"][name]["Properties"]["FunctionName"]
            for name in alarmed(stack, "IteratorAge", "FunctionName")
        }
        if relay not in behind:
            yield service


@rule
def an_alarm_says_what_to_do(stacks: Stacks) -> Iterator[str]:
    for service, name, alarm in everywhere(stacks, "AWS::CloudWatch::Alarm"):
        if "docs/operations.md" not in alarm.get("AlarmDescription", "") or not alarm.get("AlarmActions"):
            yield f"{service}/{name}"


@rule
def no_secret_is_in_an_environment(stacks: Stacks) -> Iterator[str]:
    """Everything there refers to a resource or a parameter, or is the service's own name."""
    for service, name, function in functions(stacks):
        for variable, value in function.get("Environment", {}).get("Variables", {}).items():
            if "{{resolve:" in json.dumps(value) or (isinstance(value, str) and value != service):
                yield f"{service}/{name} {variable}"


@rule
def keys_turn_every_year_and_outlive_their_stack(stacks: Stacks) -> Iterator[str]:
    for service, name, key in everywhere(stacks, "AWS::KMS::Key"):
        kept = stacks[service]["Resources"][name].get("DeletionPolicy") == "Retain"
        if key.get("EnableKeyRotation") is not True or not kept:
            yield f"{service}/{name}"


@rule
def a_route_asks_for_a_staff_token_if_and_only_if_it_is_for_staff(stacks: Stacks) -> Iterator[str]:
    for service, name, route in everywhere(stacks, "AWS::ApiGatewayV2::Route"):
        guarded = route.get("AuthorizationType") == "JWT" and "AuthorizerId" in route
        if guarded != (" /staff/" in route["RouteKey"]):
            yield f"{service}/{name}"


@rule
def no_two_routes_are_the_same(stacks: Stacks) -> Iterator[str]:
    keys = [route["RouteKey"] for _, _, route in everywhere(stacks, "AWS::ApiGatewayV2::Route")]
    yield from (key for key in set(keys) if keys.count(key) > 1)


@rule
def the_access_log_has_no_path_and_no_address(stacks: Stacks) -> Iterator[str]:
    for service, name, stage in everywhere(stacks, "AWS::ApiGatewayV2::Stage"):
        logged = set(json.loads(stage["AccessLogSettings"]["Format"]).values())
        allowed = {"$context.requestId", "$context.routeKey", "$context.status", "$context.responseLatency"}
        yield from (f"{service}/{name} {field}" for field in logged - allowed)


@rule
def the_api_is_throttled(stacks: Stacks) -> Iterator[str]:
    for service, name, stage in everywhere(stacks, "AWS::ApiGatewayV2::Stage"):
        limits = stage.get("DefaultRouteSettings", {})
        if not (limits.get("ThrottlingRateLimit") and limits.get("ThrottlingBurstLimit")):
            yield f"{service}/{name}"


@rule
def the_bus_is_archived_as_long_as_a_sealed_box_may_live(stacks: Stacks) -> Iterator[str]:
    archives = of_type(stacks["shared"], "AWS::Events::Archive")
    yield from (name for name, archive in archives.items() if archive["RetentionDays"] != 14)
    if len(archives) != len(of_type(stacks["shared"], "AWS::Events::EventBus")):
        yield "a bus without an archive"


@rule
def staff_are_invited_and_need_a_second_factor(stacks: Stacks) -> Iterator[str]:
    for service, name, pool in everywhere(stacks, "AWS::Cognito::UserPool"):
        invited = pool["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True
        if not invited or pool.get("MfaConfiguration") != "ON" or "SMS_MFA" in pool.get("EnabledMfas", []):
            yield f"{service}/{name}"


@rule
def no_service_stack_depends_on_another(stacks: Stacks) -> Iterator[str]:
    for service in services(stacks):
        imported = set(re.findall(r'"Fn::ImportValue": "(\w+):', json.dumps(stacks[service])))
        yield from (f"{service} needs {stack}" for stack in imported - {"AhdShared"})


def broken(stacks: Stacks, service: str, kind: str, change: Callable[[dict[str, Any]], object]) -> Stacks:
    """A copy of the stacks in which the first resource of this kind was changed."""
    copy: dict[str, dict[str, Any]] = json.loads(json.dumps(stacks))
    resource = next(one for one in copy[service]["Resources"].values() if one["Type"] == kind)
    change(resource)
    return copy


def names(rules: Sequence[Rule]) -> list[str]:
    return [one.__name__ for one in rules]
