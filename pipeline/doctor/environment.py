"""The environment that ``make`` keeps in .venv: whether it is there, whole, and made from the present lock files."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from pipeline.doctor.checks import BAD, GOOD, NOTE, Check

_PIN = re.compile(r"^([A-Za-z0-9_.-]+)==([^ \\]+)", flags=re.MULTILINE)
_ABSENT_DO = ("`make study` lo prepara la primera vez; necesita conexión a un índice de paquetes.",
              "`make study` makes it the first time; it needs a connection to a package index.")  # fmt: skip
_STALE_DO = ("La próxima orden de make lo prepara de nuevo.", "The next make command makes it anew.")


def environment_checks(root: Path) -> list[Check]:
    """Look at .venv.

    Parameters
    ----------
    root : Path
        The checkout.

    Returns
    -------
    list of Check
        The environment for studies, that for tests, and packages of another version than the lock files name.
    """
    run = _stamp(root, "run", "requirements.lock")
    if run == "absent":
        half = (root / ".venv").exists()
        text = ("El entorno .venv quedó a medias", "The environment .venv is half made") if half else (
            "El entorno .venv aún no existe", "The environment .venv does not exist yet")  # fmt: skip
        return [Check("environment", "project", NOTE, "-", text, _ABSENT_DO)]
    checks = [_environment("environment", run, ("El entorno .venv", "The environment .venv"))]
    dev = _stamp(root, "dev", "requirements-dev.lock")
    if dev != "absent":
        checks.append(_environment("environment_tests", dev, ("Lo que usan las pruebas", "What the tests use")))
    return [*checks, _packages(root)]


def index_check(root: Path) -> Check:
    """Fetch one small package of the lock file as ``make`` would, and throw it away."""
    text = (root / "requirements.lock").read_text(encoding="utf-8")
    # the first one with the wheel of any system
    name = next((name for name in ("six", "et-xmlfile", "mdurl", "pytz") if f"\n{name}==" in f"\n{text}"), "jinja2")
    start = f"\n{text}".index(f"\n{name}==")
    block = re.match(r"[^ ]+ \\\n(?:    --hash=[^\n]*\n)+", text[start:])
    with tempfile.TemporaryDirectory(prefix="caracteriza-") as folder:
        wanted = Path(folder) / "one.lock"
        wanted.write_text(block.group(0).rstrip(" \\\n") + "\n" if block else "", encoding="utf-8")
        python = _with_pip(Path(folder))
        command = [python, "-m", "pip", "download", "-q", "--disable-pip-version-check", "--no-input", "--no-deps",
                   "--no-cache-dir", "--retries", "1", "--timeout", "10", "--require-hashes", "--dest", folder,
                   "-r", str(wanted)]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return Check("index", "machine", GOOD, name,
                     ("El índice de paquetes responde", "The package index answers"))  # fmt: skip
    return Check("index", "machine", BAD, "-",
                 ("El índice de paquetes no responde", "The package index does not answer"),
                 ("Revise la conexión, el proxy (HTTPS_PROXY) y `pip config list`.",
                  "Look at the connection, the proxy (HTTPS_PROXY) and `pip config list`."))  # fmt: skip


def _with_pip(folder: Path) -> str:
    """Return a Python that has pip: this one, or one made for the purpose."""
    if subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0:
        return sys.executable
    subprocess.run([sys.executable, "-m", "venv", str(folder / "venv")], capture_output=True, check=False)
    return str(folder / "venv" / "bin" / "python")


def _stamp(root: Path, kind: str, lock: str) -> str:
    """Compare what the environment was made from with what is there, as ``environment.sh`` does."""
    path = root / ".venv" / f"{kind}.stamp"
    if not path.is_file() or not (root / ".venv" / "bin" / "python").exists():
        return "absent"
    # what stands in pyproject.toml from the settings of the tests on installs nothing
    installed = (root / "pyproject.toml").read_bytes().partition(b"[tool.pytest")[0]
    content = (root / lock).read_bytes() + installed + f"{root}\n".encode()
    return "fresh" if path.read_text().strip() == hashlib.sha256(content).hexdigest() else "stale"


def _environment(code: str, state: str, name: tuple[str, str]) -> Check:
    if state == "fresh":
        return Check(code, "project", GOOD, state, (f"{name[0]}: al día", f"{name[1]}: up to date"))
    text = (f"{name[0]}: hecho de otras versiones o en otra carpeta",
            f"{name[1]}: made from other versions or in another folder")  # fmt: skip
    return Check(code, "project", NOTE, state, text, _STALE_DO)


def _packages(root: Path) -> Check:
    pins = {_plain(name): version for name, version in _PIN.findall((root / "requirements.lock").read_text())}
    installed = {
        _plain(name): version
        for folder in (root / ".venv").glob("lib/python*/site-packages/*.dist-info")
        for name, _, version in [folder.name[: -len(".dist-info")].partition("-")]
    }
    wrong = sorted(name for name, version in pins.items() if installed.get(name) != version)
    if not wrong:
        found = str(len(pins))
        texts = (f"Paquetes con la versión exacta: {found}", f"Packages of the exact version: {found}")
        return Check("packages", "project", GOOD, found, texts)
    names = ", ".join(wrong[:5]) + (" ..." if len(wrong) > 5 else "")
    return Check("packages", "project", BAD, names,
                 (f"Paquetes ausentes o de otra versión: {names}", f"Packages absent or of another version: {names}"),
                 ("Prepare el entorno de nuevo: rm -r .venv; make study",
                  "Make the environment anew: rm -r .venv; make study"))  # fmt: skip


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
