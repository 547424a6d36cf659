"""The certificate says what failed, what did not run and why, in both of its forms."""

from __future__ import annotations

import json

from pipeline.certificate import Certificate, Line, Table, certificate_json, certificate_page
from pipeline.certify import certify, main
from pipeline.progress import Progress


def certificate(*lines: Line) -> Certificate:
    table = Table("Coverage <by scenario>", ("scenario", "wald"), [("A", "87.3")])
    return Certificate(7, 100, {"numpy": "2"}, {"file.csv": "ab12"}, lines, [table])


PASSED = Line("L0", "digits of <mean>", "15.0 digits", "at least 14", "passed", 15.0)
FAILED = Line("L4", "coverage", "90.0%", "at least 94.5%", "failed", 0.9, 0.001)
NOT_RUN = Line("L4", "imaginary country", "the package svy is not installed", "", "not run")


def test_one_failure_fails_and_one_gap_leaves_it_incomplete() -> None:
    assert certificate(PASSED).verdict == "passed"
    assert certificate(PASSED, NOT_RUN).verdict == "incomplete"
    assert certificate(PASSED, NOT_RUN, FAILED).verdict == "failed"


def test_json_holds_every_number() -> None:
    content = json.loads(certificate_json(certificate(PASSED, FAILED)))
    assert content["verdict"] == "failed"
    assert content["lines"][1]["value"] == 0.9
    assert content["data_sha256"] == {"file.csv": "ab12"}
    assert content["seed"] == 7 and content["replicates"] == 100


def test_the_page_is_whole_and_escapes_names() -> None:
    page = certificate_page(certificate(PASSED, NOT_RUN))
    assert "digits of &lt;mean&gt;" in page and "Coverage &lt;by scenario&gt;" in page
    assert "the package svy is not installed" in page
    assert "incomplete" in page and "ab12" in page
    assert page.count("<table>") == page.count("</table>")


def test_a_level_runs_and_writes_both_files(tmp_path) -> None:
    assert main(["--build", str(tmp_path), "--levels", "L0"]) == 0
    content = json.loads((tmp_path / "certificate" / "certificate.json").read_text(encoding="utf-8"))
    assert content["verdict"] == "passed"
    assert len(content["lines"]) == 16
    assert any(name.endswith("svyciprop.expected.csv") for name in content["data_sha256"])
    assert "NumAcc4" in (tmp_path / "certificate" / "certificate.html").read_text(encoding="utf-8")


def test_false_alarms_are_held_and_the_seed_decides() -> None:
    one, other = (certify(["L5"], replicates=400, seed=11, progress=Progress(quiet=True)) for _ in range(2))
    assert one.lines == other.lines
    holm = next(line for line in one.lines if "Holm" in line.name)
    assert holm.value is not None and holm.value <= 0.10
