#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#   machine.sh FOLDER MOUNT-POINT WORK-TREE COMMAND...
#
# Makes the machine in FOLDER and runs the commands on it, one after the other
# until one fails; what they took goes to file descriptor 3. bare.sh starts it in
# namespaces of its own.
set -euo pipefail

folder=$1 top=$2 work_tree=$3
shift 3
here=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")
root=$(dirname -- "$(dirname -- "$here")")
store=$root/build/bare
clone=/root/dlnet # on the machine, as is every path that begins without $top

. "$here/sources.sh"

say() { printf 'dlnet: %s\n' "$*" >&2; }

fail() {
  say "error: $*"
  exit 1
}

# From the base system of an earlier time, while that is fresh enough to be what
# an installer would leave.
make_debian() {
  local base=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/dlnet/bookworm.tar
  if [[ -n $(find "$base" -mtime -7 2>/dev/null) ]]; then
    say "unpacking the base system that was made on $(date -r "$base" +%F)"
    tar -C "$top" --numeric-owner -xpf "$base"
    return
  fi
  say "making a Debian 12 of the least packages"
  bootstrap --include=git,ca-certificates "$top" >"$store/debootstrap.log" 2>&1 ||
    fail "debootstrap failed (log: build/bare/debootstrap.log)"
  rm -rf -- "$top"/var/cache/apt/archives/*.deb "$top"/var/lib/apt/lists/*
  keep_base "$base"
}

keep_base() { # FILE
  local part
  mkdir -p -- "${1%/*}" && part=$(mktemp -- "$1.XXXXXX") || return 0
  if tar -C "$top" --numeric-owner --one-file-system -cf "$part" .; then mv -- "$part" "$1"; else rm -f -- "$part"; fi
}

# What stands between this machine and the package sources stands between the
# new one and them, too.
carry_network() {
  local found file
  found=$(sources)
  if [[ -n $found ]]; then printf 'deb %s\n' "${found//$'\n'/$'\ndeb '}" >"$top/etc/apt/sources.list"; fi
  apt-config dump --format '%F "%v";%n' | awk '/^Acquire::(https?|Retries|ForceIPv[46])/ && !/Detect/' \
    >"$top/etc/apt/apt.conf.d/90carried"
  for file in /etc/resolv.conf /etc/hosts; do
    if [[ -r $file ]]; then cp -L -- "$file" "$top$file"; fi
  done
  if [[ -d /usr/local/share/ca-certificates ]]; then
    cp -RL /usr/local/share/ca-certificates "$top/usr/local/share"
    chroot "$top" update-ca-certificates >/dev/null 2>&1
  fi
  # The machine is thrown away, so nothing needs to wait for its disk.
  echo force-unsafe-io >"$top/etc/dpkg/dpkg.cfg.d/unsafe-io"
}

mount_devices() {
  mount -t proc proc "$top/proc"
  mount -t sysfs -o ro sysfs "$top/sys"
  mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5 devpts "$top/dev/pts"
  mount -t tmpfs -o mode=1777 tmpfs "$top/dev/shm"
}

bring_tree() {
  git -c safe.directory='*' clone --quiet -- "$root" "$top$clone"
  [[ -n $work_tree ]] || return 0
  local changes=(git -c safe.directory='*' -C "$root" ls-files -z)
  (cd -- "$top$clone" && "${changes[@]}" --deleted | xargs --null --no-run-if-empty rm -f --)
  "${changes[@]}" --modified --others --exclude-standard |
    tar -C "$root" --null --ignore-failed-read --files-from=- -cf - 2>/dev/null | tar -C "$top$clone" -xf -
}

# Compiled files outlive the machine, and come from the other ones.
share_compiler_cache() {
  local outside
  outside=$(ccache -k cache_dir 2>/dev/null) || outside=${CCACHE_DIR:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/ccache}
  mkdir -p -- "$outside" 2>/dev/null || outside=$store/ccache
  mkdir -p -- "$outside" "$top/root/.cache/ccache"
  mount --bind "$outside" "$top/root/.cache/ccache"
  environment+=("CCACHE_STATSLOG=/root/ccache.log")
  # As it is set up here: other files would be looked for, or a large cache be cut
  # down to the default size.
  local name value
  for name in base_dir max_size; do
    value=$(ccache -k "$name" 2>/dev/null) || value=''
    if [[ -n $value ]]; then environment+=("CCACHE_$(tr -d _ <<<"${name^^}")=$value"); fi
  done
}

# Real cells, where this machine has some: at the same place beside the tree.
offer_data() {
  local beside=$root/../shared/data
  if [[ -d $beside ]]; then
    mkdir -p "$top/root/shared/data"
    mount --bind -o ro "$beside" "$top/root/shared/data"
  fi
  if [[ -d ${DLNET_DATA:-} ]]; then
    mkdir -p "$top/srv/cells"
    mount --bind -o ro "$DLNET_DATA" "$top/srv/cells"
    environment+=("DLNET_DATA=/srv/cells")
  fi
}

on_machine() { chroot "$top" env --ignore-environment "${environment[@]}" bash -c "cd $clone && $1"; }

# Of what CMake and the tests wrote, for whoever has to find out why.
save_logs() {
  local logs=$store/logs file
  rm -rf -- "$logs"
  mkdir -p -- "$logs"
  for file in "$top$clone"/build/*.log "$top$clone"/build/Testing/Temporary/*.log; do
    if [[ -f $file ]]; then cp -- "$file" "$logs"; fi
  done
}

# A function, so that all of it is read before a merge changes this file.
main() { # COMMAND...
  # A short path without blanks, which debootstrap cannot do with; and a mount of
  # its own, so that all others lie within it.
  mount --bind "$folder" "$top"
  chmod 755 "$top"
  environment=(HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin)
  for name in TERM CI {http,https,no,all}_proxy {HTTP,HTTPS,NO,ALL}_PROXY; do
    if [[ -n ${!name:-} ]]; then environment+=("$name=${!name}"); fi
  done
  make_debian
  carry_network
  mount_devices
  bring_tree
  share_compiler_cache
  offer_data
  local command status
  for command; do
    say "running $command"
    SECONDS=0
    status=0
    on_machine "$command" 3>&- || status=$?
    printf '%s: status %d after %d s\n' "$command" "$status" "$SECONDS" >&3
    ((status == 0)) || break
  done
  save_logs
  if [[ -e $top/root/ccache.log ]]; then
    chroot "$top" env CCACHE_STATSLOG=/root/ccache.log ccache --show-log-stats >&3 || true
  fi
  exit "$status"
}

main "$@"
