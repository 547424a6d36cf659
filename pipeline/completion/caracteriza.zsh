# Completion of `make` for Caracteriza in zsh. Made by `make completion`; load it after compinit with: source THIS_FILE
# Elsewhere than in a checkout of Caracteriza, make completes as it did before.

_caracteriza_make() {
    if [[ ! -f data_dictionary.yaml || ! -d surveys/studies ]]; then
        _make "$@"
        return
    fi
    local -a studies
    studies=(surveys/studies/*/study.yaml(N:h:t))
    case $PREFIX in
    STUDY=* | STUDIES=*) compset -P '*='; compadd -a studies; _files -/ ;;
    @FOLDERS_ZSH@) compset -P '*='; _files -/ ;;
@CASES_ZSH@
    *) compadd -- @TARGETS@; compadd -S '' -- @VARIABLES@ ;;
    esac
}

autoload -Uz _make
compdef _caracteriza_make make
