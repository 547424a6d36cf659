"""What the machine has: with the standard library alone, for it runs before anything is installed."""

from __future__ import annotations

import locale
import os
import platform
import shutil
import subprocess
import tempfile
from pathlib import Path

from pipeline.doctor.checks import BAD, GOOD, NOTE, Check

INTERPRETERS = ("python3", "python3.13", "python3.12", "python3.11")
GIB = 1024**3
# measured: the environment of a study takes 1.3 GiB, with what tests need 2 GiB; pip keeps as much while it installs
DISK_BEFORE, DISK_AFTER = 4.0, 1.0
MEMORY_BAD, MEMORY_NOTE = 1.0, 2.0
_NEW_ENOUGH = "import sys; sys.exit(sys.version_info < (3, 11))"
_DEBIAN = ("En Debian o Ubuntu: apt install {0}", "On Debian or Ubuntu: apt install {0}")


def machine_checks(root: Path, build: Path, data: Path) -> list[Check]:
    """Look at the machine.

    Parameters
    ----------
    root : Path
        The checkout.
    build, data : Path
        Folder of results and folder of source files, which need not exist.

    Returns
    -------
    list of Check
    """
    python = new_enough()
    checks = [_system(), _python(python), _venv(python), _make(), _commands(), _disk(root), _memory(), _cores()]
    checks += [_writable("writable_project", root), _writable("writable_results", build), _temporary()]
    return [*checks, _locale(), _fonts(root), _data(data)]


def new_enough() -> str | None:
    """Return the interpreter that ``make`` would take, or None."""
    for name in (os.environ.get("CARACTERIZA_PYTHON", ""), *INTERPRETERS):
        path = shutil.which(name) if name else None
        if path and _runs([path, "-c", _NEW_ENOUGH]):
            return path
    return None


def install(packages: str) -> tuple[str, str]:
    """Say how Debian's packages are installed, in Spanish and English."""
    return (_DEBIAN[0].format(packages), _DEBIAN[1].format(packages))


