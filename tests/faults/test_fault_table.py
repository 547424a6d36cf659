"""The table of faults, row by row: each names the tests that hold it, and those that no other file holds are here."""

from __future__ import annotations

import ast
import csv
import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

from pipeline import ingest
from pipeline.fuzzing.seeds import csv_of, invented_table
from pipeline.progress import Progress
from pipeline.project import Project
from pipeline.run import Run
from surveys.problems import DataError, DictionaryError, ProblemsFound, StudyError

_READING = "unit/pipeline/readers/test_reading.py::"
_HOSTILE = "unit/pipeline/readers/test_hostile_files.py::"
_BAD_DATA = "malformed/data/test_bad_data.py::test_says_what_is_wrong"
_HERE = "faults/test_fault_table.py::"
#: Fault, and the tests below tests/ that hold what must happen; a folder is a case of `_BAD_DATA`.
TABLE: dict[str, tuple[str, ...]] = {
    "file hash differs from the reception manifest": (
        f"{_READING}test_hash_comes_before_parsing", "malformed/data/wrong_hash",
        f"{_HOSTILE}test_a_file_that_changes_while_it_is_read_is_refused"),
    "reader segfaults, exceeds memory or time": (
        f"{_READING}test_the_parent_outlives_a_reader_that_crashes", f"{_READING}test_a_signal_ends_only_the_child",
        f"{_READING}test_a_reader_that_wants_too_much_memory_is_stopped",
        f"{_READING}test_a_reader_that_takes_too_long_is_stopped", f"{_READING}test_a_message_never_quotes_a_cell",
        f"{_HOSTILE}test_a_child_that_lies_is_not_believed",
        "faults/test_fuzz.py::test_no_damaged_file_harms_whoever_reads_it"),
    "rows x columns above limit, compression, nested archive, path or link": (
        f"{_READING}test_too_many_cells_are_refused_before_reading", f"{_READING}test_a_bomb_is_refused",
        f"{_READING}test_an_archive_holds_one_plain_file", f"{_HOSTILE}test_bombs_are_refused_before_they_are_unpacked",
        f"{_HOSTILE}test_a_tar_that_is_more_than_one_plain_file_is_refused",
        f"{_HOSTILE}test_rows_of_a_text_file_are_counted_before_they_are_parsed",
        f"{_HOSTILE}test_a_workbook_that_says_it_is_huge_is_refused_by_what_it_says"),
    "truncated file, row count differs": (
        f"{_READING}test_every_cut_of_a_file_with_declared_rows_is_noticed",
        f"{_READING}test_a_cut_statistical_file_is_refused", "malformed/data/cut_between_rows",
        "malformed/data/cut_in_a_row"),
    "value labels, missing ranges or types differ": (
        f"{_HERE}test_labels_of_the_file_other_than_stated_stop_with_a_diff",
        f"{_HERE}test_a_lost_missing_range_does_not_turn_codes_into_ages",
        f"{_HERE}test_text_where_the_dictionary_has_a_number_stops_in_the_design_and_is_counted_elsewhere",
        "unit/surveys/test_harmonization.py::test_labels_of_the_file"),
    "code not in dictionary": (
        "malformed/data/undocumented_design_code", f"{_HERE}test_an_unknown_code_is_counted_and_never_blank_in_silence",
        "unit/surveys/test_harmonization.py::test_what_a_recode_does_not_name_is_not_let_through"),
    "user-missing codes": (
        "unit/pipeline/readers/test_awkward_formats.py::test_user_missing_ranges",
        f"{_HERE}test_a_lost_missing_range_does_not_turn_codes_into_ages"),
    "wrong encoding, mojibake": (
        f"{_READING}test_a_wrong_encoding_is_refused", "malformed/data/mojibake", "malformed/data/wrong_encoding"),
    "leading zeros, decimal comma": (
        f"{_READING}test_text_stays_text", "unit/surveys/test_harmonization.py::test_numbers_with_a_decimal_comma",
        "malformed/data/unparsable_weight"),
    "duplicated household or person, orphan persons, two heads": (
        "malformed/data/duplicated_household", "malformed/data/person_without_household",
        "malformed/data/test_bad_data.py::test_findings_are_written_before_the_run_stops",
        f"{_HERE}test_a_rule_of_the_dictionary_stops_when_it_says_so"),
    "missing stratum or PSU, weight that cannot be": (
        "malformed/data/missing_psu", "malformed/data/missing_stratum", "malformed/data/missing_weight",
        "malformed/data/negative_weight", "malformed/weights/test_given_messages.py::test_message"),
    "zero weights, sum of weights far from the population": (
        f"{_HERE}test_zero_weights_are_counted_and_stay",
        "unit/weights/test_given.py::test_the_tolerance_is_a_share_of_the_expected_total"),
    "single-PSU stratum": ("malformed/pipeline/test_design_messages.py::test_a_stratum_with_one_psu_under_fail",),
    "PSU numbers used again": (
        "malformed/pipeline/test_design_messages.py::test_psu_numbers_used_again_need_explicit_nesting",
        "unit/surveys/test_design.py::test_nested_numbers_make_psus_of_their_own"),
    "zero or 100 % cells": (
        "properties/test_estimates.py::test_intervals_hold_their_estimate_and_are_never_zero_to_zero",),
    "few cases, few degrees of freedom": ("literature/test_publication_vectors.py::test_verdicts",),
    "formula, template, Typst, SQL, YAML, path injection": (
        "attack/test_hostile_labels.py::test_workbooks_hold_no_formula_and_lead_nowhere",
        "attack/test_hostile_labels.py::test_text_cells_of_csv_files_start_no_formula",
        "attack/test_hostile_labels.py::test_pages_run_nothing_of_a_label",
        "attack/test_hostile_labels.py::test_documents_hold_no_action_and_computed_nothing",
        "attack/test_hostile_labels.py::test_numbers_do_not_depend_on_labels",
        "documents/test_report_safety.py::test_a_quoted_text_cannot_end_its_quotes",
        f"{_HERE}test_a_name_cannot_be_sql",
        f"{_HERE}test_yaml_that_multiplies_is_refused_at_once", "malformed/data/outside_the_folder",
        f"{_HERE}test_a_study_file_that_leads_outside_is_refused"),
    "pickle, tar without filter, unsafe YAML": ("structure/test_contracts.py::test_unsafe_calls_are_absent",),
    "kill, full disk, read-only, concurrent run": (
        "faults/test_kill.py::test_killed_at_every_moment_while_replacing_results",
        "faults/test_kill.py::test_killed_or_refused_by_the_disk_at_moments_of_other_runs",
        "faults/test_machine.py::test_read_only_folders_are_told_in_both_languages_and_left_as_they_are",
        "faults/test_machine.py::test_a_small_disk", "faults/test_two_at_once.py::test_two_runs_at_once",
        "faults/test_real_stages.py::test_the_last_good_results_stay_and_a_rerun_repairs"),
    "secret or microdata in log, traceback, metadata, cache, temporary files": (
        "faults/test_failures.py::test_a_fault_of_ours_shows_no_data",
        "attack/test_finished_files.py::test_identifiers_and_canaries_are_found_in_any_part_of_any_file"),
    "release differs from an earlier one by a small count": (
        "attack/test_finished_files.py::test_a_small_change_since_the_last_release_is_found",),
}  # fmt: skip
TINY = Path(ingest.__file__).parent / "fuzzing" / "tiny"


