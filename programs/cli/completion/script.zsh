# Completion of cdk-ecs-microservices in zsh: npx --no cdk-ecs-microservices completion zsh > ~/.mesh-completion.zsh, and source it in ~/.zshrc

# The nearest release, as npx finds it; npx itself takes too long for a key.
_cdk_ecs_microservices_program() {
  local directory=$PWD
  while [[ -n $directory ]]; do
    if [[ -x $directory/node_modules/.bin/cdk-ecs-microservices ]]; then
      print -rn -- "$directory/node_modules/.bin/cdk-ecs-microservices"
      return
    fi
    directory=${directory%/*}
  done
  whence -p cdk-ecs-microservices
}

_cdk_ecs_microservices() {
  local line="${(j: :)words[1,CURRENT-1]} $PREFIX" program value text
  local -a found
  program=$(_cdk_ecs_microservices_program) || return 1
  while IFS=$'\t' read -r value text; do
    if [[ $value == :files ]]; then
      compset -P '--*='
      _files
      return
    fi
    found+=("${value//:/\\:}${text:+:$text}")
  done < <("$program" completion --line="$line" 2>/dev/null)
  (( $#found )) && _describe -t words 'word' found
}

# Other commands of npx are completed as before.
_cdk_ecs_microservices_npx() {
  if (( ${words[(I)cdk-ecs-microservices]} > 1 && ${words[(I)cdk-ecs-microservices]} < CURRENT )); then
    _cdk_ecs_microservices
  elif [[ -n $_cdk_ecs_microservices_npx_before ]]; then
    $_cdk_ecs_microservices_npx_before
  else
    _default
  fi
}

if (( ! $+functions[compdef] )); then
  autoload -Uz compinit && compinit
fi
if [[ ${_comps[npx]:-} != _cdk_ecs_microservices_npx ]]; then
  typeset -g _cdk_ecs_microservices_npx_before=${_comps[npx]:-}
fi
compdef _cdk_ecs_microservices cdk-ecs-microservices
compdef _cdk_ecs_microservices_npx npx
