#!/bin/sh
# What this machine lacks, and how to get it. Finds a Python to say it with; says by itself where there is none.
#   doctor.sh [--language es|en] [--json] [--online] [--data folder] [--build folder]
set -eu
cd "$(dirname "$0")/../.."

language=${LANGUAGE:-${LC_ALL:-${LC_MESSAGES:-${LANG:-en}}}}
json=
before=
for word in "$@"; do
    case $word in --json) json=yes ;; esac
    case $before in --language) language=$word ;; esac
    before=$word
done

# The environment's own Python knows most; any other of 3.9 or later can say what is missing.
for python in .venv/bin/python ${CARACTERIZA_PYTHON:-} python3 python3.13 python3.12 python3.11; do
    if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 9))' 2>/dev/null; then
        exec "$python" -m pipeline.doctor "$@"
    fi
done

spanish='Falta Python 3.11 o posterior, y sin él nada más puede comprobarse.'
spanish_do='En Debian o Ubuntu: apt install python3 python3-venv make; después repita make doctor.'
english='Python 3.11 or later is missing, and without it nothing else can be looked at.'
english_do='On Debian or Ubuntu: apt install python3 python3-venv make; then run make doctor again.'
case $language in es*) spoken=es text=$spanish act=$spanish_do ;; *) spoken=en text=$english act=$english_do ;; esac
printf '%s\n  %s\n' "$text" "$act" >&2
if [ -n "$json" ]; then
    what="{\"es\": \"$spanish\", \"en\": \"$english\"}"
    act="{\"es\": \"$spanish_do\", \"en\": \"$english_do\"}"
    printf '{"version": 1, "command": "doctor", "exit_code": 1, "language": "%s", "files": [], "said": [],\n' "$spoken"
    printf ' "result": {"checks": [{"code": "python", "group": "machine", "state": "bad", "found": "-",\n'
    printf '  "what": %s,\n  "do": %s}]},\n' "$what" "$act"
    printf ' "problems": [{"code": "doctor_missing", "where": "python", "details": {}, "what": %s,\n' "$what"
    printf '  "expected": {"es": "", "en": ""}, "do": %s, "text": %s}]}\n' "$act" "$what"
fi
exit 1
