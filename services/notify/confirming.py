"""What a subscription begins with: its address is asked whether it was them, once for each asking."""

from babel.lists import format_list

from services.notify import subscribing, writing
from services.notify.message import Message, Policy
from services.notify.wording import letter
from shared.contracts.notify import SubscriptionAsked
from shared.heard import Heard
from shared.logs import log
from shared.rules.care import care


def send_confirmation(heard: Heard[SubscriptionAsked]) -> None:
    """To the address, what was asked for it, with the link that confirms."""
    known, address = subscribing.reached(heard.event.subscriber)
    if known.wanted is None or address is None:
        return
    themes = care().themes
    said = [themes[one].into(known.wanted.language) for one in known.wanted.themes if one in themes]
    values = {"link": subscribing.link(known, "confirm"), "themes": format_list(said, locale=known.wanted.language)}
    words = letter("subscription_confirm", known.wanted.language, values)
    message = Message(
        id=f"{heard.id}.subscription_confirm",
        case="",
        subscriber=known.id,
        template="subscription_confirm",
        policy=Policy.AT_MOST_ONCE,
        channels=(known.channel,),
    )
    if not writing.write(heard, known, address, message, words):
        log().info("not asked: the number texted STOP", subscriber=known.id)
