"""Why a source file is refused, in words that never quote its content."""

from __future__ import annotations

from surveys.problems import Message


class Refused(Exception):
    """A reader will not go on.

    Parameters
    ----------
    code : str
        One of ``REFUSALS``.
    details : object
        Counts and names of columns for the places of the message; never a cell.
    """

    def __init__(self, code: str, **details: object) -> None:
        super().__init__(code)
        self.code = code
        self.details = details


_ALL = (
    Message("source_outside",
            "the file '{file}' is not inside the data folder; only files inside it are read.\n"
            "  Give the name of a file in the data folder, without `..` and without links that leave it.",
            "el archivo '{file}' no está dentro de la carpeta de datos; solo se leen archivos de esa "
            "carpeta.\n"
            "  Indique el nombre de un archivo de la carpeta de datos, sin `..` y sin enlaces que salgan de "
            "ella."),
    Message("source_absent",
            "the file '{file}' is not in the data folder.\n"
            "  Obtain it as `obtain:` says and put it in the folder given by DATA=.",
            "el archivo '{file}' no está en la carpeta de datos.\n"
            "  Obténgalo como indica `obtain:` y póngalo en la carpeta dada con DATA=."),
    Message("source_ambiguous",
            "the file '{file}' is in {count} folders of the data folder; exactly one was expected.\n"
            "  Write the folder too, as in `file: folder/{file}`.",
            "el archivo '{file}' está en {count} carpetas de la carpeta de datos; se esperaba exactamente "
            "una.\n"
            "  Escriba también la carpeta, como en `file: carpeta/{file}`."),
    Message("source_hash",
            "the file '{file}' is not the one declared: SHA-256 declared {declared}, found {found}.\n"
            "  Get the declared edition, or, if the producer published a new one, review the study and "
            "declare it.",
            "el archivo '{file}' no es el declarado: SHA-256 declarado {declared}, encontrado {found}.\n"
            "  Obtenga la edición declarada o, si el productor publicó otra, revise el estudio y declárela."),
    Message("source_changed",
            "the file '{file}' changed while it was being read; nothing of it was used.\n"
            "  Wait until it has been copied whole, and run again.",
            "el archivo '{file}' cambió mientras se leía; no se usó nada de él.\n"
            "  Espere a que se haya copiado entero y ejecute de nuevo."),
    Message("source_crashed",
            "the file '{file}' made its reader stop ({how_en}); nothing of it was used.\n"
            "  The file is damaged or not of format '{format}'. Obtain it again and compare its SHA-256.",
            "el archivo '{file}' hizo que su lector se detuviera ({how_es}); no se usó nada de él.\n"
            "  El archivo está dañado o no es de formato '{format}'. Obténgalo de nuevo y compare su "
            "SHA-256."),
    Message("source_unreadable",
            "the file '{file}' cannot be read as '{format}' ({why_en}).\n"
            "  Check `format:` (and `encoding:` if the file declares none), or obtain the file again.",
            "el archivo '{file}' no se puede leer como '{format}' ({why_es}).\n"
            "  Revise `format:` (y `encoding:` si el archivo no lo declara), u obtenga el archivo de nuevo."),
    Message("source_too_large",
            "the file '{file}' declares {rows} {rows|row|rows} and {columns} {columns|column|columns}, above "
            "the limit of {limit} "
            "cells.\n"
            "  Ask for fewer columns, split the file, or raise the limit if the file is trusted.",
            "el archivo '{file}' declara {rows} {rows|fila|filas} y {columns} {columns|columna|columnas}, "
            "sobre el límite de {limit} "
            "celdas.\n"
            "  Pida menos columnas, divida el archivo, o suba el límite si el archivo es de confianza."),
    Message("source_compression",
            "the file '{file}' unpacks to more than {ratio} times its size, or to more than {limit} bytes.\n"
            "  Such a file can exhaust the machine and is refused; unpack it by hand if it is trusted.",
            "el archivo '{file}' se descomprime a más de {ratio} veces su tamaño, o a más de {limit} bytes.\n"
            "  Un archivo así puede agotar la máquina y se rechaza; descomprímalo a mano si es de "
            "confianza."),
    Message("source_archive",
            "the archive '{file}' must hold exactly one plain file ({why_en}).\n"
            "  Make an archive with only the data file: no folders, links, passwords or other archives.",
            "el archivo comprimido '{file}' debe contener exactamente un archivo simple ({why_es}).\n"
            "  Haga uno que tenga solo el archivo de datos: sin carpetas, enlaces, claves ni otros "
            "comprimidos."),
    Message("source_columns",
            "the file '{file}' has no column {columns}; it has {count} "
            "{count|column (check the separator)|columns}.{nearest}\n"
            "  Correct the name in mapping.yaml (capital letters count), or the file in study.yaml.",
            "el archivo '{file}' no tiene la columna {columns}; tiene {count} "
            "{count|columna (revise el separador)|columnas}.{nearest}\n"
            "  Corrija el nombre en mapping.yaml (las mayúsculas cuentan), o el archivo en study.yaml."),
    Message("source_column_twice",
            "the file '{file}' has more than one column named {columns}; a name must point to one column.\n"
            "  Rename the columns at the source.",
            "el archivo '{file}' tiene más de una columna llamada {columns}; un nombre debe indicar una "
            "sola.\n"
            "  Cambie los nombres en el origen."),
    Message("source_encoding",
            "the file '{file}' is not text in encoding '{encoding}': {count} {count|place does|places do} not fit.\n"
            "  Declare the right `encoding:` (perhaps {suggestion}).",
            "el archivo '{file}' no es texto en codificación '{encoding}': {count} "
            "{count|lugar no corresponde|lugares no corresponden}.\n"
            "  Declare la `encoding:` correcta (quizás {suggestion})."),
    Message("source_codec",
            "the file '{file}' is declared in encoding '{encoding}', which does not exist.\n"
            "  Write `encoding: utf-8`, `latin-1` or `cp1252`, as the producer says.",
            "el archivo '{file}' se declara en la codificación '{encoding}', que no existe.\n"
            "  Escriba `encoding: utf-8`, `latin-1` o `cp1252`, según indique el productor."),
    Message("source_mojibake",
            "the file '{file}' read as '{encoding}' gives damaged letters in {count} {count|place|places} (such as "
            "'\u00c3\u00a1' for '\u00e1').\n"
            "  Declare the right `encoding:` (perhaps {suggestion}).",
            "el archivo '{file}' leído como '{encoding}' da letras dañadas en {count} {count|lugar|lugares} (como "
            "'\u00c3\u00a1' en vez de '\u00e1').\n"
            "  Declare la `encoding:` correcta (quizás {suggestion})."),
    Message("source_fields",
            "the file '{file}' has {count} {count|row|rows} whose number of cells is not the {columns} of its header "
            "(first at data row {row}).\n"
            "  The file is cut short, or `separator:` or `quote:` is not the one it was written with.",
            "el archivo '{file}' tiene {count} {count|fila|filas} cuyo número de celdas no es el de su encabezado, "
            "{columns} "
            "(la primera, la fila de datos {row}).\n"
            "  El archivo está cortado, o `separator:` o `quote:` no es con el que fue escrito."),
    Message("source_quote",
            "the file '{file}' ends inside a quoted cell.\n"
            "  The file is cut short; or cells are not quoted, and `quote: null` must say so.",
            "el archivo '{file}' termina dentro de una celda entre comillas.\n"
            "  El archivo está cortado; o las celdas no llevan comillas y `quote: null` debe decirlo."),
    Message("source_rows",
            "the file '{file}' has {found} {found|row|rows}; {declared} were declared.\n"
            "  The file is cut short or is another edition; obtain it again or correct `rows:`.",
            "el archivo '{file}' tiene {found} {found|fila|filas}; se declararon {declared}.\n"
            "  El archivo está cortado o es otra edición; obténgalo de nuevo o corrija `rows:`."),
    Message("source_empty",
            "the file '{file}' is empty; a header and rows were expected.\n  Obtain the file again.",
            "el archivo '{file}' está vacío; se esperaban encabezado y filas.\n  Obtenga el archivo de "
            "nuevo."),
    Message("source_sheet",
            "the workbook '{file}' has no sheet '{sheet}'.\n  Correct `sheet:`.",
            "el libro '{file}' no tiene la hoja '{sheet}'.\n  Corrija `sheet:`."),
)
# Why and how, by the word a reader gives; what is not here (a signal, the kind of an error) is told as it is.
REASONS = {
    "members": ("it has none, or several", "no tiene ninguno o tiene varios"),
    "nested": ("an archive inside", "hay otro comprimido dentro"),
    "path": ("a path or a folder inside", "hay una ruta o una carpeta dentro"),
    "link": ("a link or a special file", "hay un enlace o un archivo especial"),
    "password": ("a password", "tiene clave"),
    "damaged": ("damaged, cut short or of an unknown kind", "está dañado, cortado o es de un tipo desconocido"),
    "not_an_archive": ("not a gzip, zip or tar", "no es gzip, zip ni tar"),
    "not_delimited": ("not a delimited text file", "no es un archivo de texto delimitado"),
    "text_in_number": ("a text in a numeric column", "hay texto en una columna numérica"),
    "nameless_column": ("a column has no name", "hay una columna sin nombre"),
    "column_type": ("a column of a type that is not read", "hay una columna de un tipo que no se lee"),
    "not_a_container": ("not a workbook, or damaged", "no es un libro, o está dañado"),
    "memory": ("too little memory", "falta de memoria"),
    "no_result": ("it left no result", "no dejó resultado"),
    "bad_result": ("its result does not hold together", "su resultado no es coherente"),
}
REFUSALS = {message.code: message for message in _ALL}
