"""The letter that goes with an edition, as texts in one language and as PDF."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.editions.file_names import file_label
from pipeline.hashing import files_below
from pipeline.release import Release
from pipeline.report_pdf import compile_pdf
from pipeline.report_render import render_typst
from pipeline.report_words import Words, load_words
from pipeline.table_labels import Labels
from surveys.dictionary import Label
from surveys.editions import Edition
from surveys.problems import Language
from surveys.study import Study


@dataclass(frozen=True)
class Part:
    """A part of the letter: paragraphs, then a table where it has rows."""

    title: str
    paragraphs: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Letter:
    """Everything a letter says; the template only places it."""

    words: Words
    title: str
    producer: str
    reference_period: str
    study: str
    edition: str
    draft: bool
    synthetic: bool
    intro: str
    parts: tuple[Part, ...]


def write_letters(folder: Path, edition: Edition, release: Release, all_of: Sequence[Edition], templates: Path) -> None:
    """Write ``letter_<language>.pdf`` in every language of the edition.

    Parameters
    ----------
    folder : Path
        The edition, complete but for its descriptions.
    edition : Edition
        What it promises.
    release : Release
        Its rows.
    all_of : sequence of Edition
        Editions of the study, which were protected together.
    templates : Path
        Folder of the templates.
    """
    files = [path.relative_to(folder).as_posix() for path in files_below(folder)]
    for language in edition.languages:
        letter = letter_of(edition, release, all_of, files, load_words(templates, language))
        source = render_typst(letter, templates, "letter.j2")
        year, where = release.loaded.study.year, f"report_templates  letter_{language}.pdf"
        pdf = compile_pdf(source, {}, templates, year=year, where=where)
        (folder / f"letter_{language}.pdf").write_bytes(pdf)


def letter_of(
    edition: Edition, release: Release, all_of: Sequence[Edition], files: Sequence[str], words: Words
) -> Letter:  # fmt: skip
    """Build the letter of an edition in one language.

    Parameters
    ----------
    edition, release, all_of
        As in `write_letters`.
    files : sequence of str
        Paths inside the edition.
    words : Words
        Phrases in the language of the letter.
    """
    study = release.loaded.study
    language: Language = "es" if words.language == "es" else "en"
    parts = (
        Part(words["letter_for"], (_for_whom(edition, study, words),)),
        Part(words["letter_may"], _may_use(edition, words, language)),
        Part(words["letter_state"], _state(study, words, final=release.final)),
        Part(words["letter_rules"], _rules(edition, all_of, words, language)),
        Part(words["letter_contact"], (contact(study) or words["letter_nobody"],)),
        Part(words["letter_check"], (words["letter_sums"],)),
        Part(
            words["letter_contents"], (_contents(release, words, language),),
            (words["letter_file"], words["letter_is"]),
            tuple((name, file_label(name).get(language)) for name in files),
        ),
    )  # fmt: skip
    return Letter(
        words, study.title.get(language), study.producer.get(language) if study.producer else "",
        study.reference_period.get(language) if study.reference_period else str(study.year),
        study.name, edition.title.get(language), not release.final, study.synthetic,
        study.subtitle.get(language) if study.subtitle else study.title.get(language), parts,
    )  # fmt: skip


def receivers(edition: Edition, study: Study) -> tuple[str, ...]:
    """Institutions that receive an edition: by its audience from the working group, and those it names itself."""
    of_group = [
        member.institution
        for member in study.working_group
        if edition.audience == "working_group" or (edition.audience == "institutions" and member.role == "receives")
    ]
    return tuple(dict.fromkeys([*of_group, *edition.recipients]))


def contact(study: Study) -> str:
    """Institutions of the working group that answer for a study: those that lead, or else produce it."""
    for role in ("leads", "produces"):
        names = [member.institution for member in study.working_group if member.role == role]
        if names:
            return ", ".join(names)
    return ""


def description_of(edition: Edition, release: Release, templates: Path) -> Label:
    """Say in both languages what an edition holds, for its catalogue record."""
    told = {}
    for language in ("es", "en"):
        words = load_words(templates, language)
        spoken: Language = "es" if language == "es" else "en"
        state = _state(release.loaded.study, words, final=release.final)
        told[language] = " ".join([_contents(release, words, spoken), *state])
    return Label(told["es"], told["en"])


def _for_whom(edition: Edition, study: Study, words: Words) -> str:
    names = "; ".join(receivers(edition, study))
    if edition.audience == "institutions" and not names:
        return words["letter_institutions_open"]
    return words.say(f"letter_{edition.audience}", names=names)


def _contents(release: Release, words: Words, language: Language) -> str:
    view = release.view
    labels = Labels(release.loaded.dictionary, language)
    indicators = {name.partition(".")[0] for name in view["indicator"].astype(str)}
    by = ", ".join(labels.breakdown(name) for name in release.breakdowns)
    hidden = int(view["status"].isin(["withheld", "confidential"]).sum())
    return words.say(
        "letter_rows", rows=f"{len(view):,}", indicators=len(indicators), hidden=f"{hidden:,}",
        breakdowns=by or words["letter_none"],
    )  # fmt: skip


def _rules(edition: Edition, all_of: Sequence[Edition], words: Words, language: Language) -> tuple[str, ...]:
    rules = edition.disclosure
    if rules is None:
        raise ValueError(f"edition '{edition.name}' has no rules")
    found = [words.say("letter_rule_cases", cases=rules.minimum_cases)]
    if rules.rounding_base is None:
        found.append(words.say("letter_rule_width", width=max(1, min(rules.minimum_width, rules.minimum_cases - 1))))
    else:
        found.append(words.say("letter_rule_rounding", base=rules.rounding_base))
    if len(all_of) > 1:
        names = "; ".join(one.title.get(language) for one in all_of)
        found.append(words.say("letter_rule_joint", names=names))
    return tuple(found)


def _may_use(edition: Edition, words: Words, language: Language) -> tuple[str, ...]:
    found = [edition.notice.get(language) if edition.notice else words["letter_no_notice"], words["letter_never"]]
    return (*found, *([words.say("letter_licence", licence=edition.licence)] if edition.licence else []))


def _state(study: Study, words: Words, *, final: bool) -> tuple[str, ...]:
    told = [words["letter_final" if final else "letter_draft"]]
    return (*told, *([words["letter_synthetic"]] if study.synthetic else []))
