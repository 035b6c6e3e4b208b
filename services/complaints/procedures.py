"""Procedures beside a complaint: the form, the notice, corrective action, injury, press, milestones."""

from typing import Annotated, Any, Literal

from pydantic import Field

from services.complaints import corrective, grading, injury, notes, rectification, shelf, steps
from services.complaints.accepting import Short, Words, in_our_currency
from services.complaints.complaint import Move
from services.complaints.draft import Draft
from services.complaints.handling import Act, Nothing, must_hold, roles_of
from services.complaints.injury import Cover, Decision, Injury, Item, Opinion, Record, Witness
from services.complaints.rectification import Series
from services.complaints.reference import Reference
from shared.contracts.complaints import AttentionAsked, RectificationIssued
from shared.http import Problem, Request, When, fault
from shared.packs import Money
from shared.packs.steps import Happening
from shared.policy import Principal
from shared.store import Cause, Line
from shared.tables import store


class FormRequest(Request):
    """The complaint form, as it goes to the department that signs for it."""

    text: Words


class NoticeRequest(Request):
    """What is to be put right, by which department, by when."""

    text: Words
    responsible: Annotated[str, Field(max_length=40)] | None = None
    due: When | None = None


class CorrectiveRequest(Request):
    """A move of the corrective action. Whoever sends it back says why."""

    move: corrective.Move
    text: Words | None = None


class InjuryRequest(Request):
    """An item of the injury procedure. `contact` is the witness's; `company` and `advance` are the decision's."""

    item: Item
    text: Words
    contact: Short | None = None
    found: bool = True
    company: bool | None = None
    advance: Money | None = None
    cover: Cover | None = None


class PressRequest(Request):
    """The press asked, or was answered by the one who speaks."""

    what: Literal["asked", "answered", "no-comment"]
    text: Words


class MilestoneRequest(Request):
    """A date of what the complaint is about."""

    milestone: Annotated[str, Field(max_length=40)]
    at: When


def issue_form(draft: Draft, principal: Principal, request: FormRequest) -> None:
    """Approve the complaint form and send it to the department that signs for it."""
    form = draft.book.rules.form
    if form is None:
        raise Problem(409, "not-asked", "The organisation's rules know no complaint form.")
    must_hold(principal, draft, form.major_approvers if draft.complaint.grade == "major" else form.approvers)
    complaint = draft.complaint
    draft.tell(
        AttentionAsked(
            complaint=complaint.id,
            case=complaint.case,
            rule="form",
            roles=(form.signed_by,),
            unit=draft.book.unit_of(complaint.kind),
        ),
        private={"text": request.text},
    )
    draft.happen(Happening.FORM_ISSUED)


def sign_form(draft: Draft, principal: Principal, _request: Nothing) -> None:
    """Sign for the complaint form, once it was issued."""
    form, happened = draft.book.rules.form, draft.complaint.happened
    if form is None:
        raise Problem(409, "not-asked", "The organisation's rules know no complaint form.")
    must_hold(principal, draft, (form.signed_by,))
    if Happening.FORM_ISSUED.value not in happened:
        raise Problem(409, "not-now", "There is no form to sign for yet.", "It is issued first.")
    if Happening.FORM_SIGNED.value in happened:
        raise Problem(409, "not-now", "Somebody signed for the form already.")
    draft.tell(notes.FormSigned())
    draft.happen(Happening.FORM_SIGNED)


def issue_notice(draft: Draft, principal: Principal, request: NoticeRequest) -> None:
    """Issue the rectification notice under the next number of its year."""
    rules, book = draft.book.rules.rectification, draft.book
    if rules is None:
        raise rectification.NoneAsked
    must_hold(principal, draft, rules.roles)
    responsible = request.responsible or book.rules.department(draft.complaint.kind) or rules.to
    if responsible not in book.pack.departments:
        raise fault("/responsible", "unknown_department", "There is no such department.")
    if request.due is not None and request.due <= draft.now:
        raise fault("/due", "in_the_past", "This time has passed: say by when it can still be put right.")
    series = Series.of(book.pack.name, draft.now, book.pack.calendar["tz"])
    last = shelf.last_in_series(series.key)
    notice = rectification.issue(
        rules,
        draft.complaint.notice,
        series.number(last),
        responsible=responsible,
        due=request.due,
        by=principal.id,
        at=draft.now,
    )
    draft.extra.append(dict(series.step(store().table, last)))
    draft.set(notice=notice)
    draft.tell(
        RectificationIssued(
            complaint=draft.complaint.id,
            case=draft.complaint.case,
            notice=notice.number,
            to=notice.to,
            responsible=notice.responsible,
            due=notice.due,
        ),
        private={"text": request.text},
    )
    draft.happen(Happening.NOTICE_ISSUED)


