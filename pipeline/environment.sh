#!/bin/sh
# The virtual environment .venv, made from the lock files and made again only when their contents change.
#   environment.sh run    what a study needs
#   environment.sh dev    and what tests, types and lint need
#   environment.sh bench  and the peers that are timed, each in an environment of its own: they want other versions
#   environment.sh spark  Spark in an environment of its own, for studies that ask for it (needs Java)
#   environment.sh lock   new lock files from pyproject.toml
set -eu
cd "$(dirname "$0")/.."
kind=${1:-run}
venv=.venv

case "${LANGUAGE:-${LC_ALL:-${LC_MESSAGES:-${LANG:-en}}}}" in
es*) say() { printf '%s\n' "$1" >&2; } ;;
*) say() { printf '%s\n' "$2" >&2; } ;;
esac

interpreter() {
    for name in ${CARACTERIZA_PYTHON:-} python3 python3.13 python3.12 python3.11; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$name"
            return 0
        fi
    done
    say 'Hace falta Python 3.11 o posterior: apt install python3 python3-venv' \
        'Python 3.11 or later is needed: apt install python3 python3-venv'
    return 1
}

# The stamp holds what the environment was made from. Time stamps of files play no part, so a fresh clone or
# a touch makes nothing again; the folder is in it because an environment does not survive being moved. What stands in
# pyproject.toml from the settings of the tests on installs nothing.
wanted() {
    { cat "$1"; sed '/^\[tool\.pytest/,$d' pyproject.toml; pwd; } | sha256sum | cut -d ' ' -f 1
}

