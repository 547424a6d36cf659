"""Certification of the estimation engine: levels L0 to L5, a JSON certificate and a page in both languages."""

from __future__ import annotations

import argparse
import platform
import subprocess
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

from pipeline.atomic import write_text
from pipeline.certificate import LEVELS, Certificate, Line, Table, certificate_json
from pipeline.certificate_page import certificate_page
from pipeline.certify_area_draws import drawn_areas
from pipeline.certify_areas import area_errors, synthetic_areas
from pipeline.certify_change import change_coverage
from pipeline.certify_offices import synthetic_offices
from pipeline.certify_simulations import (
    RELEASE,
    false_alarms,
    floor,
    imaginary_country_coverage,
    superpopulation_coverage,
)
from pipeline.certify_suites import suite
from pipeline.certify_synthetic import DRAWS, STUDIES, synthetic_coverage
from pipeline.hashing import file_hash
from pipeline.progress import Progress

ROOT = Path(__file__).resolve().parents[1]
SEED = 20240611
LIBRARIES = ("numpy", "scipy", "pandas", "statsmodels", "samplics", "svy")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the certification and write its files.

    Parameters
    ----------
    arguments : sequence of str, optional
        Words of the command line; those of the process by default.

    Returns
    -------
    int
        0 when nothing failed, 1 otherwise.
    """
    parser = argparse.ArgumentParser(prog="python -m pipeline.certify", description=__doc__)
    parser.add_argument("--build", type=Path, default=ROOT / "build", help="where build/certificate/ is written")
    parser.add_argument("--replicates", type=int, default=RELEASE, help="samples of each scenario")
    parser.add_argument("--draws", type=int, default=DRAWS, help="samples of each synthetic study; 0 for none")
    parser.add_argument("--seed", type=int, default=SEED, help="seed of the simulations")
    parser.add_argument("--levels", default=",".join(LEVELS), help="levels to run, such as L0,L4")
    options = parser.parse_args(arguments)
    progress = Progress()
    asked = [level for level in LEVELS if level in options.levels.split(",")]
    certificate = certify(asked, replicates=options.replicates, draws=options.draws, seed=options.seed,
                          progress=progress)  # fmt: skip
    folder = options.build / "certificate"
    folder.mkdir(parents=True, exist_ok=True)
    write_text(folder / "certificate.json", certificate_json(certificate))
    write_text(folder / "certificate_en.html", certificate_page(certificate, "en"))
    write_text(folder / "certificate_es.html", certificate_page(certificate, "es"))
    for line in certificate.lines:
        if line.outcome in ("failed", "not run"):
            progress.line(f"{line.outcome:<8} {line.level} {line.name}: {line.measured} (asked for: {line.limit})")
    counts = ", ".join(f"{count} {outcome}" for outcome, count in sorted(certificate.counts.items()))
    progress.line(f"{certificate.verdict}: {counts}. The pages are {folder}/certificate_en.html and _es.html")
    return 1 if certificate.verdict == "failed" else 0


def certify(
    levels: Sequence[str], *, replicates: int, seed: int, progress: Progress, draws: int = DRAWS
) -> Certificate:
    """Run the levels asked for.

    Parameters
    ----------
    levels : sequence of str
        Some of L0 to L5.
    replicates, seed : int
        Of the simulations.
    progress : Progress
        Where to say how far it is.
    draws : int
        Samples of each synthetic study at level L4; none are drawn for 0.

    Returns
    -------
    Certificate
        With every number, the versions and the hashes of the files they were compared with.
    """
    lines: list[Line] = []
    tables: list[Table] = []
    files = _reference_files()
    for level in levels:
        with progress.doing(level, LEVELS[level]):
            if level == "L0":
                lines += floor()
            elif level in ("L1", "L2", "L3"):
                lines += suite(level, ROOT, progress)
            elif level == "L4":
                expected = ROOT / "tests" / "coverage"
                for found in (
                    superpopulation_coverage(expected / "superpopulation.expected.csv", replicates, seed, progress),
                    imaginary_country_coverage(expected / "imaginary_country.expected.csv", replicates, seed, progress),
                ):
                    lines += found.lines
                    tables += found.tables
                    files |= {name: path for name, path in found.data.items() if path not in files.values()}
                for study in STUDIES if draws else ():
                    checked, table = synthetic_coverage(study, draws, 1, progress)
                    lines += checked
                    tables.append(table)
                if draws:
                    checked, table = change_coverage(draws, 1, progress)
                    lines += checked
                    tables.append(table)
                    drawn = drawn_areas(draws, 1, progress)
                    for checked, more in (synthetic_areas(draws, 1, progress, drawn), synthetic_offices(drawn)):
                        lines += checked
                        tables += more
            else:
                lines += false_alarms(replicates, seed, progress)
                checked, more = area_errors(replicates, seed)
                lines += checked
                tables += more
    hashes = {name: file_hash(path) for name, path in sorted(files.items())}
    return Certificate(seed, replicates, _versions(), hashes, lines, tables)


def _reference_files() -> dict[str, Path]:
    return {
        str(path.relative_to(ROOT)): path
        for folder in ("tests/reference", "tests/literature", "tests/coverage")
        for path in sorted((ROOT / folder).rglob("*.csv"))
    }


def _versions() -> dict[str, str]:
    versions = {"Python": platform.python_version(), "this project": _commit()}
    for name in LIBRARIES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            versions[name] = "not installed"
    return versions


def _commit() -> str:
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--abbrev=40"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stdout.strip() or "no version control"


if __name__ == "__main__":
    raise SystemExit(main())
