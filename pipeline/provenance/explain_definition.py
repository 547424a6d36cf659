"""From a figure back to what was asked: questions, recodes, derivations and universe, from study and dictionary."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from estimates.measures import variables_read
from pipeline.provenance.explanation import Part
from pipeline.report_labels import Labels
from pipeline.study_files import LoadedStudy
from surveys.dictionary import Dictionary, Indicator, Variable
from surveys.expressions import parse
from surveys.mapping import LevelMapping, VariableMapping

SHOWN = 12


def read_by(indicator: Indicator, breakdowns: Sequence[str], dictionary: Dictionary) -> tuple[str, ...]:
    """Name every variable behind a figure, what is derived first and what was asked last."""
    wanted = [*variables_read(indicator, dictionary), *(dictionary.breakdowns[name].variable for name in breakdowns)]
    found: dict[str, None] = {}
    while wanted:
        name = wanted.pop(0)
        if name in found or name not in dictionary.variables:
            continue
        found[name] = None
        variable = dictionary.variables[name]
        wanted += [one for text in (variable.derive, variable.universe) if text for one in parse(text).names]
    derived = [name for name in found if dictionary.variables[name].derive is not None]
    return (*derived, *(name for name in found if name not in derived))


def question_part(loaded: LoadedStudy, names: Sequence[str], labels: Labels) -> Part:
    """Say what was asked, of whom, and the answers that were offered."""
    dictionary, words = loaded.dictionary, labels.words
    lines = []
    for name in names:
        variable = dictionary.variables[name]
        if variable.derive is not None:
            continue
        said = variable.label.get(words.language)
        if variable.question is not None:
            said += f": «{variable.question.get(words.language)}»"
        else:
            said += f" ({words['explain_not_asked']})"
        more = [said]
        if variable.universe:
            more.append(words.say("explain_asked_if", condition=variable.universe))
        answers = _answers(variable, dictionary, words.language)
        if answers:
            rest = len(answers) - SHOWN
            shown = "; ".join(answers[:SHOWN]) + (f"; {words.say('explain_more', count=rest)}" if rest > 0 else "")
            more.append(words.say("explain_answers", answers=shown))
        lines.append((name, ". ".join(more)))
    return Part(words["explain_question"], tuple(lines))


def recode_part(loaded: LoadedStudy, indicator: Indicator, names: Sequence[str], labels: Labels) -> Part:
    """Say how answers become the figure: its expression, derivations, source columns and recodes."""
    dictionary, words = loaded.dictionary, labels.words
    lines = [(indicator.name, _expression(indicator, labels))]
    for name in names:
        variable = dictionary.variables[name]
        if variable.derive is not None:
            lines.append(("", words.say("explain_derived", name=name, expression=" ".join(variable.derive.split()))))
            continue
        for level in loaded.mapping.levels.values():
            if name in level.variables:
                lines.append(("", _origin(name, level, level.variables[name], loaded, labels)))
    return Part(words["explain_recodes"], tuple(lines))


def universe_part(indicator: Indicator, labels: Labels) -> Part:
    """Say who counts, in the words of the dictionary and as the expression that ran."""
    words = labels.words
    level = labels.dictionary.levels[indicator.level].label.get(words.language)
    lines = [(words["explain_level"], f"{level} ({indicator.level})")]
    condition = indicator.universe
    every = words.say("explain_all_rows", level=level)
    lines.append((words["explain_universe"], every if condition is None else f"{level}: {condition}"))
    if indicator.definition is not None:
        lines.append((words["explain_definition"], indicator.definition.get(words.language)))
    return Part(words["explain_universe"], tuple(lines))


def _expression(indicator: Indicator, labels: Labels) -> str:
    words, options = labels.words, indicator.options
    statistic = words[f"statistic_{indicator.statistic}"]
    parts = [words.say("explain_statistic", statistic=statistic, expression=indicator.of)]
    if indicator.over:
        parts.append(words.say("explain_over", expression=indicator.over))
    for name, value in vars(options).items():
        if value not in (None, (), {}, 0, 1, 1.0) or (name == "power" and indicator.statistic == "poverty"):
            parts.append(words.say("explain_option", name=name, value=_plain(value)))
    if indicator.universe:
        parts.append(words.say("explain_condition", condition=indicator.universe))
    return "; ".join(parts)


def _origin(name: str, level: LevelMapping, way: VariableMapping, loaded: LoadedStudy, labels: Labels) -> str:
    words = labels.words
    used = dict.fromkeys((level.source, *(join.source for join in level.joins)))
    sources = [loaded.study.sources[one] for one in used]
    source = ", ".join(one.file or one.name for one in sources)
    if way.constant is not None:
        text = words.say("explain_constant", name=name, value=way.constant)
    elif way.row_number:
        text = words.say("explain_row_number", name=name, source=source)
    else:
        key = "explain_column" if way.column is not None else "explain_build"
        text = words.say(key, name=name, columns=", ".join(dict.fromkeys(way.columns)), source=source)
    return "; ".join([text, *_changes(way, labels)])


def _changes(way: VariableMapping, labels: Labels) -> Iterator[str]:
    words = labels.words
    if way.recode:
        yield words.say("explain_recode", pairs=_pairs(way.recode, labels))
    if way.missing:
        yield words.say("explain_missing", pairs=_pairs(way.missing, labels))
    if way.scale is not None:
        yield words.say("explain_scale", factor=f"{way.scale:g}")


def _pairs(pairs: Mapping[str, str], labels: Labels) -> str:
    more = labels.words.say("explain_more", count=len(pairs) - SHOWN)
    shown = [f"{before} → {after}" for before, after in list(pairs.items())[:SHOWN]]
    return ", ".join([*shown, *([more] if len(pairs) > SHOWN else [])])


def _answers(variable: Variable, dictionary: Dictionary, language: str) -> list[str]:
    if variable.codes is None:
        return []
    codes = dictionary.code_lists[variable.codes].codes
    return [f"{code} {entry.label.get(language)}" for code, entry in codes.items()]


def _plain(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} = {text}" for key, text in value.items())
    return ", ".join(f"{one:g}" for one in value) if isinstance(value, tuple) else str(value)
