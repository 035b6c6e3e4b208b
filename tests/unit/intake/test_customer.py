"""Files of customers, merged and split however staff like: nobody's contact and no case is lost or in two places."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake import customer as customers
from services.intake.customer import (
    CONTACTS,
    Contact,
    Customer,
    File,
    Link,
    MergedAway,
    NothingLeft,
    NotInThisFile,
    Particulars,
    SameFile,
    TooManyContacts,
)

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)


def file(identity: str, cases: range, contacts: range, names: tuple[str, ...] = ()) -> File:
    """A file with cases and contacts of these numbers, all of its cases open."""
    links = {f"case-{n}": Link(f"case-{n}", NOW + timedelta(minutes=n), ("reporter",)) for n in cases}
    known = {f"contact-{n}": Contact("phone", f"+97150000{n:04}") for n in contacts}
    customer = Customer(
        id=identity,
        salt="salt",
        made=NOW,
        contacts=tuple(sorted(known)),
        classes=("reporter",) if links else (),
        cases=len(links),
        recent=tuple(links),
    )
    return File(customer, Particulars(names, known), links)


def owners(*files: File) -> tuple[dict[str, str], dict[str, str]]:
    """Whose each contact and each case is."""
    contacts = {one: each.customer.id for each in files for one in each.customer.contacts}
    cases = {one: each.customer.id for each in files for one in each.links}
    return contacts, cases


@st.composite
def two_files(draw: st.DrawFn) -> tuple[File, File]:
    cuts = [draw(st.integers(0, 6)) for _ in range(4)]
    first = file("A", range(cuts[0]), range(cuts[1]))
    return first, file("B", range(cuts[0], cuts[0] + cuts[2]), range(cuts[1], cuts[1] + cuts[3]))


@given(two_files())
def test_what_was_merged_is_as_it_was_once_it_is_split_again(files: tuple[File, File]):
    kept, gone = files
    before = owners(kept, gone)
    merged, alias = customers.merged(kept, gone)
    assert owners(merged, alias) == tuple(dict.fromkeys(part, "A") for part in before)
    assert alias.customer.merged_into == "A"
    if not kept.links and not kept.customer.contacts:
        return  # an empty file: nothing of its own would be left
    if not gone.links and not gone.customer.contacts:
        return
    left, again = customers.split(merged, alias, gone.links, gone.customer.contacts)
    assert owners(left, again) == before
    assert again.customer.merged_into is None
    assert (left.links, again.links) == (kept.links, gone.links)
    assert left.particulars.contacts == kept.particulars.contacts
    assert again.particulars.contacts == gone.particulars.contacts
    assert left.customer.absorbed == ()
    assert (left.customer.recent, again.customer.recent) == (kept.customer.recent, gone.customer.recent)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["merge", "split"]),
            st.integers(0, 3),
            st.integers(0, 3),
            st.sets(st.integers(0, 11)),
            st.sets(st.integers(0, 11)),
        ),
        max_size=12,
    )
)
def test_however_files_are_merged_and_split_each_contact_and_case_is_in_one_of_them(steps):
    files = [file(name, range(3 * n, 3 * n + 3), range(3 * n, 3 * n + 3)) for n, name in enumerate("ABCD")]
    everything = owners(*files)
    for what, one, other, cases, contacts in steps:
        try:
            if what == "merge":
                changed = customers.merged(files[one], files[other])
            else:
                named = {f"case-{n}" for n in cases} & files[one].links.keys()
                known = {f"contact-{n}" for n in contacts} & set(files[one].customer.contacts)
                changed = customers.split(files[one], files[other], named, known)
        except (SameFile, MergedAway, NothingLeft, NotInThisFile):
            continue
        files[one], files[other] = changed
        held = [contact for each in files for contact in each.customer.contacts]
        filed = [case for each in files for case in each.links]
        assert sorted(held) == sorted(everything[0])
        assert sorted(filed) == sorted(everything[1])
        for each in files:
            assert set(each.customer.contacts) == set(each.particulars.contacts)
            assert each.customer.cases == len(each.links)
            assert set(each.customer.recent) <= set(each.links)
        assert all(leads_somewhere(files, each) for each in files)


def leads_somewhere(files: list[File], start: File) -> bool:
    """Whether following mergers ends: no two files are merged into one another."""
    by_id, here, steps = {each.customer.id: each for each in files}, start, 0
    while here.customer.merged_into:
        here, steps = by_id[here.customer.merged_into], steps + 1
        if steps > len(files):
            return False
    return True


def test_a_file_is_not_merged_with_itself_nor_twice_nor_round_in_a_ring():
    one, other = file("A", range(1), range(1)), file("B", range(1, 2), range(1, 2))
    with pytest.raises(SameFile):
        customers.merged(one, one)
    merged, alias = customers.merged(one, other)
    with pytest.raises(MergedAway):
        customers.merged(merged, alias)
    with pytest.raises(MergedAway):
        customers.merged(alias, merged)


def test_something_stays_in_a_file_that_is_split_and_nothing_is_split_that_is_not_there():
    one, other = file("A", range(2), range(1)), file("B", range(0), range(0))
    with pytest.raises(NothingLeft):
        customers.split(one, other, one.links, one.customer.contacts)
    with pytest.raises(NotInThisFile):
        customers.split(one, other, ["case-9"], [])
    with pytest.raises(NotInThisFile):
        customers.split(one, other, [], ["contact-9"])
    with pytest.raises(NotInThisFile):
        customers.split(one, other, [], [])
    with pytest.raises(SameFile):
        customers.split(one, one, ["case-0"], [])


def test_a_file_holds_no_more_contacts_than_a_person_has():
    with pytest.raises(TooManyContacts):
        customers.merged(file("A", range(0), range(CONTACTS)), file("B", range(0), range(CONTACTS, CONTACTS + 1)))


def test_a_merged_file_knows_both_names_and_what_they_were_to_each_case():
    one, other = file("A", range(1), range(1), ("Amal",)), file("B", range(1), range(1, 2), ("A. Haddad", "Amal"))
    witness = Link("case-0", NOW, ("witness",))
    other = File(other.customer, other.particulars, {"case-0": witness})
    merged, alias = customers.merged(one, other)
    assert merged.particulars.names == ("Amal", "A. Haddad")
    assert merged.links["case-0"].classes == ("reporter", "witness")
    assert merged.customer.classes == ("reporter", "witness")
    assert merged.customer.cases == 1
    assert alias.particulars == Particulars(("A. Haddad", "Amal"))