def move_corrective(draft: Draft, principal: Principal, request: CorrectiveRequest) -> None:
    rules, action = draft.book.rules.corrective, draft.complaint.corrective
    if rules is None or action is None:
        raise Problem(409, "not-asked", "This kind of complaint has no corrective action.")
    must_hold(principal, draft, corrective.who_may(rules, action, request.move))
    if request.move in corrective.REASONED and not request.text:
        raise fault("/text", "missing", "Say why it goes back.")
    after = corrective.moved(action, request.move, principal.id, draft.now)
    draft.set(corrective=after)
    draft.tell(
        notes.CorrectiveMoved(move=str(request.move), stage=str(after.stage)),
        private={"text": request.text} if request.text else None,
    )
    if request.move in corrective.HAPPENINGS:
        draft.happen(corrective.HAPPENINGS[request.move])
    if request.move in corrective.REASONED:
        # The check was done, and came out against the plan: now the cause is owed again.
        checked = corrective.CHECKED[action.stage]
        draft.complaint = steps.owed_again(draft.complaint, Happening.CAUSE_FOUND, checked, draft.book, draft.now)


def record_injury(draft: Draft, principal: Principal, request: InjuryRequest) -> None:
    """Keep one item of the injury procedure; the first report of an injury starts it."""
    complaint, now = draft.complaint, draft.now
    if complaint.injury is None:
        draft.hold(grading.holding(complaint.facts, {"injury": True}))
        draft.set(injury=Injury(reported=Record(by=principal.id, at=now)))
        draft.happen(Happening.INJURY_REPORTED)
    roles = injury.who_may(draft.book.rules, request.item)
    if roles is not None:
        must_hold(principal, draft, roles)
    if draft.complaint.injury is not None:
        draft.set(injury=_injury_after(draft, draft.complaint.injury, principal, request))
    private = request.model_dump(mode="json", exclude_none=True, include={"text", "contact"})
    draft.tell(notes.InjuryRecorded(item=str(request.item)), private=private)
    if request.item in injury.HAPPENINGS:
        draft.happen(injury.HAPPENINGS[request.item])


def _injury_after(draft: Draft, before: Injury, principal: Principal, request: InjuryRequest) -> Injury:
    rules, by, at = draft.book.rules, principal.id, draft.now
    if request.item is Item.WITNESS:
        if request.found and not request.contact:
            raise fault("/contact", "missing", "Keep how to reach the witness.")
        return before.stated(Witness(by=by, at=at, found=request.found))
    if request.item is Item.DECISION:
        if request.company is None:
            raise fault("/company", "missing", "Say whether somebody goes to hospital with them.")
        advance = in_our_currency(request.advance, "/advance")
        return before.decided(rules, Decision(by=by, at=at, company=request.company, advance=advance))
    if request.item is Item.SCENE:
        return before.secured(Record(by=by, at=at))
    if request.item is Item.INSURER:
        return before.insurer_told(rules, Record(by=by, at=at))
    if request.cover is None:
        raise fault("/cover", "missing", "Say what the insurer's opinion is.")
    return before.judged(rules, Opinion(by=by, at=at, cover=request.cover))


def record_press(draft: Draft, principal: Principal, request: PressRequest) -> None:
    coverage = draft.complaint.press
    if request.what == "asked":
        draft.hold(grading.holding(draft.complaint.facts, {"press": True}))
        draft.set(press=coverage.asked(principal.id, draft.now))
        draft.happen(Happening.PRESS_ASKED)
    else:
        spoken = coverage.answered(
            draft.book.rules.press,
            roles_of(principal, draft),
            principal.id,
            draft.now,
            comment=request.what == "answered",
        )
        draft.set(press=spoken)
    draft.tell(notes.PressSpoken(what=request.what), private={"text": request.text})


def record_milestone(draft: Draft, principal: Principal, request: MilestoneRequest) -> None:
    """Keep a date of the reference: what follows from it holds of this complaint as of when it was accepted."""
    rules, complaint = draft.book.rules.reference, draft.complaint
    if rules is None or request.milestone not in rules.milestones:
        raise fault("/milestone", "unknown_milestone", "The organisation's rules know no such date.")
    if request.at > draft.now:
        raise fault("/at", "in_the_future", "This has not happened yet: record it once it has.")
    if complaint.reference is None:
        raise Problem(
            409, "no-reference", "What the complaint is about is not known.", "Classify it with a reference."
        )
    note = notes.MilestoneReached(milestone=request.milestone, at=request.at)
    cause = Cause(draft.now, principal.id, f"complaint:{complaint.id}")
    known = shelf.reference(complaint.reference)
    reached = (known or Reference(id=complaint.reference)).reached(request.milestone, request.at)
    draft.extra += store().beside(reached, [Line(note)], cause, new=known is None)
    follows = shelf.follows(draft.book, reached.milestones, complaint.accepted)
    draft.hold(grading.holding(grading.without_reference(draft.book.rules, complaint.facts), {}, follows))
    draft.complaint = shelf.numbered(draft.complaint, draft.book, reached.milestones)
    draft.tell(note)
    draft.draw_up_ledger()


ACTS: dict[str, Act[Any]] = {
    "form": Act("complaint.handle", Move.RECORD, FormRequest, issue_form),
    "signature": Act("complaint.handle", Move.RECORD, Nothing, sign_form),
    "notice": Act("complaint.handle", Move.RECORD, NoticeRequest, issue_notice),
    "corrective": Act("complaint.handle", Move.RECORD, CorrectiveRequest, move_corrective),
    "injury": Act("complaint.handle", Move.RECORD, InjuryRequest, record_injury),
    "press": Act("complaint.handle", Move.RECORD, PressRequest, record_press),
    "milestones": Act("complaint.handle", Move.RECORD, MilestoneRequest, record_milestone),
}
