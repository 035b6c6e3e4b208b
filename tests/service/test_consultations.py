"""A question to the desk: answered from the knowledge base at once, or by a person in the promised time; then asked
whether it was understood.
"""

from datetime import timedelta
from urllib.parse import quote

import pytest

from services.intake.proposing import language_of
from tests.service.casework import CLERK, MAIL, OFFICER, SUPERVISOR, mailed, report
from tests.service.conftest import MONDAY_MORNING

pytestmark = pytest.mark.requirement("CASE-11")

PASSPORT = "I lost my passport. What should I do now?"
ODD = "Do swans on the river belong to somebody?"


@pytest.fixture
def asked(world):
    """A question that the knowledge base has nothing for."""
    return report(world, category="Q1", description=ODD)


def ask(world, q, language=None):
    query = f"q={quote(q)}" + (f"&language={language}" if language else "")
    return look(world, query)


def look(world, query):
    answer = world.http("intake.api", "GET", "/v1/knowledge", query=query)
    return answer.status, answer.body


def first(world, q, language=None):
    status, body = ask(world, q, language)
    assert status == 200, body
    return body["answers"][0]["id"] if body["answers"] else None


class TestLookingUp:
    @pytest.mark.parametrize(
        ("q", "article"),
        [
            ("where can I get a new identity card after losing it", "lost-documents"),
            ("noise", "noise-at-night"),
            ("certificate of good conduct", "no-criminal-record"),
            ("what is the status of my report", "follow-my-case"),
            ("I want to contest a parking fine", "traffic-fines"),
            ("my husband beats me", "violence-at-home"),
            ("do I have to testify as a witness", "rights-of-witnesses"),
            ("I found a purse on the bus", "found-property"),
            ("can I stay anonymous", "anonymous-report"),
            ("my car was towed", "towed-car"),
            ("ضاع جواز السفر الخاص بي", "lost-documents"),
            ("أريد شهادة حسن سيرة", "no-criminal-record"),
            ("كيف أعترض على مخالفة سرعة", "traffic-fines"),
            ("عثرت على محفظة", "found-property"),
            ("我的护照不见了", "lost-documents"),
            ("无犯罪记录证明在哪里办", "no-criminal-record"),
            ("罚款怎么交", "traffic-fines"),
            ("接到诈骗电话怎么办", "fraud-calls"),
        ],
    )
    def test_a_question_in_other_words_finds_its_article_in_its_language(self, world, q, article):
        status, body = ask(world, q)
        assert (status, body["answers"][0]["id"]) == (200, article)
        assert language_of(body["answers"][0]["answer"]) == language_of(q)
        assert len(body["answers"]) <= 3
        assert all(0 < one["score"] <= 1 for one in body["answers"])

    @pytest.mark.parametrize(
        "q",
        [
            "asdf qwer zxcv",
            "purple elephants dance on the moon",
            "what is the capital of France",
            "I want to buy a house",
            "where do I get it",
            "how do I get to the airport",
            "ما هي عاصمة فرنسا",
            "الطقس جميل اليوم",
            "法国的首都是哪里",
            "今天天气很好",
            "怎么办",
            "2026",
            "???",
        ],
    )
    def test_nonsense_and_other_subjects_find_nothing(self, world, q):
        assert ask(world, q) == (200, {"answers": []})

    def test_the_answer_comes_in_the_language_that_is_asked_for(self, world):
        _, body = ask(world, "passport lost", "zh")
        assert body["answers"][0]["title"] == "证件丢失怎么办"

    def test_a_long_story_is_answered_by_the_sentence_that_asks(self, world):
        story = "Hello. I start a new job soon. My employer wants a criminal record certificate. Where do I get it?"
        assert [one["id"] for one in ask(world, story)[1]["answers"]] == ["no-criminal-record"]

    @pytest.mark.parametrize(
        ("query", "pointer"),
        [
            ("", "/q"),
            ("q=", "/q"),
            ("q=%20%20", "/q"),
            (f"q={'x' * 301}", "/q"),
            ("q=%00", "/q"),
            ("q=noise&language=fr", "/language"),
            ("q=noise&limit=900", "/limit"),
        ],
    )
    def test_what_can_not_be_looked_up_is_a_fault(self, world, query, pointer):
        status, body = look(world, query)
        assert status == 422
        assert body["faults"][0]["pointer"] == pointer

    def test_bodies_that_know_more_are_those_of_the_directory(self, world):
        _, body = ask(world, "traffic fine")
        assert body["answers"][0]["contacts"] == [{"name": "Traffic desk", "phone": "+971 4 000 0122"}]

    def test_an_expired_article_is_no_answer(self, world):
        assert first(world, "passport lost") == "lost-documents"
        world.amend_pack(expire("lost-documents", "2026-11-22"), ".knowledge")
        assert first(world, "passport lost") is None
        world.amend_pack(expire("lost-documents", "2026-11-23"), ".knowledge")
        assert first(world, "passport lost") == "lost-documents"


