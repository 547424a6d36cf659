"""An invented study with hostile labels, and its report in both languages, made once for all document tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import yaml

from estimates.protection import published_view
from pipeline.estimate_files import read_estimates
from pipeline.release import Release
from pipeline.report_blocks import Material
from pipeline.report_files import write_report
from pipeline.report_labels import Labels
from pipeline.report_model import Report, build_report
from pipeline.report_words import load_words
from pipeline.study_files import LoadedStudy, StudyFiles
from pipeline.web_page.writing import write_web
from surveys.dictionary import Breakdown, Code, CodeList, Dictionary, Indicator, Label, Variable
from surveys.study import Study
from surveys.study_entries import study_from

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests" / "data" / "report"
TEMPLATES = ROOT / "report_templates"
DEPARTMENTS = ("Ahuachapán", "Santa Ana", "Sonsonate", "Chalatenango", "La Libertad", "San Salvador", "Cuscatlán",
               "La Paz", "Cabañas", "San Vicente", "Usulután", "San Miguel", "Morazán", "La Unión")
#: Labels that would do harm where a text is taken for markup, code, a formula or a template.
HOSTILE = (
    "#panic() $x^2$ @ref <label> _a_ *b*", 'back\\slash "quoted" `code` [b] %',
    "{{ 7 * 191 }} {% if true %} {# x #}", "=cmd|'/c calc'!A1", "<script>alert(1)</script><img src=x>",
    "#import \"x.typ\"; = Title ~ ~~ -- //c", "${jndi:x} $math$ \\u{1F600} 😀", "line\nend\ttab‮txt",
)


@pytest.fixture(scope="session")
def study() -> Study:
    """Invented study, synthetic, with every kind of exhibit."""
    return study_from(yaml.safe_load((DATA / "study.yaml").read_text(encoding="utf-8")))


@pytest.fixture(scope="session")
def dictionary() -> Dictionary:
    """Dictionary of the invented study; half of its places carry hostile labels."""
    places = [HOSTILE[place // 2 % len(HOSTILE)] if place % 2 else f"Lugar número {place}" for place in range(60)]
    lists: dict[str, list[tuple[str, str]]] = {
        "department": [(name, name) for name in DEPARTMENTS],
        "sex": [("Hombres", "Men"), ("Mujeres", "Women")],
        "age_group": [("0 a 14 años", "0 to 14 years"), ("15 a 29 años", "15 to 29 years"),
                      ("30 a 44 años", "30 to 44 years"), ("45 a 59 años", "45 to 59 years"),
                      ("60 años y más", "60 years and over")],
        "place": [(name, name) for name in places],
        "reason": [("Amenaza o intimidación", "Threat or intimidation"), ("Extorsión", "Extortion"),
                   ("Homicidio de un familiar o de una persona cercana a la familia",
                    "Homicide of a relative or of a person close to the family"),
                   ("Reclutamiento forzado", "Forced recruitment"), ("Violencia sexual", "Sexual violence"),
                   ("Lesiones", "Injuries"), ("$x$ & <otro> #motivo", "$x$ & <other> #reason")],
    }
    code_lists = {name: CodeList(name, Label(name, name), {
        str(place): Code(str(place), Label(*label)) for place, label in enumerate(labels, start=1)})
        for name, labels in lists.items()}
    years = {str(year): Code(str(year), Label(str(year), str(year))) for year in range(2010, 2019)}
    code_lists["year"] = CodeList("year", Label("Año", "Year"), years)
    labels = {"department": Label("Departamento", "Department"), "sex": Label("Sexo", "Sex"),
              "age_group": Label("Grupo de edad", "Age group"), "place": Label("Lugar", "Place"),
              "reason": Label("Motivo", "Reason"), "year": Label("Año del traslado", "Year of move")}
    variables = {name: Variable(name, "person", "code", label, codes=name) for name, label in labels.items()}
    breakdowns = {name: Breakdown(name, name, label) for name, label in labels.items()}

    def indicator(name: str, statistic: str, unit: str, es: str, en: str) -> Indicator:
        return Indicator(name, "person", statistic, name, unit, Label(es, en))

    indicators = [
        indicator("poverty", "proportion", "percent", "Personas en pobreza", "Persons in poverty"),
        indicator("hunger", "proportion", "percent", "Personas que pasaron hambre", "Persons who went hungry"),
        indicator("moved", "total", "persons", "Personas que se trasladaron", "Persons who moved"),
        indicator("reason", "distribution", "percent", "Motivo del traslado", "Reason for moving"),
        indicator("secret", "proportion", "percent", "Víctimas de un hecho poco frecuente",
                  "Victims of a rare event")]
    return Dictionary(code_lists=code_lists, variables=variables, breakdowns=breakdowns,
                      indicators={item.name: item for item in indicators})


@pytest.fixture(scope="session")
def estimates() -> pd.DataFrame:
    """Published view of the invented estimates."""
    return published_view(read_estimates(DATA / "estimates.csv"))


@pytest.fixture(scope="session")
def records() -> Mapping[str, Mapping[str, object]]:
    """Invented records of the stages before."""
    return {stage: yaml.safe_load((DATA / f"{stage}_record.json").read_text(encoding="utf-8"))
            for stage in ("ingest", "weight", "estimate")}


def material(language: str, frame: pd.DataFrame, study: Study, dictionary: Dictionary,
             records: Mapping[str, Mapping[str, object]]) -> Material:
    """What a report of the invented study is made from."""
    labels = Labels(dictionary, load_words(TEMPLATES, language))
    return Material(frame, labels, "95", TEMPLATES / "fonts", study, {}, records, DATA)


@pytest.fixture(scope="session")
def material_of() -> Callable[..., Material]:
    """Make the material of the invented study, changed as a test wants it."""
    return material


@pytest.fixture(scope="session")
def reports(study: Study, dictionary: Dictionary, estimates: pd.DataFrame,
            records: Mapping[str, Mapping[str, object]]) -> dict[str, Report]:
    """Report model by language."""
    return {language: build_report(material(language, estimates, study, dictionary, records), TEMPLATES)
            for language in ("es", "en")}


@pytest.fixture(scope="session")
def rebuilt(study: Study, dictionary: Dictionary, records: Mapping[str, Mapping[str, object]]) -> Callable[..., Report]:
    """Build the Spanish report again from other estimates."""
    def build(frame: pd.DataFrame, **options: bool) -> Report:
        return build_report(material("es", frame, study, dictionary, records), TEMPLATES, **options)
    return build


@pytest.fixture(scope="session")
def folder(reports: dict[str, Report], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with the finished PDF and page of both languages."""
    made = tmp_path_factory.mktemp("report")
    for report in reports.values():
        write_report(made, report, TEMPLATES)
    return made


