"""One damaged file: read it as a study would, and say what became of it."""

from __future__ import annotations

import hashlib
import json
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import numpy as np

from pipeline.fuzzing.containers import damaged_archive, damaged_workbook
from pipeline.fuzzing.forked import SECONDS, launch, limits_here
from pipeline.fuzzing.mutations import Generator, mutated
from pipeline.fuzzing.seeds import FORMATS, ROWS, Seed
from pipeline.project import Project
from pipeline.readers.limits import Limits
from pipeline.readers.reading import read_source
from pipeline.readers.refusals import REASONS
from pipeline.study_files import LoadedStudy, load_study
from surveys.checks import check_microdata, critical_variables
from surveys.harmonization import harmonize
from surveys.problems import DataError, ProblemsFound
from surveys.source_table import SourceTable
from surveys.study import Source
from surveys.universes import mark_skipped, with_derived

_TINY = Path(__file__).parent / "tiny"
_COLUMNS = ("folio", "nro", "estrato", "upm", "factor", "zona", "sexo", "edad")


@dataclass(frozen=True)
class Outcome:
    """What became of a damaged file.

    Parameters
    ----------
    read : str
        ``refused``, ``same``, ``otherwise``, ``crash`` (the child), ``time`` (the child), ``parent`` or ``hang``.
    by_hash : bool
        Whether the hash that a study declares would have stopped it.
    by_dictionary : bool
        Whether, read otherwise, rows declared, dictionary and checks noticed it without the hash.
    why : str
        Code of the refusal, or kind of the error; never a value.
    """

    read: str
    by_hash: bool
    by_dictionary: bool = False
    why: str = ""


class Hung(BaseException):
    """The parent itself took too long."""


def damaged(kind: str, seeds: tuple[Seed, ...], seed: int, number: int) -> tuple[Seed, bytes]:
    """Return the damaged file of a number: the same for the same seed, whatever was tried before it."""
    generator: Generator = np.random.default_rng([seed, FORMATS.index(kind), number])
    whole = seeds[int(generator.integers(len(seeds)))]
    if kind == "xlsx":
        content = damaged_workbook(whole, generator)
    elif kind == "archive":
        content = damaged_archive(whole, generator)
    else:
        content = mutated(whole.content, generator, text=kind in ("csv", "yaml"))
    return whole, content if content != whole.content else mutated(content, generator)


@contextmanager
def watched(seconds: int) -> Iterator[None]:
    """End the block by `Hung` after a time."""

    def ring(signum: int, frame: FrameType | None) -> None:
        raise Hung

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


