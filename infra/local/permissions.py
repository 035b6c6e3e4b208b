"""IAM on this machine: a function may do what its role in the template allows, and nothing else.

ministack evaluates the roles' policies. What it does not ask for, or asks for without what the policies' conditions
are about, is put right here; what it does not know it refuses to functions. Every refusal is written down: a function
that is refused something lacks a permission on AWS too, whatever its caller makes of it.
"""

import json
from datetime import UTC, datetime
from email.utils import parseaddr
from pathlib import Path
from typing import Any

from ministack import app
from ministack.core import iam_actions, iam_evaluator, responses, router
from ministack.services import ses_v2

from infra.local import carrier

TEXTS = "sms-voice"
_ASSUMED = ":assumed-role/"

Answer = tuple[int, dict[str, str], bytes]
Context = dict[str, Any]


def enforce(refused: Path) -> None:
    tell_what_conditions_are_about()
    ask_for_both_that_mail_needs()
    know_texts()
    refuse_what_nobody_knows()
    write_down_what_is_refused(refused)


def tell_what_conditions_are_about() -> None:
    """Boxes are sealed to somebody, events told in a service's name: policies say to whom and in which."""
    inner = iam_actions.request_tag_context

    def context(service: str, action: str, body: bytes, params: Context) -> Context:
        return {**inner(service, action, body, params), **conditions_of(service, body)}

    iam_actions.request_tag_context = context


def conditions_of(service: str, body: bytes) -> Context:
    """What IAM knows of a request to KMS or EventBridge beside its action and resource."""
    if service == "kms":
        said = json.loads(body).get("EncryptionContext") or {}
        return {f"kms:EncryptionContext:{name}": value for name, value in said.items()}
    if service == "events":
        sources = {entry.get("Source", "") for entry in json.loads(body).get("Entries", ())}
        # One that is not allowed makes all of them none that is.
        return {"events:source": " ".join(sorted(sources))} if sources else {}
    return {}


def ask_for_both_that_mail_needs() -> None:
    """ses:SendEmail is asked for on the identity that sends and on the configuration set, both from the sender."""
    inner = app._enforce_ses_v2

    def ask(method: str, path: str, headers: Context, body: bytes, query: Context, request: str) -> Answer | None:
        if (method, path) != ("POST", "/v2/email/outbound-emails"):
            refusal: Answer | None = inner(method, path, headers, body, query, request)
            return refusal
        said = json.loads(body)
        sender = parseaddr(said.get("FromEmailAddress", ""))[1]
        named = [f"identity/{_identity(sender)}"]
        if sent_with := said.get("ConfigurationSetName"):
            named.append(f"configuration-set/{sent_with}")
        for one in named:
            refusal = app._enforce_data_plane(
                "sesv2",
                "ses:SendEmail",
                headers,
                query,
                request,
                resource_arn=f"arn:aws:ses:{_region(headers)}:{_account()}:{one}",
                service_context={"ses:FromAddress": sender},
            )
            if refusal:
                return refusal
        return None

    app._enforce_ses_v2 = ask


def know_texts() -> None:
    """AWS End User Messaging, which ministack has not: it is asked for like any other, and takes what may be sent."""
    inner = iam_actions.extract_resource_arn

    def resource(service: str, *request: Any) -> str:
        if service != TEXTS:
            return str(inner(service, *request))
        *_, body, _query, region, account = request
        return f"arn:aws:sms-voice:{region}:{account}:{origin(json.loads(body).get('OriginationIdentity', ''))}"

    async def take(*_request: Any) -> Answer:
        return 200, {"Content-Type": "application/x-amz-json-1.0"}, carrier.taken()

    iam_actions.extract_resource_arn = resource
    iam_actions.SERVICE_TO_IAM_NAMESPACE[TEXTS] = TEXTS
    router.SERVICE_PATTERNS[TEXTS] = {"target_prefixes": ["PinpointSMSVoiceV2"]}
    app.SERVICE_HANDLERS[TEXTS] = take


def origin(identity: str) -> str:
    """What a text is sent from, as policies name it; without an identity AWS takes one of the account's numbers."""
    if identity.startswith("pool-"):
        return f"pool/{identity}"
    if not identity or identity.startswith(("phone-", "+")):
        return f"phone-number/{identity or 'any'}"
    return f"sender-id/{identity}"


def refuse_what_nobody_knows() -> None:
    """What ministack finds no action for it lets through: the owner of the account may, a function may not."""
    inner = iam_actions.extract_iam_action

    def action(service: str, method: str, path: str, headers: Context, *rest: Any) -> str | None:
        found: str | None = inner(service, method, path, headers, *rest)
        signed = headers.get("authorization", "").startswith("AWS4-HMAC-SHA256")
        mail = service == "ses"  # ministack asks for it by itself, see above
        return f"{service}:SomethingUnknown" if found is None and signed and not mail else found

    iam_actions.extract_iam_action = action


def write_down_what_is_refused(refused: Path) -> None:
    inner = iam_evaluator.enforce

    def enforced(
        key: str,
        action: str,
        service: str,
        region: str,
        resource_arn: str = "*",
        service_context: Context | None = None,
    ) -> Any:
        refusal = inner(key, action, service, region, resource_arn, service_context)
        who = getattr(refusal, "principal_arn", "")
        if _ASSUMED in who:
            _role, _, function = who.partition(_ASSUMED)[2].partition("/")
            line = {
                "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
                "function": function,
                "action": action,
                "resource": resource_arn,
            }
            with refused.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")
        return refusal

    iam_evaluator.enforce = enforced


def _identity(address: str) -> str:
    """The address that was verified, or its whole domain."""
    domain, verified = address.rpartition("@")[2], ses_v2._identities
    return domain if domain in verified and address not in verified else address


def _region(headers: Context) -> str:
    return str(router.extract_region(headers, {}))


def _account() -> str:
    return str(responses.get_account_id())
