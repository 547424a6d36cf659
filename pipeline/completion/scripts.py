"""``make completion``: scripts for bash, zsh and fish that know the targets, the variables and the studies."""

from __future__ import annotations

import re
from pathlib import Path

from pipeline.atomic import write_text
from pipeline.project import Project
from pipeline.stages import STAGES
from pipeline.yaml_files import read_yaml
from surveys.problems import Language

TEMPLATES = Path(__file__).resolve().parent
SHELLS = ("bash", "zsh", "fish")
_TARGET = re.compile(r"^([a-z][a-z-]*):.*## ", flags=re.MULTILINE)
_VARIABLE = re.compile(r"^([A-Z]+) *\?=", flags=re.MULTILINE)
_ASKED = re.compile(r"\[?\b([A-Z]{2,})=")
FOLDERS = ("DATA", "BUILD", "AT", "EARLIER", "KEYFILE")
SWITCHES = ("FINAL", "JSON", "ONLINE")


def write_completion(project: Project, folder: Path) -> list[Path]:
    """Write the completion of `make`.

    Parameters
    ----------
    project : Project
        The checkout, whose Makefile says what can be typed.
    folder : Path
        Made when absent.

    Returns
    -------
    list of Path
        ``caracteriza.bash``, ``caracteriza.zsh`` and ``caracteriza.fish``. Names of studies are looked up when a key
        is pressed, so a new study needs no new script.
    """
    makefile = (project.root / "Makefile").read_text(encoding="utf-8")
    targets = _TARGET.findall(makefile)
    told = "".join(line for line in makefile.splitlines(keepends=True) if "## " in line)
    names = sorted({*_VARIABLE.findall(makefile), *_ASKED.findall(told)})
    values = {
        "LANGUAGE": ("es", "en"),
        "UNTIL": tuple(STAGES),
        "INDICATOR": tuple(read_yaml(project.dictionary, shown=project.dictionary.name).data["indicators"]),
        **{name: ("yes",) for name in SWITCHES if name in names},
    }
    places = {
        "@TARGETS@": " ".join(targets),
        "@VARIABLES@": " ".join(f"{name}=" for name in names),
        "@FOLDERS@": " | ".join(FOLDERS),
        "@FOLDERS_ZSH@": " | ".join(f"{name}=*" for name in FOLDERS),
        "@CASES_BASH@": "\n".join(
            f"    {name}) COMPREPLY=($(compgen -W '{' '.join(words)}' -- \"$value\")) ;;"
            for name, words in values.items()
        ),
        "@CASES_ZSH@": "\n".join(
            f"    {name}=*) compset -P '*='; compadd -- {' '.join(words)} ;;" for name, words in values.items()
        ),
        "@CASES_FISH@": "\n".join(
            f"complete -c make -n __caracteriza_here -f -a '{' '.join(f'{name}={word}' for word in words)}'"
            for name, words in values.items()
        ),
    }
    folder.mkdir(parents=True, exist_ok=True)
    return [_written(folder / f"caracteriza.{shell}", places) for shell in SHELLS]


def how_to_load(written: list[Path], language: Language) -> str:
    """Say how a shell takes a script in."""
    path = written[0]
    if language == "es":
        return f"Cárguelo con: source {path}\nPara siempre: escriba esa línea al final de ~/.bashrc (en zsh, ~/.zshrc)."
    return f"Load it with: source {path}\nFor good: write that line at the end of ~/.bashrc (in zsh, ~/.zshrc)."


def _written(path: Path, places: dict[str, str]) -> Path:
    text = (TEMPLATES / path.name).read_text(encoding="utf-8")
    for place, content in places.items():
        text = text.replace(place, content)
    write_text(path, text)
    return path