class Trials:
    """Reads damaged files in a folder of its own.

    Parameters
    ----------
    folder : Path
        Empty folder.
    """

    def __init__(self, folder: Path) -> None:
        self._data, self._scratch, self._study = folder / "data", folder / "scratch", folder / "tiny"
        for made in (self._data, self._scratch, self._study):
            made.mkdir(parents=True)
        self._project = Project(folder)
        self._loaded = self._load()
        self._limits = limits_here()
        self._whole: dict[str, str] = {}

    def run(self, kind: str, whole: Seed, content: bytes) -> Outcome:
        """Read one damaged file; what goes wrong in this process itself is an outcome too."""
        try:
            with watched(3 * SECONDS):
                return self._yaml(whole, content) if kind == "yaml" else self._file(whole, content)
        except Hung:
            return Outcome("hang", False)
        except Exception as error:
            return Outcome("parent", False, why=type(error).__name__)

    def _file(self, whole: Seed, content: bytes) -> Outcome:
        declared = hashlib.sha256(whole.content).hexdigest()
        by_hash = self._stopped_by_hash(whole, content, declared)
        rows = ROWS if whole.ours else None
        try:
            table = self._read(whole, content, rows)
        except DataError as refused:
            return _refusal(refused, by_hash)
        if _digest(table) == self._digest_of_whole(whole):
            return Outcome("same", by_hash)
        return Outcome("otherwise", by_hash, whole.ours and self._noticed(table))

    def _read(self, whole: Seed, content: bytes, rows: int | None = None) -> SourceTable:
        (self._data / whole.name).write_bytes(content)
        source = Source("persons", whole.format, whole.name, rows=rows)
        columns = _COLUMNS if whole.ours else None
        return read_source(source, self._data, columns, scratch=self._scratch, limits=self._limits, launch=launch).table

    def _stopped_by_hash(self, whole: Seed, content: bytes, declared: str) -> bool:
        """Whether the declared hash stops the file before anything is parsed."""

        def never(folder: Path, limits: Limits) -> int:
            raise AssertionError("a file that is not the declared one was parsed")

        (self._data / whole.name).write_bytes(content)
        source = Source("persons", whole.format, whole.name, sha256=declared)
        try:
            read_source(source, self._data, None, scratch=self._scratch, launch=never)
        except DataError as refused:
            return refused.problems[0].message.code == "source_hash"
        return False

    def _digest_of_whole(self, whole: Seed) -> str:
        if whole.name not in self._whole:
            damaged_now = (self._data / whole.name).read_bytes()
            self._whole[whole.name] = _digest(self._read(whole, whole.content))
            (self._data / whole.name).write_bytes(damaged_now)
        return self._whole[whole.name]

    def _noticed(self, table: SourceTable) -> bool:
        """Whether dictionary, mapping and checks find fault with a table that was read otherwise."""
        loaded = self._loaded
        critical = critical_variables(loaded.study)
        made = harmonize(loaded.mapping, {"persons": table}, loaded.dictionary, critical=critical, secret=b"fuzz")
        findings = made.findings
        if made.microdata is not None:
            microdata = mark_skipped(made.microdata, loaded.dictionary)
            findings += check_microdata(with_derived(microdata, loaded.dictionary), loaded.study, loaded.dictionary)
        return any(finding.severity != "note" for finding in findings)

    def _yaml(self, whole: Seed, content: bytes) -> Outcome:
        """Load the tiny study with one of its files damaged; a change of content always runs the stages again."""
        place = self._place(whole.name)
        before = place.read_bytes()
        by_hash = hashlib.sha256(content).digest() != hashlib.sha256(before).digest()
        try:
            place.write_bytes(content)
            loaded = load_study(self._study, self._project)
        except ProblemsFound as refused:
            text = refused.text("es") + refused.text("en")
            code = refused.problems[0].message.code
            return Outcome("refused", by_hash, not code.startswith("yaml_"), code if len(text) < 2_000_000 else "long")
        finally:
            place.write_bytes(before)
        same = loaded.resolved() == self._loaded.resolved() and loaded.dictionary == self._loaded.dictionary
        return Outcome("same" if same else "otherwise", by_hash)

    def _place(self, name: str) -> Path:
        return (self._project.root if name == "data_dictionary.yaml" else self._study) / name

    def _load(self) -> LoadedStudy:
        for path in sorted(_TINY.glob("*.yaml")):
            shutil.copyfile(path, self._place(path.name))
        return load_study(self._study, self._project)


def _refusal(refused: DataError, by_hash: bool) -> Outcome:
    """Tell a refusal from a child that crashed or took too long; lack of memory is a refusal, made on purpose."""
    (problem,) = refused.problems
    refused.text("es")
    refused.text("en")
    if problem.message.code != "source_crashed":
        return Outcome("refused", by_hash, why=problem.message.code)
    how = str(problem.details["how_en"])
    if how == REASONS["memory"][0]:
        return Outcome("refused", by_hash, why="memory")
    return Outcome("time" if how in ("SIGXCPU", f"{SECONDS} s") else "crash", by_hash, why=how)


def _digest(table: SourceTable) -> str:
    """Return a hash of everything that was read: values to the last bit, reasons, labels, sets."""
    hashed = hashlib.sha256()
    for kind in (table.columns, table.reasons):
        for name, values in kind.items():
            plain = values.tobytes() if values.dtype == np.float64 else json.dumps(values.tolist()).encode()
            hashed.update(f"{name}:{len(plain)}:".encode() + plain)
    about = {"rows": table.rows, "labels": table.labels, "columns": table.column_labels, "sets": table.sets}
    hashed.update(json.dumps(about, sort_keys=True).encode())
    return hashed.hexdigest()
