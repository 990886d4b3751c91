#!/bin/sh
# try.sh PACKAGES PROGRAM: as root, installs the Debian packages in the folder PACKAGES, uses each, and removes them.
set -eu
packages=$1
program=$2
fail() {
    echo "FAILED: $*"
    exit 1
}
work=$(mktemp -d)
names='gandsl libgandsl-dev libgandsl0.2'
# shellcheck disable=SC2086
trap 'dpkg --purge $names >/dev/null 2>&1 || true; rm -rf "$work"' EXIT

for name in $names; do
    ! dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null | grep -q '^installed' || fail "$name is installed already"
done
dpkg -i "$packages"/libgandsl0.2_*.deb "$packages"/libgandsl-dev_*.deb "$packages"/gandsl_*.deb >"$work/log" 2>&1 ||
    { cat "$work/log"; fail "the packages cannot be installed"; }

cd "$work"
gandsl --version || fail "the program does not start"
gandsl new gan >/dev/null && gandsl check gan.gan >/dev/null || fail "the program does not read its own template"
# A container may leave manual pages out (dpkg's path-exclude); the package has it in any case.
dpkg -L gandsl | grep -q '/man1/gandsl.1.gz$' || fail "there is no manual page"
gandsl manual | man --warnings -l - >manual.txt 2>warnings.txt || fail "the manual page cannot be read"
[ ! -s warnings.txt ] || fail "the manual page: $(head -3 warnings.txt)"
grep -q 'gandsl run' manual.txt || fail "the manual page does not know the command run"
bash -c '. /usr/share/bash-completion/completions/gandsl && COMP_WORDS=(gandsl sa) COMP_CWORD=1 && _gandsl && [ "${COMPREPLY[*]}" = sample ]' ||
    fail "bash does not complete gandsl sa"
# shellcheck disable=SC2046
c++ -std=c++20 "$program" $(pkg-config --cflags --libs gandsl) -o program || fail "a program does not compile with the library"
./program || fail "a program of the library does not run"

# shellcheck disable=SC2086
dpkg --purge $names >"$work/log" 2>&1 || { cat "$work/log"; fail "the packages cannot be removed"; }
for left in /usr/bin/gandsl /usr/include/gandsl /usr/share/doc/gandsl; do
    [ ! -e "$left" ] || fail "$left is left behind"
done
echo "installed, used and removed"
