"""``python -m pipeline.fuzzing``: damage whole files thousands of times, read each, and print what became of them."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from pipeline.atomic import write_text
from pipeline.fuzzing.forked import prepare
from pipeline.fuzzing.seeds import FORMATS, Seed, seeds_of
from pipeline.fuzzing.tally import Tally, passed, table
from pipeline.fuzzing.trial import Trials, damaged
from pipeline.progress import Progress
from surveys.problems import Language

MUTATIONS = 15_400


def fuzz(
    mutations: int, seed: int, formats: Sequence[str], folder: Path, progress: Progress, data: Path | None = None
) -> list[Tally]:
    """Damage and read files.

    Parameters
    ----------
    mutations : int
        How many in all, shared out evenly between the formats.
    seed : int
        Decides every choice.
    formats : sequence of str
        Of ``FORMATS``.
    folder : Path
        Empty folder to work in.
    progress : Progress
        Says how far it is.
    data : Path, optional
        Folder with real files to damage too.

    Returns
    -------
    list of Tally
        One for each format.
    """
    prepare()
    trials = Trials(folder)
    tallies = []
    for place, kind in enumerate(formats):
        seeds = seeds_of(kind, data)
        count = mutations // len(formats) + (place < mutations % len(formats))
        tally = Tally(kind)
        with progress.doing("fuzz", f"{kind}: {count:,}"):
            for number in range(count):
                _one(trials, tally, kind, seeds, seed, number)
                if number % 500 == 499:
                    progress.note(f"{kind}: {number + 1:,} / {count:,}")
        tallies.append(tally)
    return tallies


def _one(trials: Trials, tally: Tally, kind: str, seeds: tuple[Seed, ...], seed: int, number: int) -> None:
    whole, content = damaged(kind, seeds, seed, number)
    started = time.monotonic()
    outcome = trials.run(kind, whole, content)
    tally.add(number, outcome, time.monotonic() - started)


def main(arguments: Sequence[str] | None = None) -> int:
    """Fuzz as the command line asks.

    Returns
    -------
    int
        0 when this process never failed or hung and nothing changed in silence, otherwise 1.
    """
    parser = argparse.ArgumentParser(prog="python -m pipeline.fuzzing", description=__doc__, allow_abbrev=False)
    parser.add_argument("--mutations", type=int, default=MUTATIONS, help="how many in all")
    parser.add_argument("--seed", type=int, default=1, help="another seed gives other damage")
    parser.add_argument("--formats", default=",".join(FORMATS), help="formats, with commas between them")
    parser.add_argument("--only", default="", help="one of them again, as in sav:812")
    parser.add_argument("--data", default="", help="folder with real files, small ones of which are damaged too")
    parser.add_argument("--build", default="build", help="folder of results")
    parser.add_argument("--language", default="", help="es or en")
    options = parser.parse_args(arguments)
    spoken = options.language or os.environ.get("LC_ALL") or os.environ.get("LANG") or "en"
    language: Language = "es" if spoken.lower().startswith("es") else "en"
    data = Path(options.data).resolve() if options.data and Path(options.data).is_dir() else None
    formats = tuple(options.formats.split(","))
    if unknown := [name for name in formats if name not in FORMATS]:
        parser.error(f"--formats: {', '.join(unknown)}; {', '.join(FORMATS)}")
    with tempfile.TemporaryDirectory(prefix="fuzz-") as scratch:
        if options.only:
            return _again(options.only, options.seed, data, Path(scratch))
        tallies = fuzz(options.mutations, options.seed, formats, Path(scratch), Progress(), data)
    print(table(tallies, language))
    report = {"seed": options.seed, "real_files": data is not None, "formats": [tally.plain() for tally in tallies]}
    place = Path(options.build) / "fuzz"
    place.mkdir(parents=True, exist_ok=True)
    write_text(place / "fuzz.json", json.dumps(report, ensure_ascii=False, indent=1) + "\n")
    for tally in tallies:
        for number in tally.bad:
            print(f"--seed {options.seed} --only {tally.kind}:{number}")
    return 0 if passed(tallies) else 1


def _again(only: str, seed: int, data: Path | None, folder: Path) -> int:
    """Try one damaged file once more and say what became of it."""
    kind, _, number = only.partition(":")
    prepare()
    whole, content = damaged(kind, seeds_of(kind, data), seed, int(number))
    tally = Tally(kind)
    outcome = Trials(folder).run(kind, whole, content)
    tally.add(int(number), outcome, 0.0)
    print(whole.name, outcome)
    return 0 if passed([tally]) else 1


if __name__ == "__main__":
    sys.exit(main())