def expire(article, last):
    def change(knowledge):
        for one in knowledge["articles"]:
            if one["id"] == article:
                one["valid_until"] = last

    return change


class TestReporting:
    def test_the_receipt_has_the_answer_at_once_and_an_answer_of_a_person_is_promised(self, world):
        body = {"category": "Q1", "description": PASSPORT, "contact": {"email": MAIL}}
        answer = world.http("intake.api", "POST", "/v1/cases", body, key="question-1")
        assert answer.body["state"] == "open"
        assert [one["id"] for one in answer.body["answers"]] == ["lost-documents"]
        assert {one["what"] for one in answer.body["promises"]} == {"acknowledge", "consult"}
        again = world.http("intake.api", "POST", "/v1/cases", body, key="question-1")
        assert again.body == answer.body

    def test_where_nothing_fits_an_answer_is_promised_on_the_packs_clock(self, asked):
        assert asked.seen()["answers"] == []
        assert asked.seen()["asks_understood"] is False
        assert asked.owed() == {"consult": "operator"}
        assert asked.due("consult") == MONDAY_MORNING + timedelta(hours=4)

    def test_a_question_that_nobody_answers_goes_up_the_ladder_and_the_customer_is_told(self, world, asked):
        world.pass_time(timedelta(hours=4, minutes=1))
        assert asked.owed()["consult"] == "supervisor"
        assert any("You have an answer to your question" in mail for mail in mailed(world))
        assert asked.whats()[-1] == "CaseLate"

    def test_any_other_report_gets_no_answers(self, world):
        other = report(world, description=PASSPORT)
        assert other.seen()["answers"] == []
        assert other.file()["consultation"] is None


