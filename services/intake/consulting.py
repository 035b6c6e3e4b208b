"""Answering a question, from the knowledge base or in words of one's own; and whether it was understood."""

from typing import Annotated, Any

from pydantic import Field

from services.intake import case as cases
from services.intake import knowing
from services.intake.case import Move, State
from services.intake.consultation import Consultation
from services.intake.handling import Act, Draft, Said, conclude
from services.intake.notes import AnswerUnclear, AnswerUnderstood
from services.intake.working import Words
from shared import promises
from shared.contracts.intake import ConsultationAnswered
from shared.http import Problem, Request, Text, fault
from shared.packs import CONSULTATION
from shared.rules.knowledge import knowledge
from shared.store import Audience


class AnswerRequest(Request):
    """The answer to a question: an article of the knowledge base by its id, words of one's own, or both."""

    text: Words | None = None
    article: Annotated[str, Field(min_length=1, max_length=40)] | None = None


class UnderstoodRequest(Request):
    """Whether the answer was understood; how satisfied they are, 1 (bad) to 5 (good); what they want to say."""

    understood: bool
    rating: Annotated[int, Field(ge=1, le=5)] | None = None
    text: Annotated[Text, Field(min_length=1, max_length=4000)] | None = None


def answer(draft: Draft, request: AnswerRequest) -> None:
    """The customer gets the answer, and is asked whether they understood it. The promise is kept."""
    draft.must_be(CONSULTATION)
    text = _words(draft, request)
    if draft.case.state is State.RECEIVED:
        # Whoever answers a question has taken it on.
        draft.move(Move.OPEN)
        draft.case = cases.opened(draft.case, draft.pack, draft.calendar, draft.now)
    draft.move(Move.WORK)
    after = _stands(draft).answered()
    kept = promises.keep(draft.case.promises, cases.CONSULT, draft.now)
    draft.set(consultation=after, promises=kept)
    told = ConsultationAnswered(case=draft.case.id, times=after.answers, article=request.article)
    draft.tell_customer(told, text)


def understood(draft: Draft, request: UnderstoodRequest) -> None:
    """Understood: the question is solved. Not understood: an answer is promised again, at last from higher up."""
    draft.must_be(CONSULTATION)
    draft.case.moved(Move.WORK)
    after = _stands(draft).heard(understood=request.understood)
    draft.set(consultation=after)
    private = request.model_dump(include={"text", "rating"}, exclude_none=True)
    if request.understood:
        draft.tell(AnswerUnderstood(), Audience.CUSTOMER, private)
        conclude(draft, "solved", said=Said(request.rating))
        return
    if not promises.is_open(draft.case.promises, cases.CONSULT):
        above, category = after.owed_by == "ladder", draft.pack.category(draft.case.category)
        made = cases.promise_answer(draft.case.promises, category, draft.pack, draft.calendar, draft.now, above=above)
        draft.set(promises=made)
    owed = next(one for one in draft.case.promises if one.name == cases.CONSULT and one.open)
    draft.tell(AnswerUnclear(due=owed.due, role=owed.role), Audience.CUSTOMER, private)


def _stands(draft: Draft) -> Consultation:
    return draft.case.consultation or Consultation()


def _words(draft: Draft, request: AnswerRequest) -> str:
    """What the customer reads. Raises `Problem` when there is nothing, or the article can't be given."""
    if request.article is None:
        if request.text is None:
            raise fault("/text", "missing", "Write an answer, or name an article: GET /v1/knowledge finds them.")
        return request.text
    article = knowledge().article(request.article)
    if article is None:
        raise fault("/article", "unknown_article", "There is no such article; GET /v1/knowledge finds them.")
    if not article.valid(knowing.today(draft.now)):
        raise Problem(
            409,
            "article-expired",
            "This article is no longer given as an answer.",
            f"It was valid until {article.valid_until}. Answer in your own words, and have the article renewed.",
        )
    return "\n\n".join((*([request.text] if request.text else []), knowing.in_words(article, draft.case.language)))


ACTS: dict[str, Act[Any]] = {"answer": Act("case.note", AnswerRequest, answer, keyed=True)}
