"""AWS as functions call it: every call is a turn for others, and a chance for something to go wrong."""

import json
from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError

from services.notify.mark import MARK
from tests.faults.errors import Exceptions, refusal
from tests.faults.runtime import Crash, Invocation, here, turn_over

if TYPE_CHECKING:
    from tests.faults.world import World

_ENDPOINT = "https://aws.example"
_MILLISECONDS = 0.012
_SLOWEST = 8.0
_READS = frozenset({"get_item", "batch_get_item", "query", "scan"})
_READS_BREAK = 0.25
"""Most calls read, and what breaks off there is found elsewhere too."""
_MOST_ENTRIES = 10
_OF_TABLES = (
    "get_item",
    "batch_get_item",
    "query",
    "scan",
    "put_item",
    "update_item",
    "delete_item",
    "transact_write_items",
)


class NotInThisWorld(NotImplementedError):
    """A call that no function made until now: teach it to this module."""


class Client:
    """A client of one service, as `shared.aws` hands it out."""

    exceptions = Exceptions()

    def __init__(self, cloud: "Cloud", service: str, *, once: bool) -> None:
        self._cloud, self._service, self._once = cloud, service, once

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        def call(**arguments: Any) -> Any:
            return self._cloud.call(self._service, operation, arguments, once=self._once)

        return call