@pytest.mark.parametrize("fault", TABLE)
def test_each_fault_has_its_tests(root: Path, fault: str) -> None:
    for named in TABLE[fault]:
        file, _, test = named.partition("::")
        path = root / "tests" / file
        if not test:
            assert (path / "expected.txt").is_file(), named
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        assert test in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, named


def study(folder: Path, **changes: str) -> Run:
    """The tiny study on disk; ``changes`` are texts to replace in its files, by name of the file."""
    place = folder / "tiny"
    place.mkdir()
    for path in TINY.glob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        for old, new in (one.split(" => ") for one in changes.get(path.stem, "").split(" && ") if one):
            assert old in text
            text = text.replace(old, new)
        ((folder if path.stem == "data_dictionary" else place) / path.name).write_text(text, encoding="utf-8")
    (folder / "out").mkdir()
    return Run(Project(folder), "tiny", place, folder, folder, "en", Progress(quiet=True), "ingest", folder / "out")


def declare(run: Run, file: str, format: str) -> Run:
    """Declare a source file that is there, as its owner would."""
    digest = hashlib.sha256((run.data / file).read_bytes()).hexdigest()
    path = run.study_folder / "study.yaml"
    path.write_text(path.read_text().replace("persons.csv", file).replace("format: csv", f"format: {format}")
                    .replace("0" * 64, digest))
    return run


