"""What was typed: a target and its options, told in both languages where it cannot be understood."""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Collection, Sequence

from pipeline.answers.command_words import (
    CHOICES,
    HEAD,
    NEAREST,
    NUMBER_EXPECTED,
    OPTION_UNKNOWN,
    OPTIONS,
    TARGET_MISSING,
    TARGET_UNKNOWN,
    TARGETS,
    VALUE_MISSING,
)
from surveys.problems import Language, Message, Problem, ProblemsFound


class UsageError(ProblemsFound):
    """What was typed is not understood."""


def understood(arguments: Sequence[str], targets: Collection[str]) -> argparse.Namespace:
    """Read the words of a command line.

    Parameters
    ----------
    arguments : sequence of str
        Words after the program's name.
    targets : collection of str
        The targets there are.

    Returns
    -------
    Namespace
        ``target``, ``help`` and one entry for each option.

    Raises
    ------
    UsageError
        No target or an unknown one, an unknown option, an option without its value.
    """
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    parser.add_argument("target", nargs="?", default="")
    parser.add_argument("-h", "--help", action="store_true")
    for option in OPTIONS:
        if option.switch:
            parser.add_argument(option.name, action="store_true")
        else:
            parser.add_argument(option.name, default=option.standard)
    try:
        options, others = parser.parse_known_args(list(arguments))
    except argparse.ArgumentError as error:
        name = error.argument_name or ""
        raise UsageError([Problem(VALUE_MISSING, "python -m pipeline", {"name": name})]) from None
    if options.help:
        return options
    names = [option.name for option in OPTIONS]
    problems = [_unknown(OPTION_UNKNOWN, word, names) for word in others]
    if not options.target:
        problems.append(Problem(TARGET_MISSING, "python -m pipeline", {"known": ", ".join(targets)}))
    elif options.target not in targets:
        problems.append(_unknown(TARGET_UNKNOWN, options.target, list(targets)))
    if problems:
        raise UsageError(problems)
    return options


def whole_number(option: str, text: str) -> int:
    """Read a whole number of at least 1.

    Raises
    ------
    UsageError
        It is none.
    """
    if text.isdecimal() and int(text) >= 1:
        return int(text)
    raise UsageError([Problem(NUMBER_EXPECTED, "python -m pipeline", {"name": option, "value": text})])


def typed_language(arguments: Sequence[str]) -> str | None:
    """Return the language that was asked for, also where the rest is not understood."""
    for before, word in zip(["", *arguments], arguments, strict=False):
        if before == "--language":
            return word
        if word.startswith("--language="):
            return word.partition("=")[2]
    return None


def help_text(targets: Collection[str], language: Language) -> str:
    """Explain targets and options in one language."""
    lines = [HEAD[language], "", f"{TARGETS[language]}: {', '.join(targets)}", "", f"{CHOICES[language]}:"]
    width = max(len(option.name) for option in OPTIONS) + 2
    lines += [f"  {one.name:<{width}}{one.es if language == 'es' else one.en}" for one in OPTIONS]
    return "\n".join(lines)


def _unknown(message: Message, word: str, known: list[str]) -> Problem:
    name = word.partition("=")[0]
    near = difflib.get_close_matches(name, known, n=1)
    details = {
        "name": word, "known": ", ".join(known),
        **{f"nearest_{language}": NEAREST[language].format(name=near[0]) if near else "" for language in ("es", "en")},
    }  # fmt: skip
    return Problem(message, "python -m pipeline", details)