class TestAnswering:
    def test_the_customer_is_told_and_asked_whether_it_was_clear(self, world, asked):
        asked.do("answer", {"text": "They belong to the city."}, CLERK)
        assert asked.owed() == {}
        assert asked.promise("consult")["state"] == "kept"
        mail = mailed(world)[-1]
        assert "They belong to the city." in mail
        assert "Was it understood?" in mail
        assert asked.seen()["asks_understood"] is True
        assert asked.whats()[-1] == "ConsultationAnswered"

    def test_an_article_is_given_in_the_language_of_the_customer(self, world):
        asked = report(world, category="Q1", description="سؤال", language="ar")
        asked.do("answer", {"article": "traffic-fines", "text": "أهلاً بك."}, CLERK)
        said = asked.seen()["timeline"][-1]["text"]
        assert said.startswith("أهلاً بك.")
        assert "مكتب المرور: +971 4 000 0122" in said

    def test_what_is_no_question_can_not_be_answered_so(self, world):
        case = report(world)
        refused = case.try_to("answer", {"text": "Yes."}, key="answer-001")
        assert (refused.status, refused.body["type"]) == (409, "urn:ahd:problem:wrong-kind")

    @pytest.mark.parametrize(
        ("body", "pointer"), [({}, "/text"), ({"article": "swans"}, "/article"), ({"text": " "}, "/text")]
    )
    def test_an_answer_that_says_nothing_is_refused(self, asked, body, pointer):
        refused = asked.try_to("answer", body, key="answer-001")
        assert (refused.status, refused.body["faults"][0]["pointer"]) == (422, pointer)
        assert "consult" in asked.owed()

    def test_an_expired_article_is_not_given(self, world, asked):
        world.amend_pack(expire("traffic-fines", "2026-11-01"), ".knowledge")
        refused = asked.try_to("answer", {"article": "traffic-fines"}, key="answer-001")
        assert (refused.status, refused.body["type"]) == (409, "urn:ahd:problem:article-expired")

    def test_nobody_answers_what_is_closed(self, asked):
        asked.do("close", {"outcome": "solved", "text": "Answered on the telephone."})
        assert asked.promise("consult")["state"] == "kept"
        assert asked.try_to("answer", {"text": "Yes."}, key="answer-001").status == 409

    def test_under_one_key_it_is_answered_once(self, asked):
        for _ in range(2):
            asked.do("answer", {"text": "Yes."}, CLERK, key="answer-001")
        assert asked.whats().count("ConsultationAnswered") == 1

    def test_a_question_of_a_flagged_caller_is_taken_on_by_its_answer(self, world):
        world.amend_pack(lambda pack: [one.update(review=True) for one in pack["categories"] if one["code"] == "Q1"])
        asked = report(world, category="Q1", description=ODD)
        assert asked.owed() == {"review": "officer"}
        asked.do("answer", {"text": "Yes."}, CLERK)
        assert (asked.file()["state"], asked.owed()) == ("open", {})


