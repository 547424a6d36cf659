"""An empty database for one proof: PostgreSQL of this machine in a folder of its own, or DuckDB where there is none."""

from __future__ import annotations

import csv
import io
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal, Protocol

import duckdb

from pipeline.import_proof.described import quoted, text
from surveys.problems import DataError, Message, Problem

Rows = list[tuple[str, ...]]
Which = Literal["postgresql", "duckdb"]
HOMES = "/usr/lib/postgresql"
NEEDED = ("initdb", "pg_ctl", "psql")
STARTS_NOT = Message(
    "import_no_database",
    "PostgreSQL is installed in {place} but did not start: {why}. Mend it, or ask for DuckDB with ENGINE=duckdb.",
    "PostgreSQL está instalado en {place} pero no arrancó: {why}. Corríjalo, o pida DuckDB con ENGINE=duckdb.",
)


class Refused(Exception):
    """The database refused a statement; what it said quotes cells, so it is kept out of messages."""


class Engine(Protocol):
    """What a proof asks of a database; every value comes back as text, empty where it is null."""

    name: str

    def run(self, statement: str) -> None:
        """Do something."""

    def rows(self, query: str) -> Rows:
        """Ask something."""

    def load(self, table: str, columns: Sequence[str], path: Path) -> None:
        """Copy a CSV with a header into a table of texts; an empty cell is null."""

    def matches(self, expression: str, pattern: str) -> str:
        """Write the condition that a text matches a regular expression."""


def find_postgresql() -> Path | None:
    """Return the folder of the newest PostgreSQL of this machine with all that is needed."""
    folders = [Path(HOMES, name, "bin") for name in sorted(_versions(), key=float, reverse=True)]
    found = shutil.which("initdb")
    folders += [Path(found).parent] if found else []
    return next((one for one in folders if all((one / name).is_file() for name in NEEDED)), None)


@contextmanager
def database(which: Which | None = None) -> Iterator[Engine]:
    """Start an empty database, and leave nothing of it behind.

    Parameters
    ----------
    which : {"postgresql", "duckdb"}, optional
        PostgreSQL where it is installed, by default.

    Raises
    ------
    DataError
        PostgreSQL is there and does not start.
    """
    place = None if which == "duckdb" else find_postgresql()
    if place is None:
        connection = duckdb.connect(":memory:", config={"threads": "1", "autoinstall_known_extensions": "false"})
        try:
            yield _DuckDB(connection)
        finally:
            connection.close()
        return
    with tempfile.TemporaryDirectory(prefix="import-") as name:
        folder = Path(name)
        owner = _owner()
        if owner is not None:
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        server = _Server(place, folder, owner)
        server.start()
        try:
            yield _PostgreSQL(place, folder)
        finally:
            server.stop()


class _Server:
    """A server that hears on a socket in its own folder and on no network."""

    def __init__(self, place: Path, folder: Path, owner: pwd.struct_passwd | None) -> None:
        self.place, self.folder, self.owner = place, folder, owner

    def start(self) -> None:
        data = self.folder / "data"
        self._do("initdb", "-D", str(data), "-A", "trust", "-U", "importer", "-E", "UTF8", "--locale=C", "--no-sync")
        options = f"-c listen_addresses='' -c unix_socket_directories='{self.folder}' -c fsync=off"
        self._do("pg_ctl", "-D", str(data), "-w", "-s", "-o", options, "-l", str(self.folder / "log"), "start")

    def stop(self) -> None:
        with suppress(DataError):
            self._do("pg_ctl", "-D", str(self.folder / "data"), "-w", "-s", "-m", "immediate", "stop")

    def _do(self, program: str, *arguments: str) -> None:
        # The server refuses to run as root, and then runs as the user that its package made.
        who = {} if self.owner is None else {
            "user": self.owner.pw_uid, "group": self.owner.pw_gid, "extra_groups": [],
        }  # fmt: skip
        done = subprocess.run(
            [str(self.place / program), *arguments], cwd=self.folder, check=False, text=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"}, **who,
        )  # type: ignore[call-overload]  # fmt: skip
        if done.returncode:
            why = f"{program}: {(done.stderr.strip().splitlines() or ['?'])[-1]}"
            raise DataError([Problem(STARTS_NOT, "import-proof", {"place": str(self.place), "why": why})])


class _PostgreSQL:
    name = "PostgreSQL"

    def __init__(self, place: Path, folder: Path) -> None:
        self._command = [
            str(place / "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", str(folder), "-U", "importer",
            "-d", "postgres",
        ]  # fmt: skip

    def run(self, statement: str) -> None:
        self._ask(["-f", "-"], statement)

    def rows(self, query: str) -> Rows:
        told = self._ask(["--csv", "-t", "-f", "-"], query)
        return [tuple(row) for row in csv.reader(io.StringIO(told)) if row]

    def load(self, table: str, columns: Sequence[str], path: Path) -> None:
        names = ", ".join(quoted(name) for name in columns)
        copy = f"\\copy {quoted(table)} ({names}) from pstdin with (format csv, header true)"
        self._ask(["-c", copy], path.read_text(encoding="utf-8"))

    def matches(self, expression: str, pattern: str) -> str:
        return f"{expression} ~ {text(f'^(?:{pattern})$')}"

    def _ask(self, arguments: Sequence[str], told: str) -> str:
        done = subprocess.run(
            [*self._command, *arguments], check=False, input=told, text=True, encoding="utf-8", capture_output=True,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "PGCLIENTENCODING": "UTF8"},
        )  # fmt: skip
        if done.returncode:
            raise Refused(_kind(done.stderr))
        return done.stdout


class _DuckDB:
    name = "DuckDB"

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def run(self, statement: str) -> None:
        try:
            self._connection.execute(statement)
        except duckdb.Error as error:
            raise Refused(_kind(str(error))) from None

    def rows(self, query: str) -> Rows:
        try:
            found = self._connection.execute(query).fetchall()
        except duckdb.Error as error:
            raise Refused(_kind(str(error))) from None
        return [tuple("" if value is None else _written(value) for value in row) for row in found]

    def load(self, table: str, columns: Sequence[str], path: Path) -> None:
        names = ", ".join(quoted(name) for name in columns)
        # strict: one line of the file is one row, and no column is guessed
        self.run(
            f"INSERT INTO {quoted(table)} ({names}) SELECT * FROM read_csv({text(str(path))}, all_varchar=true, "
            "header=true, delim=',', quote='\"', escape='\"', nullstr='', auto_detect=false, columns={"
            + ", ".join(f"{text(name)}: 'VARCHAR'" for name in columns)
            + "})"
        )

    def matches(self, expression: str, pattern: str) -> str:
        return f"regexp_full_match({expression}, {text(pattern)})"


def _written(value: object) -> str:
    return repr(value) if isinstance(value, float) else str(value)


def _kind(said: str) -> str:
    """Keep the kind of a fault, such as 'duplicate key', and no value of any cell."""
    lowered = said.lower()
    known = ("duplicate key", "foreign key", "not-null", "not null", "invalid input", "conversion", "out of range",
             "syntax error", "does not exist", "permission", "extra data", "missing data")  # fmt: skip
    return next((word for word in known if word in lowered), "refused")


def _versions() -> list[str]:
    if not Path(HOMES).is_dir():
        return []
    return [path.name for path in Path(HOMES).iterdir() if path.name.replace(".", "", 1).isdigit()]


def _owner() -> pwd.struct_passwd | None:
    """Return who must own the server: nobody else's business unless this runs as root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            return pwd.getpwnam(name)
    return None
