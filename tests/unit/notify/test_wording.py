"""What a message says, whatever a stranger gave as a name."""

import pytest

from services.notify.names import greetable


@pytest.mark.parametrize(
    "name",
    ["Amal", "Amal Al-Rashid", "J. R. O'Hara-Smith", "أمل الراشد", "王小明", "می\u200cخواهم", "Jean-Luc d'Arc III"],
)
def test_a_name_is_greeted_as_it_is(name):
    assert greetable(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "Amal\nYou have won. Write to us",
        "Amal\r\n\r\nDear customer",
        "Amal\u2028Pay now",
        "Amal\u0085Pay now",
        "https://bad.example",
        "see bad.example/pay",
        "www bad",
        "ｂａｄ．ｅｘａｍｐｌｅ",
        "bad。example",
        "write to x@bad",
        "call 0900123456",
        "\u202eelpmaxe",
        "",
        "   ",
    ],
)
def test_what_could_be_followed_or_called_or_is_no_line_is_not_said(name):
    assert greetable(name) == ""


def test_a_name_is_said_to_sixty_characters():
    assert greetable("Amal " * 30) == ("Amal " * 12).rstrip()