def output_of(command: list[str]) -> str:
    """Return the first line that a command writes; nothing where it cannot be run."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return (done.stdout or done.stderr).strip().split("\n")[0]


def _runs(command: list[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, timeout=20, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _system() -> Check:
    name = platform.system()
    if name == "Linux":
        return Check("system", "machine", GOOD, name, (f"Sistema: {name}", f"System: {name}"))
    return Check(
        "system", "machine", NOTE, name,
        (f"Sistema: {name}; el programa se prueba en Linux", f"System: {name}; the program is tested on Linux"),
        ("Si algo falla, use Linux, también en WSL o en un contenedor.",
         "If something fails, use Linux, also in WSL or a container."),
    )  # fmt: skip


def _python(path: str | None) -> Check:
    if path:
        version = output_of([path, "-c", "import platform; print(platform.python_version())"])
        return Check("python", "machine", GOOD, version, (f"Python {version} ({path})", f"Python {version} ({path})"))
    mine = platform.python_version()
    return Check(
        "python", "machine", BAD, mine,
        (f"Python {mine}: se necesita 3.11 o posterior", f"Python {mine}: 3.11 or later is needed"),
        ("En Debian 12 o Ubuntu 24.04: apt install python3 python3-venv; o indique uno con CARACTERIZA_PYTHON=ruta",
         "On Debian 12 or Ubuntu 24.04: apt install python3 python3-venv; or name one with CARACTERIZA_PYTHON=path"),
    )  # fmt: skip


def _venv(path: str | None) -> Check:
    if path and _runs([path, "-c", "import venv, ensurepip"]):
        return Check("venv", "machine", GOOD, "venv", ("El módulo venv de Python", "Python's module venv"))
    return Check(
        "venv", "machine", BAD, "-",
        ("Falta el módulo venv de Python, con el que se prepara .venv",
         "Python's module venv is missing, with which .venv is made"),
        install("python3-venv"),
    )  # fmt: skip


def _make() -> Check:
    path = shutil.which("make")
    version = output_of([path, "--version"]) if path else ""
    if path and version.startswith("GNU Make"):
        return Check("make", "machine", GOOD, version, (version, version))
    return Check("make", "machine", BAD, version or "-", ("Falta GNU make", "GNU make is missing"), install("make"))


def _commands() -> Check:
    missing = [name for name in ("sha256sum", "awk", "grep", "tee", "mktemp", "flock") if not shutil.which(name)]
    if not missing:
        return Check("commands", "machine", GOOD, "sha256sum, awk, flock, ...",
                     ("Órdenes del sistema: sha256sum, awk, flock y otras",
                      "Commands of the system: sha256sum, awk, flock and others"))  # fmt: skip
    names = ", ".join(missing)
    # without flock two installations at once are not kept apart, and nothing else changes
    state = NOTE if missing == ["flock"] else BAD
    return Check("commands", "machine", state, names,
                 (f"Faltan órdenes del sistema: {names}", f"Commands of the system are missing: {names}"),
                 install("coreutils util-linux gawk"))  # fmt: skip


def _disk(root: Path) -> Check:
    free = shutil.disk_usage(root).free / GIB
    installed = (root / ".venv" / "run.stamp").is_file()
    needed = DISK_AFTER if installed else DISK_BEFORE
    found = f"{free:.1f} GiB"
    what = (f"Espacio libre en disco: {found}", f"Free space on the disk: {found}")
    if free >= needed:
        return Check("disk", "machine", GOOD, found, what)
    return Check("disk", "machine", BAD, found,
                 (f"{what[0]}; se necesitan {needed:.0f}", f"{what[1]}; {needed:.0f} are needed"),
                 ("Libere espacio, o lleve la carpeta a otro disco.", "Make room, or take the folder to another disk."),
                 )  # fmt: skip


def _memory() -> Check:
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / GIB
    found = f"{total:.1f} GiB"
    what = (f"Memoria: {found}", f"Memory: {found}")
    if total >= MEMORY_NOTE:
        return Check("memory", "machine", GOOD, found, what)
    return Check("memory", "machine", BAD if total < MEMORY_BAD else NOTE, found,
                 (f"{what[0]}; conviene tener {MEMORY_NOTE:.0f} o más",
                  f"{what[1]}; {MEMORY_NOTE:.0f} or more are better"),
                 ("Cierre otros programas, o use otro equipo para encuestas grandes.",
                  "Close other programs, or use another machine for large surveys."))  # fmt: skip


def _cores() -> Check:
    found = str(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
    what = (f"Núcleos: {found}", f"Cores: {found}")
    if found != "1":
        return Check("cores", "machine", GOOD, found, what)
    return Check("cores", "machine", NOTE, found, what, ("Funciona; con dos un estudio tarda un tercio menos.",
                                                        "It works; with two a study takes a third less."))  # fmt: skip


def _writable(code: str, folder: Path) -> Check:
    """Tell by writing whether a folder can be written to; the first one above it that exists, where it does not."""
    place = folder
    while not place.exists() and place != place.parent:
        place = place.parent
    try:
        with tempfile.NamedTemporaryFile(dir=place, prefix=".doctor"):
            pass
    except OSError as trouble:
        why = os.strerror(trouble.errno or 0)
        return Check(code, "machine", BAD, why,
                     (f"No se puede escribir en {place}: {why}", f"{place} cannot be written to: {why}"),
                     (f"Cambie los permisos (chown, chmod) de {place}, o use otra carpeta: BUILD=carpeta",
                      f"Change the permissions (chown, chmod) of {place}, or use another folder: BUILD=folder"),
                     )  # fmt: skip
    return Check(code, "machine", GOOD, str(place), (f"Se puede escribir en {place}", f"{place} can be written to"))


def _temporary() -> Check:
    try:
        place = tempfile.gettempdir()
        free = shutil.disk_usage(place).free / GIB
    except OSError:
        place, free = "TMPDIR", 0.0
    found = f"{place}, {free:.1f} GiB"
    what = (f"Archivos temporales: {found}", f"Temporary files: {found}")
    if free >= 1:
        return Check("temporary", "machine", GOOD, found, what)
    return Check("temporary", "machine", NOTE, found, what,
                 ("La instalación necesita 1 GiB allí; indique otra carpeta con TMPDIR=.",
                  "The installation needs 1 GiB there; name another folder with TMPDIR=."))  # fmt: skip


def _locale() -> Check:
    found = locale.getpreferredencoding(False)
    what = (f"Codificación de la terminal: {found}", f"Encoding of the terminal: {found}")
    if found.upper().replace("-", "") == "UTF8":
        return Check("locale", "machine", GOOD, found, what)
    return Check("locale", "machine", NOTE, found, what,
                 ("Los acentos pueden verse mal; escriba: export LANG=C.UTF-8",
                  "Accents may look wrong; type: export LANG=C.UTF-8"))  # fmt: skip


def _fonts(root: Path) -> Check:
    fonts = sorted(path.name for path in (root / "report_templates" / "fonts").glob("*.otf"))
    found = str(len(fonts))
    if len(fonts) >= 4:
        return Check("fonts", "machine", GOOD, found,
                     (f"Tipografías del informe: {found}, con el proyecto; no se usa ninguna del sistema",
                      f"Fonts of the report: {found}, with the project; none of the system is used"))  # fmt: skip
    return Check("fonts", "machine", BAD, found,
                 ("Faltan tipografías en report_templates/fonts", "Fonts are missing in report_templates/fonts"),
                 ("Traiga de nuevo la carpeta: git checkout report_templates/fonts",
                  "Bring the folder back: git checkout report_templates/fonts"))  # fmt: skip


def _data(data: Path) -> Check:
    if data.is_dir():
        return Check("data", "machine", GOOD, str(data), (f"Carpeta de datos: {data}", f"Folder of data: {data}"))
    return Check("data", "machine", NOTE, "-",
                 (f"No hay carpeta de datos en {data}; la demostración no la necesita",
                  f"There is no folder of data at {data}; the demonstration needs none"),
                 ("Para sus encuestas, indíquela: make study STUDY=... DATA=carpeta",
                  "For your surveys, name it: make study STUDY=... DATA=folder"))  # fmt: skip
