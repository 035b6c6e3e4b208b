"""What the owner chooses at deployment: parameters of CloudFormation, and the environment that hands them over."""

from aws_cdk import CfnCondition, CfnParameter, Fn, Stack

from infra.desk import Function, Service, Use

_OF_SENDING = (
    ("MailFrom", "Address that mail is sent from, an identity verified in SES", None),
    ("NeutralFrom", "Address that does not name the desk, for safe contact; empty: no mail to them", ""),
    ("DutyMail", "Address of the duty desk, told what is late", None),
    ("SmsSender", "Sender id or number of text messages; empty: the account's default", ""),
    (
        "SmsProviders",
        "Who sends text messages, and who stands by: sns, eum (AWS End User Messaging, gives receipts)",
        "sns,eum",
    ),
    (
        "SmsPrices",
        "What one part of a text costs, in hundredths, by country: AE=11.2,GB=4.1,*=10",
        "*=10",
    ),
    ("SmsDay", "What texts may cost in a day, in hundredths", "5000"),
    ("SmsDayUrgent", "What texts about emergencies may cost in a day beside that, in hundredths", "5000"),
    ("SmsDayStaff", "What texts to staff may cost in a day, in hundredths", "5000"),
    (
        "SmsDaySubscribers",
        "What texts to subscribers may cost in a day, in hundredths",
        "5000",
    ),
    ("SmsCountries", "Countries texts go to besides the pack's own, e.g. OM,QA (ISO 3166)", ""),
)
"""Name, description and default; of who sends messages."""
_VARIABLES = {
    "AHD_MAIL_FROM": "MailFrom",
    "AHD_NEUTRAL_FROM": "NeutralFrom",
    "AHD_DUTY_MAIL": "DutyMail",
    "AHD_SMS_SENDER": "SmsSender",
    "AHD_SMS_COUNTRIES": "SmsCountries",
    "AHD_SMS_PROVIDERS": "SmsProviders",
    "AHD_SMS_PRICES": "SmsPrices",
    "AHD_SMS_DAY": "SmsDay",
    "AHD_SMS_DAY_URGENT": "SmsDayUrgent",
    "AHD_SMS_DAY_STAFF": "SmsDayStaff",
    "AHD_SMS_DAY_SUBSCRIBERS": "SmsDaySubscribers",
}


class Choices:
    """The parameters of a service's stack, declared there under the names that they have in CloudFormation."""

    def __init__(self, stack: Stack, service: Service, *, own_url: str) -> None:
        """`own_url` is the desk's address where the owner names none."""
        self._stack = stack
        self._values = self._always(own_url)
        if any(Use.MAIL in function.uses for function in service.functions):
            for name, description, default in _OF_SENDING:
                self._declare(name, description, default)
        for choice in (choice for function in service.functions for choice in function.choices):
            self._declare(choice.parameter, choice.description, choice.default)

    @property
    def senders(self) -> tuple[str, ...]:
        """The addresses that mail is sent from."""
        return tuple(self._values[one] for one in ("MailFrom", "NeutralFrom") if one in self._values)

    def environment(self, function: Function) -> dict[str, str]:
        """What a function is told of them."""
        told = {choice.variable: self._values[choice.parameter] for choice in function.choices}
        if Use.STATE in function.uses or function.package:
            told |= {"AHD_URL": self._values["DeskUrl"], "AHD_PACK": self._values["Pack"]}
        if Use.MAIL in function.uses:
            told |= {variable: self._values[name] for variable, name in _VARIABLES.items()}
        return told

    def _always(self, own_url: str) -> dict[str, str]:
        stack = self._stack
        url = CfnParameter(
            stack,
            "DeskUrl",
            default="",
            description="Public address of the desk, e.g. https://desk.example.org; empty: the HTTP API's own",
        )
        has_url = CfnCondition(stack, "HasDeskUrl", expression=Fn.condition_not(Fn.condition_equals(url, "")))
        pack = CfnParameter(stack, "Pack", default="police", description="The organisation's pack of rules")
        chosen = Fn.condition_if(has_url.logical_id, url.value_as_string, own_url)
        return {"DeskUrl": chosen.to_string(), "Pack": pack.value_as_string}

    def _declare(self, name: str, description: str, default: str | None) -> None:
        declared = CfnParameter(self._stack, name, description=description, default=default)
        self._values[name] = declared.value_as_string