def areas_table() -> pd.DataFrame:
    """Invented model figures of the departments; the hidden one holds a number that must be seen nowhere."""
    made = []
    for code in range(1, 15):
        status = {3: "weak", 5: "withheld", 9: "confidential"}.get(code, "reliable")
        value = 0.7319 if status in ("withheld", "confidential") else 0.2 + 0.01 * code
        made.append({
            "study": "made_up", "model": "lost", "indicator": "poverty", "breakdown": "department", "area": str(code),
            "estimate": value, "rmse": 0.02, "ci_low": value - 0.04, "ci_high": value + 0.04, "cv": 0.02 / value,
            "rank": 15 - code, "rank_low": max(1, 12 - code), "rank_high": min(14, 18 - code),
            "expected_rank": 15 - code, "probability_worst": code / 15, "estimate_spread": 0.4, "unit": "percent",
            "basis": "model_only" if code == 7 else "sample_and_model", "status": status,
            "reason": "model:relative_error" if status == "weak" else "",
        })  # fmt: skip
    return pd.DataFrame(made)


def compared_sexes() -> pd.DataFrame:
    """Invented comparisons: one that was shown, and one of a hidden group with numbers that must be seen nowhere."""
    common = {"study": "made_up", "indicator": "poverty", "department": "_T", "age_group": "_T", "year": "_T",
              "place": "_T", "kind": "difference", "se": 0.02, "df": 118.0, "t": 2.5, "p_value": 0.01,
              "unit": "percent", "family": "", "reason": ""}  # fmt: skip
    told = {**common, "between": "sex", "group_a": "1", "group_b": "2", "estimate_a": 0.31, "estimate_b": 0.26,
            "estimate": 0.05, "ci_low": 0.01, "ci_high": 0.09, "p_adjusted": 0.02, "minimum_detectable": 0.055,
            "conclusion": "higher", "status": "reliable"}  # fmt: skip
    hidden = {**common, "between": "department", "group_a": "6", "group_b": "2", "estimate_a": 0.7319,
              "estimate_b": 0.26, "estimate": 0.4719, "ci_low": 0.43, "ci_high": 0.51, "p_adjusted": 0.02,
              "minimum_detectable": 0.055, "conclusion": "withheld", "status": "withheld"}  # fmt: skip
    inner = ["study", "indicator", "department", "age_group", "year", "place", "between"]
    return pd.DataFrame([told, hidden])[[*inner, *(name for name in told if name not in inner)]]


@pytest.fixture(scope="session")
def release_of(
    study: Study, dictionary: Dictionary, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Release]:
    """Make the release of the invented study from given rows, with maps, a model of small areas and comparisons."""
    home = tmp_path_factory.mktemp("study")
    tiles = [f"{code},{(code - 1) // 5},{(code - 1) % 5},D{code}" for code in range(1, 15)]
    (home / "tiles.csv").write_text("\n".join(["code,row,column,short", *tiles]), encoding="utf-8")
    settings = {**study.settings, "map": {"department": {"tiles": "tiles.csv"}},
                "small_areas": {"lost": {"indicator": "poverty", "areas": "department",
                                         "label": {"es": "Pobreza, cifras de modelo", "en": "Poverty, model figures"}}}}
    placed = replace(study, settings=settings)
    empty = Path(home / "validation.json")
    empty.write_text("{}", encoding="utf-8")

    def make(frame: pd.DataFrame, *, final: bool = False) -> Release:
        loaded = LoadedStudy(placed, None, dictionary, StudyFiles(home, None, None, ()))  # type: ignore[arg-type]
        return Release(loaded, frame, {"small_areas": areas_table(), "comparisons": compared_sexes()}, empty, final)

    return make


@pytest.fixture(scope="session")
def web_folder(
    release_of: Callable[..., Release], estimates: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Folder with the explorer of the invented study in both languages, and the table it links."""
    made = tmp_path_factory.mktemp("web")
    estimates.to_csv(made / "estimates.csv", index=False)
    write_web(made, release_of(estimates))
    return made
