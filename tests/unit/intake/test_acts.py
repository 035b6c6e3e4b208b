"""What staff do with a case has one name each: a table that is merged later must not hide another's act."""

from services.intake import staff

TABLES = [module.ACTS for module in vars(staff).values() if hasattr(module, "ACTS")]


def test_no_two_tables_name_the_same_act():
    named = [name for table in TABLES for name in table]
    assert sorted(named) == sorted(staff.ACTS)
    assert len(TABLES) > 5
