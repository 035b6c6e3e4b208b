"""Keeping what the public sees of cases: on the case itself, and in a list by month that is written with it.

`PUBLIC#<yyyy-mm>` holds one item a published case, sorted by when it was reported; a list reads from its newest end.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from services.intake.case import DONE, RESOLVE, Case
from services.intake.georeport import ServiceRequest, Status
from services.intake.published import masked
from shared.packs import Pack
from shared.place import stamp
from shared.settings import settings
from shared.store import Item, put_item
from shared.tables import store

_PAGES = 5
"""Of a month, at most so many megabytes are read for one list, however many cases there are."""

_GONE = "gone"


def seen(case: Case, pack: Pack) -> ServiceRequest | None:
    """The case as the public sees it; None when it sees nothing."""
    if case.public is None:
        return None
    due = [promise.due for promise in case.promises if promise.name == RESOLVE and promise.rung == 0]
    return ServiceRequest(
        id=case.id,
        status=_status(case),
        service_code=case.category,
        requested=case.reported,
        updated=case.updated or case.reported,
        expected=max(due, default=None),
        language=case.language,
        agency=pack.title.into(case.language),
        address=case.public.address,
        lat=case.public.lat,
        long=case.public.long,
        words=case.public.words,
    )


def _status(case: Case) -> Status:
    return "closed" if case.state in DONE else "open"


def listing(case: Case, pack: Pack) -> list[Item]:
    """What goes into the list in the transaction that makes the case."""
    shown = seen(case, pack)
    if shown is None or case.public is None or not case.public.listed:
        return []
    attributes = {"status": shown.status, "code": shown.service_code, "doc": shown.as_json()}
    return [put_item(settings().need("table"), _place(case), attributes)]


def kept_current(before: Case, after: Case, pack: Pack, now: datetime) -> tuple[Case, list[Item]]:
    """The case after a change, with when the public last saw one, and what to write into the list for that.

    What is moved to a category that is not published, or turns out an emergency, is taken from the list.
    """
    category = pack.category(after.category)
    public = after.public
    if public is not None and (category is None or category.open311 in {None, "blackbox"}):
        public = None
    elif public is not None and after.urgent and public.listed:
        public = type(public)(listed=False)
    elif public is not None and category is not None and after.category != before.category:
        shown = public if category.public_words else public.model_copy(update={"words": None})
        public = shown if category.public_place == "exact" else masked(shown)
    after = after.model_copy(update={"public": public})
    if seen(before, pack) == seen(after, pack) and before.public == after.public:
        return after, []
    after = after.model_copy(update={"updated": now})
    was_listed = before.public is not None and before.public.listed
    if was_listed and (public is None or not public.listed):
        return after, [put_item(settings().need("table"), _place(after), {"status": _GONE})]
    return after, listing(after, pack)


def newest(
    first: datetime, last: datetime, codes: Sequence[str], statuses: Sequence[Status]
) -> Iterator[ServiceRequest]:
    """Listed cases that were reported from `first` to `last`, the newest first."""
    wanted: dict[str, Sequence[str]] = {"status": statuses or ("open", "closed")}
    if codes:
        wanted["code"] = codes
    for month in _months_back(first, last):
        for item in store().newest(_partition(month), stamp(first), f"{stamp(last)}~", wanted, _PAGES):
            yield ServiceRequest.from_json(item["doc"]["S"])


def _months_back(first: datetime, last: datetime) -> Iterator[datetime]:
    month = last.astimezone(UTC)
    earliest = _partition(first)
    while _partition(month) >= earliest:
        yield month
        month = month.replace(day=1) - timedelta(days=1)


def _partition(at: datetime) -> str:
    return f"PUBLIC#{at.astimezone(UTC):%Y-%m}"


def _place(case: Case) -> tuple[str, str]:
    return _partition(case.reported), f"{stamp(case.reported)}#{case.id}"


def by_id(cases: Sequence[Case], pack: Pack) -> list[ServiceRequest]:
    """Those of these cases of which the public sees anything."""
    return [shown for case in cases if (shown := seen(case, pack)) is not None]
