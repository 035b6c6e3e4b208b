from datetime import UTC, datetime

import pytest

from services.complaints import press
from services.complaints.press import Coverage, NotTheSpeaker
from shared.packs.procedures import Press

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
RULES = Press(speaker="store-manager", tells=("duty-manager", "store-manager"))


def test_a_question_waits_until_the_speaker_answers_it():
    asked = Coverage().asked("clerk-1", NOW)
    answered = asked.answered(RULES, frozenset({"store-manager"}), "manager-1", NOW)

    assert (Coverage().open, asked.open, answered.open) == (False, True, False)
    assert [one.what for one in answered.spoken] == ["asked", "answered"]


def test_no_comment_is_an_answer_too_and_also_the_speakers():
    answered = (
        Coverage()
        .asked("clerk-1", NOW)
        .answered(RULES, frozenset({"store-manager"}), "manager-1", NOW, comment=False)
    )

    assert answered.spoken[-1].what == "no-comment"


def test_nobody_else_talks_to_the_press_and_the_refusal_says_who_does():
    with pytest.raises(NotTheSpeaker) as refused:
        Coverage().asked("clerk-1", NOW).answered(RULES, frozenset({"duty-manager"}), "duty-1", NOW)

    assert refused.value.speaker == "store-manager"


def test_the_speaker_is_told_first_and_nobody_twice():
    assert press.to_tell(RULES) == ("store-manager", "duty-manager")
