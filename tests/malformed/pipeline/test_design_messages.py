"""The exact words for a stratum with one PSU and for PSU numbers used again, in both languages."""

from __future__ import annotations

import hashlib
import re
import shutil
from pathlib import Path

import pytest

from pipeline.progress import Progress
from pipeline.project import Project
from pipeline.runner import Request, run_stages
from surveys.problems import DesignError

GOOD = Path(__file__).parent.parent / "data" / "good"


def written(psu: dict[int, int]) -> str:
    """Eight households, four in each of two strata, in the PSUs given."""
    return "folio,estrato,upm,factor\n" + "".join(f"h{n},{1 if n < 5 else 2},{psu[n]},1\n" for n in psu)


def told(tmp_path: Path, areas: str, households: str) -> tuple[str, str]:
    """What `estimate` says of the good study with other files, in English and Spanish."""
    folder = tmp_path / "good"
    shutil.copytree(GOOD, folder)
    (folder / "areas.csv").write_text(areas, encoding="utf-8")
    (folder / "households.csv").write_text(households, encoding="utf-8")
    text = (folder / "study.yaml").read_text(encoding="utf-8") + (
        "tabulation:\n  - {indicators: [mean_age], by: [[]]}\n")
    for path in folder.glob("*.csv"):
        text = text.replace(f"HASH-{path.name}", hashlib.sha256(path.read_bytes()).hexdigest())
    (folder / "study.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(DesignError) as caught:
        run_stages(Request(Project.here(), folder, folder, tmp_path / "build", "en"), "estimate", Progress(quiet=True))
    texts = [re.sub(r"\s+", " ", caught.value.text(language)) for language in ("en", "es")]
    return texts[0], texts[1]


def test_a_stratum_with_one_psu_under_fail(tmp_path: Path) -> None:
    households = written({1: 11, 2: 11, 3: 12, 4: 12, 5: 21, 6: 21, 7: 21, 8: 21})
    english, spanish = told(tmp_path, "upm,zona\n11,U\n12,R\n21,U\n", households)
    assert english == (
        "good/study.yaml:9 design.lonely_psu 1 stratum has a single PSU (2); a variance needs two. Choose "
        "`lonely_psu: certainty`, `centred` or `collapsed` and say why in the study.")
    assert spanish == (
        "good/study.yaml:9 design.lonely_psu 1 estrato tiene una sola UPM (2); una varianza necesita dos. Elija "
        "`lonely_psu: certainty`, `centred` o `collapsed` y diga por qué en el estudio.")


def test_psu_numbers_used_again_need_explicit_nesting(tmp_path: Path) -> None:
    households = written({n: 11 if n % 2 else 12 for n in range(1, 9)})
    english, spanish = told(tmp_path, "upm,zona\n11,U\n12,R\n", households)
    assert english == (
        "good/study.yaml:9 design.psu 2 PSU numbers appear in more than one stratum; each PSU must lie in one "
        "stratum. If the numbers are reused from stratum to stratum, write `nested: true`; if not, correct the "
        "stratum or the PSU column.")
    assert spanish == (
        "good/study.yaml:9 design.psu 2 números de UPM aparecen en más de un estrato; cada UPM debe estar en un solo "
        "estrato. Si los números se repiten de estrato en estrato, escriba `nested: true`; si no, corrija la columna "
        "de estrato o de UPM.")
