"""What is said when a run cannot go on for a reason that is not in the study or its data."""

from __future__ import annotations

from surveys.problems import Message

STUDY_NOT_FOUND = Message(
    "study_not_found",
    "there is no study of that name and no folder with a study.yaml at that path. Known studies: {known}. "
    "Write one of them, or the path of a study folder; `make new-study NAME=...` makes one.",
    "no hay un estudio con ese nombre ni una carpeta con study.yaml en esa ruta. Estudios conocidos: {known}. "
    "Escriba uno de ellos o la ruta de una carpeta de estudio; `make new-study NAME=...` crea una.",
)
DISK_TROUBLE = Message(
    "disk_trouble",
    "the disk refused: {trouble}. Earlier results are as they were. "
    "Make room or mend the permissions, and run the same command again.",
    "el disco no lo permitió: {trouble}. Los resultados anteriores siguen como estaban. "
    "Libere espacio o corrija los permisos y repita la misma orden.",
)
INTERRUPTED = Message(
    "interrupted",
    "Interrupted. Finished stages are kept; the same command goes on from there.",
    "Interrumpido. Las etapas terminadas se conservan; la misma orden continúa desde ahí.",
)
INTERNAL_ERROR = Message(
    "internal_error",
    "a fault of this program ({kind}), not of your study. Earlier results are as they were.\n{frames}\n"
    "  Please report these lines; they hold no data. With CARACTERIZA_DEBUG=1 the whole error is shown, which "
    "may quote data: do not send that.",
    "una falla de este programa ({kind}), no de su estudio. Los resultados anteriores siguen como estaban.\n"
    "{frames}\n"
    "  Comunique estas líneas; no contienen datos. Con CARACTERIZA_DEBUG=1 se muestra el error completo, que "
    "puede citar datos: no lo envíe.",
)
NAME_NOT_USABLE = Message(
    "study_name_not_usable",
    "a study's name has small letters, digits and underscores and starts with a letter, such as slv_2021. "
    "Write NAME=... that way.",
    "el nombre de un estudio lleva minúsculas, dígitos y guiones bajos y empieza con letra, como slv_2021. "
    "Escriba NAME=... de esa forma.",
)
FOLDER_EXISTS = Message(
    "study_folder_exists",
    "there is already something here, and nothing is ever written over. Choose another NAME= or AT=.",
    "aquí ya hay algo, y nunca se escribe encima. Elija otro NAME= u otro AT=.",
)
