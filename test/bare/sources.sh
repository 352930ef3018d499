# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Where this machine has its packages from, so that another one can have them
# from there: a mirror stays that mirror.

# Sources of Debian 12, a line `URI SUITE COMPONENT` each. Nothing where there is
# none that a machine of its own could reach.
sources() {
  # shellcheck disable=SC2016 # apt-get fills them in
  apt-get indextargets --format '$(ORIGIN) $(CODENAME) $(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
    awk '$1 == "Debian" && $2 ~ /^bookworm/ && $3 ~ /^https?:/ && !seen[$0]++ { print $3, $4, $5 }'
}

bootstrap() { # DEBOOTSTRAP-OPTION... FOLDER
  local mirror
  mirror=$(sources | awk '$2 == "bookworm" { print $1; exit }')
  # debootstrap learns of proxies from its environment alone.
  if [[ -z ${http_proxy:-} ]]; then
    eval "$(apt-config shell http_proxy Acquire::http::Proxy)"
    export http_proxy
  fi
  debootstrap --variant=minbase "${@:1:$#-1}" bookworm "${!#}" ${mirror:+"$mirror"}
}