# One line for each package as pip meets it, instead of several hundred.
counted() {
    awk -v total="$1" '
        /^Collecting / { name = $2; sub(/==/, " ", name) }
        /^Processing / { name = $2; sub(/.*\//, "", name); split(name, part, "-"); name = part[1] " " part[2] }
        /^(Collecting|Processing) / { printf "  %3d/%d  %s\n", ++n, total, name; fflush() }' >&2
}

install() {
    lock=$1
    total=$(grep -c '^[a-z0-9].*==' "$lock")
    status=$venv/install.status
    log=$venv/install.log
    {
        if "$venv/bin/python" -m pip install --disable-pip-version-check --no-input --no-compile --no-deps \
            --progress-bar off --only-binary :all: --require-hashes -r "$lock" 2>&1; then
            echo 0 >"$status"
        else
            echo 1 >"$status"
        fi
    } | tee "$log" | counted "$total"
    if [ "$(cat "$status")" != 0 ]; then
        grep -E '^ERROR|^error' "$log" | head -n 5 >&2 || true
        say "La instalación no terminó. ¿Hay conexión y espacio en disco? Detalles: $log" \
            "The installation did not finish. Is there a connection, and space on the disk? Details: $log"
        return 1
    fi
    # compiled here on every core, because a system may forbid Python to keep what it compiles, and then
    # every reader process would compile pandas again
    "$venv/bin/python" -m compileall -q -j 0 -x '/tests?/' "$venv/lib" >/dev/null 2>&1 || true
}

fresh() { [ "$(cat "$venv/$1.stamp" 2>/dev/null)" = "$2" ]; }

restore() {
    if [ -d "$venv.old" ]; then
        # the log of the failed try is worth keeping beside the environment that still works
        cp "$venv/install.log" "$venv.old/install.log" 2>/dev/null || true
        rm -rf "$venv"
        mv "$venv.old" "$venv"
    fi
}

make_run() {
    stamp=$(wanted requirements.lock)
    if fresh run "$stamp"; then return 0; fi
    python=$(interpreter)
    say "Preparando $venv (una sola vez; tarda unos minutos según la conexión)" \
        "Preparing $venv (once; takes some minutes, depending on the connection)"
    rm -rf "$venv.old"
    if [ -f "$venv/run.stamp" ]; then mv "$venv" "$venv.old"; else rm -rf "$venv"; fi
    if ! "$python" -m venv "$venv" >/dev/null 2>&1; then
        say 'No se pudo crear el entorno: apt install python3-venv' \
            'The environment could not be made: apt install python3-venv'
        restore
        return 1
    fi
    if ! install requirements.lock || ! "$venv/bin/python" -m pip install --disable-pip-version-check -q \
        --no-deps --no-build-isolation --no-compile -e . || ! "$venv/bin/python" -m pip check >/dev/null; then
        restore
        return 1
    fi
    # the environments of peers hang on locks of their own
    if [ -d "$venv.old/peers" ]; then mv "$venv.old/peers" "$venv/peers"; fi
    rm -rf "$venv.old"
    # last: an installation that was interrupted has no stamp and is made again
    printf '%s\n' "$stamp" >"$venv/run.stamp"
    say 'Entorno listo.' 'The environment is ready.'
}

make_dev() {
    stamp=$(wanted requirements-dev.lock)
    if fresh dev "$stamp"; then return 0; fi
    say 'Añadiendo lo que necesitan las pruebas' 'Adding what the tests need'
    install requirements-dev.lock
    "$venv/bin/python" -m pip check >/dev/null
    printf '%s\n' "$stamp" >"$venv/dev.stamp"
}

make_peers() {
    for peer in svy balance; do
        lock=$PWD/benchmarks/$peer.lock
        stamp=$(sha256sum <"$lock" | cut -d ' ' -f 1)
        (
            venv=$venv/peers/$peer
            if fresh bench "$stamp"; then exit 0; fi
            say "Preparando $peer, con el que se comparan los tiempos" "Preparing $peer, whose times are compared"
            rm -rf "$venv"
            "$(interpreter)" -m venv "$venv" && install "$lock" && printf '%s\n' "$stamp" >"$venv/bench.stamp"
        ) || say "Sin $peer: no se medirá" "Without $peer: it will not be timed"
    done
}

# Spark comes as source only, so it is made here, with the setuptools of the main environment and nothing else.
make_spark() {
    lock=$PWD/pipeline/carriers/spark.lock
    stamp=$(sha256sum <"$lock" | cut -d ' ' -f 1)
    if [ "$(cat "$venv/peers/spark/spark.stamp" 2>/dev/null)" = "$stamp" ]; then return 0; fi
    say 'Preparando Spark (una sola vez; son 430 MB)' 'Preparing Spark (once; it is 430 MB)'
    if ! command -v java >/dev/null; then
        say 'Spark necesita Java 17 o posterior: apt install default-jre-headless' \
            'Spark needs Java 17 or later: apt install default-jre-headless'
    fi
    rm -rf "$venv/peers/spark"
    mkdir -p "$venv/peers"
    "$venv/bin/python" -m venv "$venv/peers/spark"
    site=$(echo "$venv"/peers/spark/lib/python*/site-packages)
    "$venv/bin/python" -m pip install --disable-pip-version-check --no-input -q --no-deps --no-build-isolation \
        --no-compile --require-hashes --target "$site" -r "$lock"
    printf '%s\n' "$stamp" >"$venv/peers/spark/spark.stamp"
}

compiled_lock() {
    "$folder/venv/bin/pip-compile" -q --generate-hashes --strip-extras --allow-unsafe --no-header \
        --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options \
        --pip-args '--only-binary=:all:' "$@"
}

make_locks() {
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
    "$(interpreter)" -m venv "$folder/venv"
    "$folder/venv/bin/python" -m pip install -q pip-tools
    for peer in svy balance; do
        (cd benchmarks && compiled_lock --no-annotate -o "$folder/$peer.lock" "$peer.in")
        {
            echo '# Exact versions with the hashes of their wheels. Made by `make lock`; do not edit.'
            cat "$folder/$peer.lock"
        } >"benchmarks/$peer.lock"
    done
    for lock in requirements.lock requirements-dev.lock; do
        extra=$(case $lock in *-dev.lock) echo "--extra dev -c requirements.lock" ;; esac)
        # shellcheck disable=SC2086
        compiled_lock --build-deps-for editable $extra -o "$folder/$lock" pyproject.toml
        {
            echo '# Exact versions with the hashes of their wheels. Made by `make lock`; do not edit.'
            grep -v -e '-c requirements.lock' "$folder/$lock"
        } >"$lock"
    done
}

case $kind in
run | dev | bench)
    if [ "$kind" != bench ] && fresh run "$(wanted requirements.lock)"; then
        if [ "$kind" = run ] || fresh dev "$(wanted requirements-dev.lock)"; then exit 0; fi
    fi
    # two makes at once: the second waits for the first and then finds everything ready
    exec 9>.venv.lock
    if command -v flock >/dev/null; then flock 9; fi
    make_run
    if [ "$kind" != run ]; then make_dev; fi
    if [ "$kind" = bench ]; then make_peers; fi
    ;;
spark)
    exec 9>.venv.lock
    if command -v flock >/dev/null; then flock 9; fi
    make_run
    make_spark
    ;;
lock) make_locks ;;
*)
    say 'Uso: environment.sh run|dev|bench|lock' 'Usage: environment.sh run|dev|bench|lock'
    exit 2
    ;;
esac
