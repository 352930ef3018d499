#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#   bare.sh --check | [--working-tree] [--report FILE] [COMMAND...]
#
# Tries the README's commands on a Debian 12 that has nothing but git, as a
# stranger's machine: developers have installed so much that a package missing
# from ./dlnet's lists does not show on theirs.
#
# The machine is a folder, build/bare/machine.*, that a process group of its own
# sees as its root. All mounts belong to that group's mount namespace and end
# with it, by whatever signal, so that what is left to tidy away is a plain folder.
set -euo pipefail

here=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")
root=$(dirname -- "$(dirname -- "$here")")
store=$root/build/bare
needed_gigabytes=8
impossible_status=77 # what test programs end with that do not apply here

# What the README tells people to type.
commands=('./dlnet demo' './dlnet test')

. "$here/sources.sh"

say() { printf 'dlnet: %s\n' "$*" >&2; }

misuse() {
  say "error: bare: $*"
  exit 2
}

impossible() {
  say "error: no bare machine can be made here: $*"
  exit "$impossible_status"
}

# Runs a program with mounts and processes of its own, which all end with it; it
# ends with this script, even with one that was killed.
in_namespaces=(setpriv --pdeathsig KILL unshare --mount --pid --fork --kill-child)

# Tries what making a machine takes, rather than guessing from capabilities.
check() {
  ((EUID == 0)) || impossible "that needs root"
  local tool available place
  for tool in debootstrap git setpriv unshare chroot; do
    command -v "$tool" >/dev/null || impossible "$tool is missing"
  done
  mkdir -p -- "$store"
  available=$(($(df --output=avail -B 1M -- "$store" | tail -n 1) / 1024))
  ((available >= needed_gigabytes)) || impossible "$store has $available GB free of $needed_gigabytes"
  place=$(mktemp -d -- "$store/check.XXXXXX")
  # shellcheck disable=SC2016 # the inner shell expands it
  "${in_namespaces[@]}" sh -euc 'cd "$1"; mkdir proc; mount -t proc proc proc; mount --bind . .
    mknod null c 1 3; echo >null; cp /bin/true true; ./true' sh "$place" >"$store/check.log" 2>&1 ||
    { rm -rf --one-file-system -- "$place" && impossible "$(tail -n 1 -- "$store/check.log")"; }
  rm -rf --one-file-system -- "$place"
}

# A folder is left only where this script was killed: nobody else holds the lock.
claim_store() {
  exec {lock}>>"$store/lock"
  flock --nonblock "$lock" || impossible "another one is running in this tree"
  local left
  for left in "$store"/machine.*; do
    rmdir -- "$(mount_point_of "$left")" 2>/dev/null || true
  done
  rm -rf --one-file-system -- "$store"/machine.* "$store"/check.*
}

mount_point_of() { printf '/tmp/dlnet-bare.%s' "${1##*.}"; } # MACHINE

tidy_away() {
  trap - EXIT
  trap '' INT TERM HUP
  if [[ -n $running ]]; then
    kill -KILL "$running" 2>/dev/null || true
    wait "$running" 2>/dev/null || true
  fi
  # Processes that were killed may write for another moment.
  local attempt
  for attempt in 1 2 3 4 5; do
    rmdir -- "$mount_point" 2>/dev/null || true
    if rm -rf --one-file-system -- "$machine" 2>/dev/null; then return; fi
    sleep "$attempt"
  done
  say "could not remove $machine"
}

# A function, so that all of it is read before a merge changes this file.
main() {
  work_tree=''
  exec 3>&2
  while (($#)); do
    case $1 in
    --check)
      check
      bootstrap --print-debs "$store/check.debs" >"$store/check.log" 2>&1 ||
        impossible "debootstrap: $(tail -n 1 -- "$store/check.log")"
      exit
      ;;
    --working-tree) work_tree=1 ;;
    --report)
      (($# > 1)) || misuse "--report needs a file"
      mkdir -p -- "$(dirname -- "$2")"
      exec 3>"$2"
      shift
      ;;
    --) shift && break ;;
    -*) misuse "unknown option '$1'" ;;
    *) break ;;
    esac
    shift
  done
  if (($#)); then
    printf -v commands '%q ' "$@"
    commands=("${commands% }")
  fi

  check
  claim_store
  running=''
  machine=$(mktemp -d -- "$store/machine.XXXXXX")
  mount_point=$(mount_point_of "$machine")
  mkdir -m 700 -- "$mount_point" # not one that somebody else has put there
  trap tidy_away EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  "${in_namespaces[@]}" bash "$here/machine.sh" "$machine" "$mount_point" "$work_tree" "${commands[@]}" <&0 &
  running=$!
  status=0
  wait "$running" || status=$?
  running=''
  exit "$status"
}

main "$@"
