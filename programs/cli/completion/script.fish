# Completion of cdk-ecs-microservices in fish: npx --no cdk-ecs-microservices completion fish > ~/.config/fish/conf.d/cdk-ecs-microservices.fish

# The nearest release, as npx finds it; npx itself takes too long for a key.
function __cdk_ecs_microservices_program
    set -l directory $PWD
    while test -n "$directory"
        if test -x "$directory/node_modules/.bin/cdk-ecs-microservices"
            echo "$directory/node_modules/.bin/cdk-ecs-microservices"
            return
        end
        set directory (string replace -r '/[^/]*$' '' -- $directory)
    end
    type -fp cdk-ecs-microservices
end

function __cdk_ecs_microservices_words
    set -l program (__cdk_ecs_microservices_program); or return
    set -l found ($program completion --line=(commandline -cp | string collect) 2>/dev/null)
    if test "$found[1]" = ':files'
        set -l start (string match -r '^--[^=]*=' -- (commandline -ct))
        for path in (__fish_complete_path (string replace -r '^--[^=]*=' '' -- (commandline -ct)))
            echo "$start$path"
        end
    else
        printf '%s\n' $found
    end
end

complete -c cdk-ecs-microservices -f -a '(__cdk_ecs_microservices_words)'
complete -c npx -n '__fish_seen_subcommand_from cdk-ecs-microservices' -f -a '(__cdk_ecs_microservices_words)'
