"""Messages greet, thank or apologise, say the next step and close; and never speak in a forbidden tone."""

import json
import subprocess
import sys
from copy import deepcopy
from typing import Any

import pytest

from infra.wording import TEXTS, Tone, faults, rules, templates
from shared.packs import LANGUAGES

RULES = rules()
SHIPPED = templates()
TONES: tuple[Tone, ...] = ("contempt", "denial", "contradiction", "impatience")
CUSTOMERS = [name for name in SHIPPED["en"] if RULES.is_for_customers(name)]


def found(language, template, part, words):
    """What is said of the shipped template with this one part written otherwise."""
    said = {one: {template: dict(texts[template])} for one, texts in SHIPPED.items()}
    said[language][template][part] = words
    return [str(fault) for fault in faults(said, RULES)]


def run(folder):
    command = [sys.executable, "-m", "infra.wording", str(folder)]
    return subprocess.run(command, check=False, capture_output=True, text=True, cwd=TEXTS.parents[2])


@pytest.mark.requirement("TELL-02")
def test_every_template_passes_and_the_command_says_so():
    done = run(TEXTS)
    assert done.stdout == f"{3 * len(SHIPPED['en'])} texts in 3 languages: 0 to put right\n"
    assert done.returncode == 0


@pytest.mark.requirement("TELL-02")
def test_the_command_names_file_template_fault_and_mending(tmp_path):
    for language, texts in SHIPPED.items():
        said: Any = deepcopy(texts)
        for tone in TONES:
            said["opened"]["text"] += RULES.languages[language].tone[tone][0] + "\n"
        said["survey"]["text"] = "{number}{link}"
        (tmp_path / f"{language}.json").write_text(json.dumps(said))
    done = run(tmp_path)
    assert done.returncode == 1
    for language in LANGUAGES:
        opened = [line for line in done.stdout.splitlines() if line.startswith(f"texts/{language}.json: opened: ")]
        assert [line.split("speaks with ")[1].split(":")[0] for line in opened if "speaks" in line] == list(TONES)
        assert f"texts/{language}.json: survey: the mail does not greet. Begin its text with {{hello}}" in done.stdout
        for what in ("neither thanks nor apologises.", "does not say the next step.", "does not close."):
            assert f"texts/{language}.json: survey: the mail {what}" in done.stdout


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("tone", TONES)
@pytest.mark.parametrize("part", ["subject", "text", "sms"])
def test_every_phrase_of_every_forbidden_tone_is_found_wherever_it_stands(language, tone, part):
    phrases = RULES.languages[language].tone[tone]
    assert len(phrases) >= 10
    shipped = SHIPPED[language]["late"][part]
    for phrase in phrases:
        (said,) = (one for one in found(language, "late", part, f"{shipped} {phrase}.") if f'"{phrase}"' in one)
        assert said.startswith(f'texts/{language}.json: late: its {part} speaks with {tone}: "{phrase}". ')


@pytest.mark.parametrize(
    ("language", "words", "tone"),
    [
        ("en", "You   DON\u2019T\nunderstand", "contempt"),
        ("ar", "وَمُسْتَحِيلٌ", "denial"),
        ("ar", "أسـرِع", "impatience"),
        ("ar", "انت المخطىء", None),  # another word, and no vowel sign makes it this one
        ("zh", "这件事我们没办法处理", "denial"),
        ("en", "Possibly the impossibility theorem", None),
    ],
)
def test_a_phrase_is_known_however_it_is_written_and_no_other_word_is_taken_for_it(language, words, tone):
    said = found(language, "late", "subject", f"{{number}} {words}")
    assert [one.split("speaks with ")[1].split(":")[0] for one in said] == ([tone] if tone else [])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", CUSTOMERS)
def test_a_message_that_leaves_out_a_courtesy_is_found(language, template):
    text = SHIPPED[language][template]["text"]
    lines = text.split("\n")
    assert lines[-3:] == [lines[-3], "{desk}", ""]
    cases = {
        "does not greet": "\n".join(lines[1:]),
        "does not close": "\n".join([*lines[:-3], "{desk}", ""]),
        "does not say the next step": "".join(
            line for line in text.splitlines(keepends=True) if line.strip() not in RULES.next_step
        ),
    }
    for what, written in cases.items():
        assert any(f"{template}: the mail {what}" in one for one in found(language, template, "text", written)), what
    rude = "\n".join(line for line in lines if not is_courteous(language, line, template))
    assert any("neither thanks nor apologises" in one for one in found(language, template, "text", rude))


def is_courteous(language, line, template):
    """Whether a mail with this line alone thanks or apologises."""
    said = found(language, template, "text", f"{{hello}}\n\n{line}\n")
    return not any("the mail neither" in one for one in said)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_message_says_who_writes_thanks_and_leads_on(language):
    said = found(language, "opened", "sms", "{number} {due}")
    assert sum(f"texts/{language}.json: opened: the text message" in one for one in said) == 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_greeting_that_does_not_greet_is_found(language):
    (said,) = found(language, "greeting", "named", "{name}:")
    assert said.startswith(f"texts/{language}.json: greeting.named: it does not greet. Write: ")


def test_a_link_below_nothing_is_no_next_step():
    said = found(
        "en", "progressed", "text", "{hello}\n{follow}\n\nThank you: {text} {number}\n\nKind regards\n{desk}\n"
    )
    assert [one.split(": ", 2)[2].split(".")[0] for one in said] == ["the mail does not say the next step"]


def test_staff_need_no_courtesy_but_are_spoken_to_as_well():
    exempted = [name for name in SHIPPED["en"] if name.startswith(RULES.exempt.courtesy)]
    # Neutral words can't name the desk or lead on: they stand where it is not safe to say who writes.
    assert set(exempted) == {name for name in SHIPPED["en"] if name.startswith("duty_")} | {"neutral"}
    shipped = SHIPPED["en"]["duty_urgent"]["text"]
    (said,) = found("en", "duty_urgent", "text", f"{shipped} Hurry up!")
    assert "impatience" in said


@pytest.mark.parametrize(
    ("template", "part", "words", "what"),
    [
        ("opened", "subject", "", "it has no subject. Write it."),
        ("opened", "sms", "{desk}：感谢您，{number}。{follow}", "its sms does not say {due}. Say it, too."),
        ("opened", "subject", "{number} {follow}", "its subject says {follow}, which en does not."),
    ],
)
def test_languages_say_the_same(template, part, words, what):
    assert any(f"texts/zh.json: {template}: {what}" in one for one in found("zh", template, part, words))


def test_a_template_that_a_language_lacks_or_alone_has_is_found():
    said: Any = deepcopy(SHIPPED)
    said["ar"]["thanks"] = said["ar"].pop("survey")
    assert [str(fault) for fault in faults(said, RULES)] == [
        "texts/ar.json: survey: it is missing. Translate it.",
        "texts/ar.json: thanks: en does not have it. Write it there, too, or remove it.",
    ]


def test_a_plural_that_a_language_has_and_the_texts_do_not_is_named():
    said: Any = deepcopy(SHIPPED)
    del said["ar"]["counted"]["complaints.two"]
    said["zh"]["counted"]["complaints.one"] = "一件投诉"
    assert [str(fault) for fault in faults(said, RULES)] == [
        "texts/ar.json: counted: complaints.two is missing. Write what is said of so many.",
        "texts/zh.json: counted: complaints.one is no plural of this language. Leave it out.",
    ]
