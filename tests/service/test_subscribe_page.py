"""The pages of subscriptions: without JavaScript, in three languages, and nothing happens by opening a link."""

from urllib.parse import urlencode, urlsplit

import pytest

from tests.service.subscribed import MAIL, link, minute, release, subscribe, written

FORM = {"content-type": "application/x-www-form-urlencoded", "accept": "text/html"}


def opens(world, path: str, **headers: str) -> tuple[int, str]:
    status, _, body = world.answer("notify.subscribe", "GET", path, {"accept": "text/html", **headers}, b"")
    return status, body.decode()


def sends(world, path: str, fields: dict[str, str] | None = None, **headers: str) -> tuple[int, str]:
    content = urlencode(fields or {}).encode()
    status, _, body = world.answer("notify.subscribe", "POST", path, {**FORM, **headers}, content)
    world.settle()
    return status, body.decode()


def path_in(said: str) -> str:
    what, identity, token = link(said)
    return f"/subscribe/{what}/{identity}/{token}"


@pytest.mark.requirement("TELL-08")
def test_a_citizen_subscribes_confirms_and_ends_it_by_pages_alone(world):
    status, form = opens(world, "/subscribe")
    assert status == 200
    assert 'name="themes.safety"' in form
    assert 'name="communities.harbour"' in form
    status, asked = sends(world, "/subscribe", {"themes.safety": "yes", "email": MAIL, "speaks": "en"})
    assert (status, "One more step" in asked) == (200, True)
    confirming = path_in(written(world, MAIL)[-1])
    status, question = opens(world, confirming)
    assert "Safety in your community" in question
    assert 'method="post"' in question
    release(world)
    minute(world)
    assert len(written(world, MAIL)) == 1  # opening it was not yet a yes
    assert sends(world, confirming)[0] == 200
    release(world)
    minute(world)
    ending = path_in(written(world, MAIL)[-1])
    assert "Do you want no more news?" in opens(world, ending)[1]
    assert "Your address is forgotten" in sends(world, ending)[1]
    sent = len(written(world, MAIL))
    release(world)
    minute(world)
    assert len(written(world, MAIL)) == sent


@pytest.mark.requirement("TELL-08")
@pytest.mark.parametrize(
    ("language", "says"), [("en", "Subscribe to news"), ("ar", "الاشتراك في الأخبار"), ("zh", "订阅通知")]
)
def test_the_first_page_of_the_desk_leads_there_in_each_language_unless_there_is_nothing_to_subscribe_to(
    world, language, says
):
    def first_page() -> str:
        answer = world.answer("intake.web", "GET", f"/?lang={language}", {"accept": "text/html"}, b"")
        assert answer[0] == 200
        return str(answer[2], "utf-8")

    assert f'href="/subscribe">{says}</a>' in first_page()
    world.amend_pack(lambda pack: pack.pop("subscribable"))
    assert "/subscribe" not in first_page()


@pytest.mark.requirement("TELL-04", "TELL-08")
def test_one_click_of_a_mail_program_ends_it(world):
    subscribe(world, MAIL)
    release(world)
    minute(world)
    path = path_in(written(world, MAIL)[-1])
    status, said = sends(world, path, {"List-Unsubscribe": "One-Click"})
    assert (status, "You hear no more from us" in said) == (200, True)
    assert sends(world, path, {"List-Unsubscribe": "One-Click"})[0] == 200


@pytest.mark.parametrize(
    ("language", "direction", "title"),
    [("ar", "rtl", "هل تود أن تصلك أخبارنا؟"), ("zh", "ltr", "您要订阅我们的通报吗？")],
)
def test_a_link_speaks_the_language_that_was_chosen_with_it(world, language, direction, title):
    sends(world, "/subscribe", {"themes.fraud": "yes", "email": MAIL, "speaks": language})
    _, question = opens(world, path_in(written(world, MAIL)[-1]))
    assert f'lang="{language}"' in question
    assert f'dir="{direction}"' in question
    assert title in question


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"themes.safety": "yes"}, "Give either an email address or a telephone number"),
        ({"themes.safety": "yes", "email": MAIL, "phone": "+971501234567"}, "not both"),
        ({"themes.safety": "yes", "email": "nobody"}, "Enter an email address like"),
        ({"themes.safety": "yes", "phone": "12"}, "Enter a telephone number with its country code"),
        ({"email": MAIL}, "Choose at least one"),
        ({"email": MAIL, **{f"themes.{number}": "yes" for number in range(9)}}, "Choose no more than eight"),
        ({"themes.safety": "yes", "themes.gossip": "yes", "email": MAIL}, "Choose at least one"),
    ],
)
def test_what_is_missing_is_said_at_its_field_and_what_was_given_stays(world, fields, said):
    status, page = sends(world, "/subscribe", {"speaks": "en", "language": "en", **fields})
    assert status == 422
    assert said in page
    assert ("no more than eight" in page) == ("eight" in said)
    assert "govuk-error-summary" in page
    if "email" in fields:
        assert f'value="{fields["email"]}"' in page
    assert world.items("notify") == []


def test_a_form_of_another_site_is_not_taken(world):
    fields = {"themes.safety": "yes", "email": MAIL, "speaks": "en"}
    assert sends(world, "/subscribe", fields, origin="https://elsewhere.example")[0] == 403
    assert written(world, MAIL) == []


def test_wrong_links_and_unknown_subscribers_are_answered_alike(world):
    sends(world, "/subscribe", {"themes.safety": "yes", "email": MAIL, "speaks": "en"})
    good = path_in(written(world, MAIL)[-1])
    wrong = good[:-1] + ("A" if good[-1] != "A" else "B")
    nobody = "/".join((*good.split("/")[:3], "x" * 20, good.split("/")[4]))
    ending = good.replace("/confirm/", "/end/")
    answers = [opens(world, wrong), opens(world, nobody), sends(world, wrong), sends(world, ending)]
    assert [status for status, _ in answers] == [404, 404, 404, 404]
    bodies = {said.replace(urlsplit(wrong).path, "").replace(nobody, "").replace(ending, "") for _, said in answers}
    assert len(bodies) == 1


def test_a_page_keeps_its_address_to_itself(world):
    _, headers, _ = world.answer("notify.subscribe", "GET", "/subscribe", {"accept": "text/html"}, b"")
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "same-origin"


class TestWithoutCare:
    @pytest.fixture
    def pack(self):
        return "retail"

    def test_a_desk_that_sends_none_says_so(self, world):
        status, said = opens(world, "/subscribe")
        assert (status, "This desk sends no bulletins" in said) == (404, True)