class Cloud:
    """What every service does with every call."""

    def __init__(self, world: "World", random: Random) -> None:
        self._world, self._random = world, random
        self._keys: dict[bytes, tuple[str, str, bytes]] = {}
        self._clients: dict[tuple[str, bool], Client] = {}
        self._effects: dict[tuple[str, str], Callable[..., Any]] = {
            ("events", "put_events"): self._put_events,
            ("sqs", "send_message"): self._send_message,
            ("kms", "generate_data_key"): self._generate_data_key,
            ("kms", "decrypt"): self._decrypt,
            ("secretsmanager", "get_secret_value"): self._get_secret_value,
            ("sesv2", "send_email"): self._send_email,
            ("sns", "publish"): self._publish,
            ("pinpoint-sms-voice-v2", "send_text_message"): self._send_text_message,
        }
        self._through: Callable[..., Any] = self._call
        self.ask(world.database)

    def ask(self, database: Any) -> None:
        """Let this be what answers for DynamoDB."""
        for operation in _OF_TABLES:
            self._effects["dynamodb", operation] = getattr(database, operation)

    def watched(self, by: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
        """Let every call from now on go through what `by` makes of it."""
        self._through = by(self._call)

    def client(self, service: str, *, once: bool) -> Client:
        if (service, once) not in self._clients:
            self._clients[service, once] = Client(self, service, once=once)
        return self._clients[service, once]

    def call(self, service: str, operation: str, arguments: dict[str, Any], *, once: bool) -> Any:
        """The call as botocore would make it, answer or error."""
        return self._through(service, operation, arguments, once=once)

    def _call(self, service: str, operation: str, arguments: dict[str, Any], *, once: bool) -> Any:
        effect = self._effects.get((service, operation))
        if effect is None:
            raise NotInThisWorld(f"{service}.{operation}")
        caller, weather = here(), self._world.weather
        if operation == "query" and self._world.database.stands_empty(arguments):
            return {"Items": [], "Count": 0}
        self._wait(caller)
        crash = weather.crash * (_READS_BREAK if operation in _READS else 1)
        if self._happens(crash):
            self._die(caller, f"before {operation}")
        if self._happens(weather.throttle):
            self._hurt(caller, f"throttled at {operation}")
            raise refusal(operation, "ThrottlingException", "Rate exceeded")
        if operation == "transact_write_items" and self._happens(weather.conflict):
            self._hurt(caller, "met another transaction")
            reasons = [{"Code": "TransactionConflict"}, *({"Code": "None"} for _ in arguments["TransactItems"][1:])]
            message = "Transaction cancelled [TransactionConflict]"
            raise refusal(operation, "TransactionCanceledException", message, CancellationReasons=reasons)
        answer = effect(**arguments)
        if self._happens(crash):
            self._die(caller, f"after {operation}")
        if self._happens(weather.lost_answer):
            return self._answer_lost(caller, operation, lambda: effect(**arguments), answer, once=once)
        return answer

    def _wait(self, caller: Invocation) -> None:
        if caller.dead:
            raise Crash
        slow = self._happens(self._world.weather.slow)
        seconds = self._random.uniform(0, _SLOWEST) if slow else self._random.expovariate(1 / _MILLISECONDS)
        if not self._world.scheduler.passes(seconds):
            with turn_over(caller):
                self._world.scheduler.sleep(seconds)
        if self._world.now > caller.ends:
            self._die(caller, "out of time")

    def _answer_lost(
        self, caller: Invocation, operation: str, again: Callable[[], Any], answer: Any, *, once: bool
    ) -> Any:
        """The SDK tries again, where it may. A transaction carries a token: the second time it does nothing."""
        self._hurt(caller, f"no answer to {operation}")
        if not once and self._random.random() < 0.7:
            return answer if operation == "transact_write_items" else again()
        raise ReadTimeoutError(endpoint_url=_ENDPOINT)

    def _happens(self, likely: float) -> bool:
        return likely > 0 and self._random.random() < likely

    def _hurt(self, caller: Invocation, what: str) -> None:
        caller.hurt.append(what)
        self._world.story.add(self._world.now, f"  ! {caller.name}: {what}")

    def _die(self, caller: Invocation, when: str) -> None:
        self._hurt(caller, f"crashed {when}")
        caller.dead = True
        raise Crash

    # What the services do.

    def _put_events(self, Entries: list[dict[str, Any]]) -> dict[str, Any]:
        if len(Entries) > _MOST_ENTRIES:
            raise refusal("PutEvents", "ValidationException", "at most ten entries")
        answers: list[dict[str, str]] = []
        for entry in Entries:
            if self._happens(self._world.weather.half_told):
                self._hurt(here(), f"the bus refuses {entry['DetailType']}")
                answers.append({"ErrorCode": "InternalFailure", "ErrorMessage": ""})
            else:
                self._world.bus.put(entry)
                answers.append({"EventId": "0"})
        refused = sum("ErrorCode" in answer for answer in answers)
        return {"FailedEntryCount": refused, "Entries": answers}

    def _send_message(
        self,
        QueueUrl: str,
        MessageBody: str,
        MessageAttributes: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        self._world.bury(QueueUrl, MessageBody, MessageAttributes or {})
        return {"MessageId": "0"}

    def _generate_data_key(self, KeyId: str, KeySpec: str, EncryptionContext: dict[str, str]) -> dict[str, Any]:
        assert KeySpec == "AES_256"
        plain, wrapped = self._world.entropy.randbytes(32), self._world.entropy.randbytes(184)
        self._keys[wrapped] = (KeyId, json.dumps(EncryptionContext), plain)
        return {"Plaintext": plain, "CiphertextBlob": wrapped}

    def _decrypt(self, CiphertextBlob: bytes, EncryptionContext: dict[str, str]) -> dict[str, Any]:
        known = self._keys.get(CiphertextBlob)
        own = f"key-of-{here().service}"
        if known is None or known[1] != json.dumps(EncryptionContext):
            raise refusal("Decrypt", "InvalidCiphertextException")
        if known[0] != own:
            raise refusal("Decrypt", "AccessDeniedException", "another service's key")
        return {"Plaintext": known[2]}

    def _get_secret_value(self, SecretId: str) -> dict[str, Any]:
        service = SecretId.removesuffix("-desk-key")
        if service != here().service:
            raise refusal("GetSecretValue", "AccessDeniedException", "another service's secret")
        return {"SecretString": f"{service:x<64}"}

    def _send_email(
        self, *, Destination: dict[str, list[str]], Content: dict[str, Any], **more: Any
    ) -> dict[str, Any]:
        raw = Content.get("Raw", {}).get("Data") or json.dumps(Content).encode()
        marks = [tag["Value"] for tag in more.get("EmailTags", ()) if tag["Name"] == MARK]
        sender = str(more["FromEmailAddress"])
        return self._sent("email", Destination["ToAddresses"][0], raw, "".join(marks), sender)

    def _publish(
        self, *, PhoneNumber: str, Message: str, MessageAttributes: dict[str, Any], **_more: Any
    ) -> dict[str, Any]:
        sender = MessageAttributes.get("AWS.SNS.SMS.SenderID", {}).get("StringValue", "")
        return self._sent("sms", PhoneNumber, Message.encode(), sender=sender)

    def _send_text_message(self, *, DestinationPhoneNumber: str, MessageBody: str, **more: Any) -> dict[str, Any]:
        mark, sender = more.get("Context", {}).get(MARK, ""), more.get("OriginationIdentity", "")
        return self._sent("sms", DestinationPhoneNumber, MessageBody.encode(), mark, sender)

    def _sent(self, channel: str, address: str, raw: bytes, mark: str = "", sender: str = "") -> dict[str, Any]:
        """A provider takes a message, or refuses it, or is not heard."""
        weather, caller = self._world.weather, here()
        if self._happens(weather.provider_busy):
            self._hurt(caller, f"the {channel} provider is busy")
            raise refusal("send", "TooManyRequestsException" if channel == "email" else "Throttled")
        if self._happens(weather.provider_refuses):
            self._hurt(caller, f"the {channel} provider refuses for good")
            raise refusal("send", "MessageRejected" if channel == "email" else "InvalidParameter")
        if self._happens(weather.provider_unheard):
            how = self._random.randrange(3)
            if how == 0:
                self._hurt(caller, f"the {channel} provider is not reached")
                raise ConnectTimeoutError(endpoint_url=_ENDPOINT)
            if how == 1:
                self._world.post.take(channel, address, raw, caller, mark=mark, heard=False, sender=sender)
            self._hurt(caller, f"the {channel} provider {'took it and ' if how == 1 else ''}gives no answer")
            raise ReadTimeoutError(endpoint_url=_ENDPOINT)
        taken = self._world.post.take(channel, address, raw, caller, mark=mark, sender=sender)
        return {"MessageId": f"provider-{taken}"}