class TestUnderstood:
    def test_understood_closes_it_and_the_rating_is_the_survey(self, world, asked):
        asked.do("answer", {"text": "They belong to the city."}, CLERK)
        assert asked.says("understood", {"understood": True, "rating": 5}).status == 202
        seen = asked.seen()
        assert (seen["state"], seen["asks_understood"]) == ("closed", False)
        assert asked.whats()[-3:] == ["AnswerUnderstood", "CaseClosed", "SurveyCameBack"]
        assert not any("How was it?" in mail for mail in mailed(world))
        assert sum("closed" in mail.lower() for mail in mailed(world)) <= 1
        rows = world.http("survey.staff", "GET", "/staff/v1/scores", staff=SUPERVISOR, query="month=2026-11").body
        assert [(one["category"], one["satisfaction"]) for one in rows["scores"]] == [("Q1", 5)]
        assert "customer" not in asked.file()["handlers"]

    def test_who_was_asked_and_did_not_rate_is_not_asked_again(self, world, asked):
        asked.do("answer", {"text": "Yes."}, CLERK)
        asked.says("understood", {"understood": True})
        assert asked.seen()["state"] == "closed"
        assert not any("How was it?" in mail for mail in mailed(world))

    def test_a_low_rating_brings_a_call(self, world):
        contact = {"name": "Amal", "email": MAIL, "phone": "+971501234567"}
        asked = report(world, category="Q1", description=ODD, contact=contact)
        asked.do("answer", {"text": "No."}, CLERK)
        asked.says("understood", {"understood": True, "rating": 1, "text": "That was rude."})
        callbacks = world.http("notify.staff", "GET", "/staff/v1/callbacks", staff=CLERK).body["callbacks"]
        assert [one["case"] for one in callbacks] == [asked.number]

    def test_a_low_rating_of_whom_nobody_can_reach_counts_too(self, world):
        asked = report(world, category="Q1", description=ODD, contact=None)
        asked.do("answer", {"text": "No."}, CLERK)
        asked.says("understood", {"understood": True, "rating": 1})
        assert asked.whats()[-1] == "SurveyCameBack"

    def test_what_the_knowledge_base_gave_can_be_enough(self, world):
        asked = report(world, category="Q1", description=PASSPORT)
        assert asked.seen()["asks_understood"] is True
        assert asked.seen()["answers"][0]["title"] == "I have lost my documents"
        asked.says("understood", {"understood": True, "rating": 4})
        assert asked.promise("consult")["state"] == "kept"
        assert asked.seen()["state"] == "closed"

    def test_who_does_not_take_it_keeps_the_promise_as_it_was(self, world):
        asked = report(world, category="Q1", description=PASSPORT)
        due = asked.due("consult")
        world.pass_time(timedelta(hours=1))
        assert asked.says("understood", {"understood": False, "text": "It was a diplomatic one."}).status == 202
        assert (asked.due("consult"), asked.owed()) == (due, {"consult": "operator"})
        assert asked.events("AnswerUnclear")[0]["private"]["text"] == "It was a diplomatic one."

    def test_not_understood_it_is_promised_again_and_the_second_time_from_higher_up(self, asked):
        owed = []
        for time in range(3):
            asked.do("answer", {"text": f"Answer {time}."}, CLERK)
            assert asked.says("understood", {"understood": False}, f"customer-{time}").status == 202
            owed.append(asked.owed()["consult"])
        assert owed == ["operator", "supervisor", "supervisor"]
        asked.do("answer", {"text": "Plainly: yes."}, SUPERVISOR)
        asked.says("understood", {"understood": True, "rating": 3}, "customer-9")
        assert asked.seen()["state"] == "closed"

    def test_a_promise_made_again_that_is_late_goes_up_too(self, world, asked):
        asked.do("answer", {"text": "Yes."}, CLERK)
        asked.says("understood", {"understood": False})
        world.pass_time(timedelta(hours=4, minutes=1))
        assert asked.owed()["consult"] == "supervisor"

    def test_if_the_customer_says_nothing_nothing_is_late_and_staff_can_close(self, world, asked):
        asked.do("answer", {"text": "Yes."}, CLERK)
        world.pass_time(timedelta(days=60))
        assert asked.owed() == {}
        assert "CaseLate" not in asked.whats()
        asked.do("close", {"outcome": "solved", "text": "You did not write again."}, OFFICER)
        assert any("How was it" in mail for mail in mailed(world))

    def test_before_an_answer_there_is_nothing_to_understand(self, asked):
        refused = asked.says("understood", {"understood": True})
        assert (refused.status, refused.body["type"]) == (409, "urn:ahd:problem:not-now")

    def test_of_what_is_no_question_neither(self, world):
        case = report(world)
        assert case.says("understood", {"understood": True}).body["type"] == "urn:ahd:problem:wrong-kind"

    def test_after_it_was_closed_neither(self, asked):
        asked.do("answer", {"text": "Yes."}, CLERK)
        asked.do("close", {"outcome": "solved", "text": "Done."})
        assert asked.says("understood", {"understood": False}).status == 409
        assert asked.seen()["asks_understood"] is False

    @pytest.mark.parametrize(
        "body", [{}, {"understood": "yes"}, {"understood": True, "rating": 6}, {"understood": True, "rating": 0}]
    )
    def test_half_a_word_is_a_fault(self, asked, body):
        asked.do("answer", {"text": "Yes."}, CLERK)
        assert asked.says("understood", body).status == 422

    def test_said_twice_under_one_key_it_counts_once(self, asked):
        asked.do("answer", {"text": "Yes."}, CLERK)
        for _ in range(2):
            assert asked.says("understood", {"understood": True, "rating": 5}).status == 202
        assert asked.whats().count("AnswerUnderstood") == 1


@pytest.mark.parametrize("pack", ["convenience"])
def test_another_organisation_answers_in_its_own_words_and_time(world):
    assert first(world, "when do you open on Friday") == "opening-hours"
    asked = report(world, category="Q1", description=ODD)
    assert asked.owed() == {"consult": "counter-clerk"}


@pytest.mark.parametrize("pack", ["works"])
def test_an_organisation_without_a_knowledge_base_finds_nothing(world):
    assert ask(world, "when do you open") == (200, {"answers": []})
