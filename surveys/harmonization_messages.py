"""What harmonization says about values that do not fit the dictionary."""

from __future__ import annotations

from surveys.problems import Message

UNDOCUMENTED = Message(
    "undocumented_code",
    "variable '{variable}' has the source code '{value}' in {count} {count|row|rows}; it is in no list of the "
    "mapping.\n"
    "  Add it to `recode:` or `missing:`, or to the code list of the dictionary. Until then it counts as "
    "undocumented.",
    "la variable '{variable}' tiene el código de origen '{value}' en {count} {count|fila|filas}; no está en ninguna "
    "lista de la "
    "correspondencia.\n  Agréguelo a `recode:` o `missing:`, o a la lista de códigos del diccionario. "
    "Mientras tanto "
    "cuenta como no documentado.",
)
UNDOCUMENTED_OTHER = Message(
    "undocumented_other",
    "variable '{variable}' has {count} {count|row|rows} with other values that are in no list of the mapping and are "
    "not shown, "
    "since they could identify persons.\n"
    "  Check that the right column is mapped; complete `recode:` with the producer's codebook.",
    "la variable '{variable}' tiene {count} {count|fila|filas} con otros valores que no están en ninguna lista de la "
    "correspondencia y no se muestran, porque podrían identificar personas.\n"
    "  Revise que la columna sea la correcta; complete `recode:` con el libro de códigos del productor.",
)
UNMAPPED_REASON = Message(
    "unmapped_reason",
    "variable '{variable}' has {count} {count|row|rows} with the missing code '{value}' of the file, which "
    "`missing:` "
    "does not name; "
    "counted as blank.",
    "la variable '{variable}' tiene {count} {count|fila|filas} con el código de falta '{value}' del archivo, que "
    "`missing:` no nombra; "
    "contadas como en blanco.",
)
UNPARSABLE = Message(
    "unparsable_number",
    "variable '{variable}' has {count} {count|cell that is not a number|cells that are not numbers}; numbers "
    "with the declared decimal sign "
    "were "
    "expected.\n  Check `decimal:` of the source, or name special codes in `missing:`.",
    "la variable '{variable}' tiene {count} {count|celda que no es un número|celdas que no son números}; se "
    "esperaban números con el signo "
    "decimal "
    "declarado.\n  Revise `decimal:` de la fuente, o nombre los códigos especiales en `missing:`.",
)
INFINITE = Message(
    "infinite_number",
    "variable '{variable}' has {count} {count|infinite value|infinite values}; finite numbers were expected.\n"
    "  Correct them at the source.",
    "la variable '{variable}' tiene {count} {count|valor infinito|valores infinitos}; se esperaban números finitos.\n"
    "  Corríjalos en el origen.",
)
NOT_WHOLE = Message(
    "not_whole",
    "variable '{variable}' has {count} {count|number|numbers} with decimals; whole numbers were expected.\n"
    "  Map another column, or make the variable a `number` in the dictionary.",
    "la variable '{variable}' tiene {count} {count|número|números} con decimales; se esperaban enteros.\n"
    "  Tome otra columna, o declare la variable como `number` en el diccionario.",
)
LABEL_DIFFERS = Message(
    "label_differs",
    "the file labels code '{value}' of column '{column}' (variable '{variable}') as '{found}'; the mapping "
    "expects "
    "'{expected}'.\n  The codes may have changed meaning: compare with the producer's codebook.",
    "el archivo rotula el código '{value}' de la columna '{column}' (variable '{variable}') como '{found}'; "
    "la "
    "correspondencia espera '{expected}'.\n  Los códigos pueden haber cambiado de sentido: compare con el "
    "libro de códigos.",
)
LABEL_NOT_MAPPED = Message(
    "label_not_mapped",
    "the file labels code '{value}' of column '{column}' as '{label}', but the mapping of '{variable}' does "
    "not name "
    "it.\n  Add it to `recode:` or `missing:` if it can occur.",
    "el archivo rotula el código '{value}' de la columna '{column}' como '{label}', pero la correspondencia "
    "de "
    "'{variable}' no lo nombra.\n  Agréguelo a `recode:` o `missing:` si puede ocurrir.",
)
HASHED_ROW = Message(
    "hashed_row",
    "row named by a keyed hash of its key; who holds the source files can find it.",
    "fila nombrada por un resumen cifrado de su llave; quien tiene los archivos de origen puede encontrarla.",
)
DISAGREES = Message(
    "disagrees_within_key",
    "variable '{variable}' has different values in rows of the same key in {count} {count|key|keys} ({columns}); one "
    "value was "
    "expected. The first present value was taken.\n"
    "  Check that the variable belongs to this level.",
    "la variable '{variable}' tiene valores distintos en filas de una misma llave en {count} {count|llave|llaves} "
    "({columns}); se "
    "esperaba un solo valor. Se tomó el primero presente.\n"
    "  Revise que la variable pertenezca a este nivel.",
)
