"""What a customer says on the page of their case: more about it, a question, whether they understood the answer."""

import re

import pytest

from tests.browser.citizen import Citizen, Page
from tests.browser.desk import Desk
from tests.browser.test_report import report_dispute

pytestmark = pytest.mark.requirement("CASE-11", "CASE-21")


@pytest.fixture
def case(citizen: Citizen) -> Page:
    report_dispute(citizen)
    citizen.sends()
    return citizen.follows("Look at my report")


def ask_the_desk(citizen: Citizen, story: str) -> Page:
    """Report a question up to its receipt."""
    citizen.goes_to("/report")
    citizen.sends()
    choose_question(citizen, story)
    citizen.sends(reach="anonymous")
    return citizen.sends()


def choose_question(citizen: Citizen, story: str) -> None:
    citizen.sends(story=story)
    citizen.sends(area="ask")


def test_what_is_added_is_on_the_case_once(citizen: Citizen, case: Page):
    form = citizen.follows("Add something").one("input", name="form")["value"]
    after = citizen.sends(text="The receipt is with my brother.")
    assert after.path == case.path
    assert "Thank you, it is on your report" in after.body
    again = citizen.posts(f"{case.path}/say/additions", {"text": "The receipt is with my brother.", "form": form})
    assert again.body.count("The receipt is with my brother.") == 1
    more = citizen.posts(f"{case.path}/say/additions", {"text": "And the box.", "form": form})
    assert more.body.count("You added something") == 2


def test_a_question_has_a_date_at_once(citizen: Citizen, case: Page):
    assert case.status == 200
    citizen.follows("Ask whoever has your report")
    after = citizen.sends(text="Do I need a lawyer?")
    assert "Thank you, we have your question" in after.body
    assert re.search(r"You get an answer by \w+day \d+ \w+ \d{4}, \d\d:\d\d\.", after.body)


@pytest.mark.parametrize(
    ("language", "said"), [("en", "Write a few words"), ("ar", "اكتب بضع كلمات"), ("zh", "请写几句话")]
)
@pytest.mark.parametrize("what", ["additions", "questions"])
def test_nothing_written_is_said_beside_the_field(citizen: Citizen, case: Page, what: str, language: str, said: str):
    citizen.goes_to(f"{case.path}/say/{what}?lang={language}")
    page = citizen.sends()
    assert (page.status, page.faults) == (422, {"text": said})
    assert page.one("html")["lang"] == language
    long = citizen.sends(text="x" * 4001)
    assert list(long.faults) == ["text"]
    assert "4000" in long.faults["text"] or "4,000" in long.faults["text"]


def test_what_nobody_asked_for_is_not_offered(citizen: Citizen, case: Page):
    assert not [link for link in case.all("a") if link["href"].endswith(("/say/documents", "/say/understood"))]
    for what in ("documents", "understood"):
        assert citizen.goes_to(f"{case.path}/say/{what}").path == case.path
    assert citizen.goes_to(f"{case.path}/say/nothing").status == 404
    assert citizen.posts(f"{case.path}/say/nothing", {"text": "x"}).status == 404
    assert citizen.posts(f"{case.path}/say/documents", {"text": "Here."}).status == 409
    assert "Thank you" not in citizen.goes_to(f"{case.path}?said=nothing").body


def test_nobody_speaks_for_the_customer_without_the_secret(desk: Desk, citizen: Citizen, case: Page):
    stranger = Citizen(desk)
    for what in ("additions", "questions", "documents", "understood"):
        assert stranger.goes_to(f"{case.path}/say/{what}").status == 404
        assert stranger.posts(f"{case.path}/say/{what}", {"text": "It was nothing."}).status == 404
    forged = citizen.posts(f"{case.path}/say/additions", {"text": "forged"}, sec_fetch_site="cross-site")
    assert forged.status == 403


def test_a_question_is_answered_on_its_receipt_and_closed_by_who_understood(citizen: Citizen):
    received = ask_the_desk(citizen, "How do I pay a traffic fine?")
    assert "Where and by when to pay stands on the notice." in received.body
    assert "We answer the question that you came with" in received.body
    case = citizen.follows("Look at my report")
    assert "Was the answer clear?" in case.body
    citizen.follows("Say whether it was clear")
    assert citizen.sends().faults == {"understood": "Choose whether the answer was clear"}
    after = citizen.sends(understood="yes", rating="5", text="Very quick.")
    assert after.path == case.path
    assert "Closed" in after.body
    assert "Very quick." in after.body
    assert "Was the answer clear?" not in after.body


def test_who_did_not_understand_is_promised_another_answer(desk: Desk, citizen: Citizen):
    ask_the_desk(citizen, "Do swans on the river belong to somebody?")
    case = citizen.follows("Look at my report")
    assert "Was the answer clear?" not in case.body
    desk.works("answer", case.path.split("/")[2], {"text": "They belong to the city."})
    citizen.goes_to(f"{case.path}/say/understood")
    assert "They belong to the city." in citizen.page.body
    after = citizen.sends(understood="no", text="Which city?")
    assert "You told us that the answer was not clear. You get another one by" in after.body
    assert "Which city?" in after.body
