# Completion of cdk-ecs-microservices in bash: npx --no cdk-ecs-microservices completion bash > ~/.mesh-completion.bash, and source it in ~/.bashrc

# The nearest release, as npx finds it; npx itself takes too long for a key.
_cdk_ecs_microservices_program() {
  local directory=$PWD
  while [[ -n $directory ]]; do
    if [[ -x $directory/node_modules/.bin/cdk-ecs-microservices ]]; then
      printf '%s' "$directory/node_modules/.bin/cdk-ecs-microservices"
      return
    fi
    directory=${directory%/*}
  done
  type -P cdk-ecs-microservices
}

_cdk_ecs_microservices() {
  local line=${COMP_LINE:0:COMP_POINT} current=$2 program word before value
  COMPREPLY=()
  program=$(_cdk_ecs_microservices_program) || return
  # Of --app=dir, bash replaces what stands behind the sign alone.
  word=${line##*[[:space:]]}
  before=${word%"$current"}
  while IFS=$'\t' read -r value _; do
    if [[ $value == :files ]]; then
      compopt -o default 2>/dev/null
    else
      printf -v value '%q' "${value#"$before"}"
      COMPREPLY+=("$value")
    fi
  done < <("$program" completion --line="$line" 2>/dev/null)
}

# Other commands of npx are completed as before.
_cdk_ecs_microservices_npx() {
  local word
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    if [[ $word == cdk-ecs-microservices ]]; then
      _cdk_ecs_microservices "$@"
      return
    fi
  done
  if [[ -n $_cdk_ecs_microservices_npx_before ]]; then
    "$_cdk_ecs_microservices_npx_before" "$@"
  else
    compopt -o default 2>/dev/null
  fi
}

if [[ $(complete -p npx 2>/dev/null) =~ \ -F\ ([^ ]+) && ${BASH_REMATCH[1]} != _cdk_ecs_microservices_npx ]]; then
  _cdk_ecs_microservices_npx_before=${BASH_REMATCH[1]}
fi
complete -F _cdk_ecs_microservices cdk-ecs-microservices
complete -F _cdk_ecs_microservices_npx npx
