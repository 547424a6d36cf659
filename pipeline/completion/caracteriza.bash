# Completion of `make` for Caracteriza in bash. Made by `make completion`; load it with: source THIS_FILE
# Elsewhere than in a checkout of Caracteriza, make completes as it did before.

_caracteriza_studies() {
    local file
    for file in surveys/studies/*/study.yaml; do
        if [ -e "$file" ]; then file=${file%/study.yaml}; printf '%s\n' "${file##*/}"; fi
    done
}

_caracteriza_make() {
    local word=${COMP_WORDS[COMP_CWORD]} before='' name='' value=''
    COMPREPLY=()
    if ! [ -f data_dictionary.yaml ] || ! [ -d surveys/studies ]; then
        if declare -F _make >/dev/null; then _make "$@"; fi
        return 0
    fi
    # bash cuts a word at =
    if [ "$COMP_CWORD" -gt 0 ]; then before=${COMP_WORDS[COMP_CWORD-1]}; fi
    if [ "$word" = = ]; then
        name=$before
    elif [ "$before" = = ] && [ "$COMP_CWORD" -gt 1 ]; then
        name=${COMP_WORDS[COMP_CWORD-2]} value=$word
    fi
    case $name in
    '') COMPREPLY=($(compgen -W '@TARGETS@ @VARIABLES@' -- "$word")) ;;
    STUDY | STUDIES) COMPREPLY=($(compgen -W "$(_caracteriza_studies)" -- "$value") $(compgen -d -- "$value")) ;;
    @FOLDERS@) COMPREPLY=($(compgen -d -- "$value")) ;;
@CASES_BASH@
    esac
    case ${COMPREPLY[*]} in *=) compopt -o nospace 2>/dev/null || true ;; esac
}

complete -o default -F _caracteriza_make make
