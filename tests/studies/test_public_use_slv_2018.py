"""The public files of the demonstration: every key figure with its error, and a search with the invented population."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from estimates.public_use.classes import SUPPRESSED
from estimates.public_use.linkage import right_in_population
from pipeline.progress import Progress
from pipeline.project import Project
from pipeline.public_use.columns import HIDDEN
from pipeline.runner import Request, run_stages
from pipeline.stages import PUBLIC_USE, STAGES
from pipeline.study_files import LoadedStudy, load_study
from surveys.synthetic.population import population

pytestmark = pytest.mark.slow
ZONES = {**dict.fromkeys(("01", "02", "03"), 1), **dict.fromkeys(("04", "05", "06", "07"), 2)}


@pytest.fixture(scope="module")
def loaded(root: Path) -> LoadedStudy:
    return load_study(root / "surveys" / "studies" / "slv_2018", Project(root))


@pytest.fixture(scope="module")
def files(root: Path, loaded: LoadedStudy, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("slv_2018")
    request = Request(Project(root), root / "surveys" / "studies" / "slv_2018", place, place, "en")
    run_stages(request, PUBLIC_USE.name, Progress(quiet=True), stages={**STAGES, PUBLIC_USE.name: PUBLIC_USE})
    return place / "slv_2018" / PUBLIC_USE.name


def test_every_key_figure_and_its_error_agree_with_what_was_published(files: Path, loaded: LoadedStudy) -> None:
    table = pd.read_csv(files / "public_use_comparison.csv")
    keys = table[table["key_figure"]]
    assert set(keys["indicator"]) == {item.indicator for item in loaded.study.report.key_figures}
    assert keys["within"].all()
    assert (keys["distance_in_se"] < 0.15).all()
    assert keys["ratio_of_se"].between(0.75, 1.3).all()
    assert table["within"].mean() > 0.95 and len(table) > 50


def test_limits_hold_with_room(files: Path) -> None:
    table = pd.read_csv(files / "public_use_protection.csv")
    found = table.pivot_table(index="file", columns="measure", values="found", aggfunc="first")
    assert (found["smallest"] >= 5).all() and (found["whole"] < 0.01).all() and (found["household"] < 0.1).all()
    assert (found["certain"] == 0).all() and (found["right"] < 0.06).all()
    assert (found["weight_strata"] >= 3).all() and (found["unit_strata"] >= 2).all()


def test_somebody_with_a_register_of_the_country_is_almost_never_right(files: Path, loaded: LoadedStudy) -> None:
    """All 1.8 million invented families with the keys of the listing, displaced or not as they truly were."""
    country = population(loaded.country(), seed=int(loaded.study.synthetic_seed or 0))
    studied = country.places.studied[country.municipality]
    zone = np.array([ZONES.get(str(code), 3) for code in country.places.department])[country.municipality]
    area = country.places.segment_area[country.segment].astype(np.int64)
    size = np.digitize(country.size, [3, 5]) + 1
    moved, displaced = np.where(country.says_moved, 1, 2), np.where(country.says_violence, 1, 2)
    everybody = np.column_stack([zone, size, area, moved, displaced])[studied]
    classes, count = np.unique(everybody, axis=0, return_counts=True)
    table = pd.read_csv(files / "listing.csv", usecols=["zone", "size", "area", "moved_last_ten_years", "displaced"])
    shown = table[["zone", "size", "area", "moved_last_ten_years", "displaced"]].to_numpy()
    shown = np.where(shown == HIDDEN, SUPPRESSED, shown)
    right = right_in_population(shown, classes, count)
    victims = right_in_population(shown[shown[:, 4] == 1], classes, count)
    assert 0 < right < 0.001
    assert victims < 0.03
    assert set(np.unique(shown[:, 2])) <= set(np.unique(area)) | {SUPPRESSED}


def test_weights_do_not_tell_the_stratum_better_than_the_file_does(files: Path) -> None:
    """Each weight and each unit is shared by several strata; see the protection report. Sums stay."""
    table = pd.read_csv(files / "listing.csv")
    assert table["weight"].nunique() < 60
    assert table["weight"].sum() == pytest.approx(805_809, rel=0.001)
    replicates = table.filter(regex="^replicate_")
    ratio = (replicates.to_numpy() / table[["weight"]].to_numpy()).round(3)
    told = np.unique(ratio, axis=0).shape[0]
    assert told <= 4 * replicates.shape[1]


def test_r_reads_the_files_and_finds_the_same(files: Path, tmp_path: Path) -> None:
    if shutil.which("Rscript") is None:
        pytest.skip("needs R with the packages survey and haven, which is not here")
    script = tmp_path / "read.R"
    script.write_text(
        """suppressMessages({library(survey); library(haven)})
a <- commandArgs(TRUE); setwd(a[1])
sav <- read_sav("families_es.sav", user_na = TRUE); dta <- read_dta("families_en.dta")
stopifnot(attr(sav$displaced, "labels")[["Sí"]] == 1, attr(dta$displaced, "labels")[["Yes"]] == 1)
stopifnot(any(is.na(sav$zone) & unclass(sav$zone) == -9), any(is_tagged_na(dta$zone, "i")))
stopifnot(identical(which(unclass(sav$zone) == -9), which(is_tagged_na(dta$zone, "i"))))
stopifnot(all.equal(as.numeric(sav$weight), as.numeric(dta$weight)))
s <- read.csv("replicates_families.csv")
d <- svrepdesign(data = as.data.frame(zap_missing(zap_labels(sav))), weights = ~weight,
  repweights = "replicate_[0-9]+", type = "JKn", scale = 1, rscales = s$scale, combined.weights = TRUE, mse = TRUE)
m <- svymean(~I(reported_to_state == 1), subset(d, displaced == 1 & reported_to_state > 0), na.rm = TRUE)
cat(sprintf("%.12g %.12g\\n", coef(m)[2], SE(m)[2]))
""", encoding="utf-8")  # fmt: skip
    done = subprocess.run(["Rscript", str(script), str(files)], capture_output=True, text=True, check=False)
    if "there is no package" in done.stderr:
        pytest.skip("needs R with the packages survey and haven, which is not here")
    assert done.returncode == 0, done.stderr[-2000:]
    estimate, error = map(float, done.stdout.split())
    table = pd.read_csv(files / "public_use_comparison.csv").set_index("indicator")
    row = table.loc["reported_to_state"]
    assert estimate == pytest.approx(row["public_file"], rel=1e-8)
    assert error == pytest.approx(row["public_file_se"], rel=1e-6)