def from_csv(folder: Path, change: Callable[[pd.DataFrame], object], **changes: str) -> Run:
    table = invented_table()
    change(table)
    run = study(folder, **changes)
    (folder / "persons.csv").write_bytes(csv_of(table))
    return declare(run, "persons.csv", "csv")


def from_sav(folder: Path, table: pd.DataFrame, **how: object) -> Run:
    run = study(folder)
    pyreadstat.write_sav(table, str(folder / "persons.sav"), **how)  # type: ignore[arg-type]  # options of each test
    return declare(run, "persons.sav", "sav")


def findings(run: Run) -> dict[str, tuple[str, int]]:
    """Severity and count by rule, as the survey team reads them."""
    with (run.output / "findings.csv").open(encoding="utf-8", newline="") as stream:
        return {row["rule"]: (row["severity"], int(row["count"])) for row in csv.DictReader(stream)}


LABELS = {"sexo": {1.0: "Hombre", 2.0: "Mujer"}, "zona": {1.0: "Urbana", 2.0: "Rural"}}


def test_the_tiny_study_has_no_fault(tmp_path: Path) -> None:
    run = from_csv(tmp_path, lambda table: None)
    ingest.run(run)
    assert {severity for severity, _ in findings(run).values()} <= {"note"}


def test_labels_of_the_file_other_than_stated_stop_with_a_diff(tmp_path: Path) -> None:
    run = from_sav(tmp_path, invented_table(), variable_value_labels={**LABELS, "sexo": {1.0: "Mujer", 2.0: "Hombre"}})
    with pytest.raises(DataError) as caught:
        ingest.run(run)
    assert "'Mujer'" in caught.value.text("en") and "expects 'Hombre'" in caught.value.text("en")
    assert findings(run)["label_differs"][0] == "error"


def test_a_lost_missing_range_does_not_turn_codes_into_ages(tmp_path: Path) -> None:
    """The file no longer says that 99 is missing; mapping and range do."""
    run = from_sav(tmp_path, invented_table(), variable_value_labels=LABELS)
    ingest.run(run)
    person = pd.read_parquet(run.output / "person.parquet")
    assert person["age"].max() < 98 and person["age"].isna().sum() == 2
    (tmp_path / "other").mkdir()
    run = from_csv(tmp_path / "other", lambda table: None, mapping=', missing: {"99": dont_know} => ')
    ingest.run(run)
    assert findings(run)["out_of_range"] == ("warning", 2)


