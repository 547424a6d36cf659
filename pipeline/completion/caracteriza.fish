# Completion of `make` for Caracteriza in fish. Made by `make completion`; load it with: source THIS_FILE

function __caracteriza_here
    test -f data_dictionary.yaml -a -d surveys/studies
end

function __caracteriza_studies
    for file in surveys/studies/*/study.yaml
        basename (dirname $file)
    end
end

complete -c make -n __caracteriza_here -f -a '@TARGETS@'
complete -c make -n __caracteriza_here -f -a '@VARIABLES@'
complete -c make -n __caracteriza_here -f -a 'STUDY=(__caracteriza_studies)'
@CASES_FISH@