def test_text_where_the_dictionary_has_a_number_stops_in_the_design_and_is_counted_elsewhere(tmp_path: Path) -> None:
    def weights(table: pd.DataFrame) -> None:
        table["factor"] = table["factor"].astype(object)
        table.loc[0:2, "factor"] = "much"

    with pytest.raises(DataError, match="weight"):
        ingest.run(from_csv(tmp_path, weights))
    (tmp_path / "other").mkdir()
    run = from_csv(tmp_path / "other", lambda table: None)
    path = run.data / "persons.csv"
    path.write_text(path.read_text().replace(",29,", ",young,", 1))
    text = (run.study_folder / "study.yaml").read_text()
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    (run.study_folder / "study.yaml").write_text(text.replace(text.split('sha256: "')[1][:64], digest))
    ingest.run(run)
    assert findings(run)["unparsable_number"] == ("warning", 1)


def test_an_unknown_code_is_counted_and_never_blank_in_silence(tmp_path: Path) -> None:
    def unknown(table: pd.DataFrame) -> None:
        table.loc[0, "sexo"] = 7.0

    run = from_csv(tmp_path, unknown)
    ingest.run(run)
    assert findings(run)["undocumented_code"] == ("warning", 1)


def test_a_rule_of_the_dictionary_stops_when_it_says_so(tmp_path: Path) -> None:
    """Two heads in a family are such a rule: the common dictionary warns, and an owner may make it an error."""

    def alone(table: pd.DataFrame) -> None:
        table.drop(index=[1, 2], inplace=True)

    rows = "rows: 36 => rows: 34"
    run = from_csv(tmp_path, alone, study=rows)
    ingest.run(run)
    assert findings(run)["two_persons_or_more"] == ("warning", 1)
    (tmp_path / "other").mkdir()
    with pytest.raises(DataError, match="at least two persons"):
        stricter = "severity: warning => severity: error"
        ingest.run(from_csv(tmp_path / "other", alone, study=rows, data_dictionary=stricter))


def test_zero_weights_are_counted_and_stay(tmp_path: Path) -> None:
    def nothing(table: pd.DataFrame) -> None:
        table.loc[0:2, "factor"] = 0.0

    run = from_csv(tmp_path, nothing)
    ingest.run(run)
    found = findings(run)
    assert any(count == 1 and "zero" in rule for rule, (_, count) in found.items()), found
    assert len(pd.read_parquet(run.output / "household.parquet")) == 12


@pytest.mark.parametrize("name", ["x'; DROP TABLE persons; --", 'sex" OR 1=1', "weight)", "SELECT 1", "../sex"])
def test_a_name_cannot_be_sql(tmp_path: Path, name: str) -> None:
    run = study(tmp_path)
    path = tmp_path / "data_dictionary.yaml"
    path.write_text(path.read_text().replace("  sex: {level", f"  {json.dumps(name)}: {{level"))
    with pytest.raises(DictionaryError, match="Names have small letters a-z, digits and single underscores"):
        ingest.run(run)


@pytest.mark.parametrize("text", [
    "a: &x [" + "1," * 9 + "1]\nb: &y [" + "*x," * 9 + "*x]\nc: [" + "*y," * 9 + "*y]\n",
    "study: " + "[" * 5_000, "study: " + "{a: " * 400, "study: !!python/object/apply:os.system [id]\n",
])  # fmt: skip
def test_yaml_that_multiplies_is_refused_at_once(tmp_path: Path, text: str) -> None:
    run = study(tmp_path)
    (run.study_folder / "study.yaml").write_text(text)
    with pytest.raises(StudyError, match=r"study\.yaml"):
        ingest.run(run)


@pytest.mark.parametrize("file", ["study.yaml", "mapping.yaml", "dictionary.yaml"])
def test_a_study_file_that_leads_outside_is_refused(tmp_path: Path, file: str) -> None:
    run = study(tmp_path)
    outside = tmp_path / "outside.yaml"
    inside = run.study_folder / file
    outside.write_text(inside.read_text() if inside.exists() else "variables: {}\n")
    inside.unlink(missing_ok=True)
    inside.symlink_to(outside)
    with pytest.raises(ProblemsFound, match="outside the study folder"):
        ingest.run(run)
    shutil.rmtree(run.study_folder)
