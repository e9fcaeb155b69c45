#!/bin/sh
# Installs what is missing to build (deps.sh build), to run (run) and to test (test), and says what it does.
# Debian 12 has no yyjson and no llhttp: those two alone come from Debian 13, pinned so that nothing else does.
set -eu
cd "$(dirname "$0")/.."

BUILD="gcc make pkg-config ccache libuv1-dev libyyjson-dev libllhttp-dev libexpat1-dev libsqlite3-dev libssl-dev
libcurl4-openssl-dev libarchive-dev libseccomp-dev libpcre2-dev libyaml-dev bubblewrap passt nodejs python3"
# g++ and what follows it build the addons of AWS's runtime clients for Node and Python.
TEST="clang npm chromium python3-venv curl zip git g++ cmake autoconf automake libtool"
# What the example that make run deploys is installed with.
RUN="curl python3-venv npm"

say() { printf 'deps: %s\n' "$*" >&2; }

missing() {
	for p in "$@"; do
		case "$p" in
		nodejs) command -v node >/dev/null 2>&1 && continue ;;
		npm) command -v npm >/dev/null 2>&1 && continue ;;
		python3) command -v python3 >/dev/null 2>&1 && continue ;;
		esac
		dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'install ok installed' || echo "$p"
	done
}

root() {
	if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# Debian 12: yyjson and llhttp from Debian 13, by the mirror that is configured already.
pin_trixie() {
	[ -e /etc/apt/sources.list.d/samovar-trixie.sources ] && return
	mirror=$(grep -hsE '^URIs:' /etc/apt/sources.list.d/*.sources | awk '{print $2; exit}')
	[ -n "$mirror" ] || mirror=$(grep -hsE '^deb ' /etc/apt/sources.list | grep -o 'http[^ ]*' | head -n 1)
	say "Debian 12: adding Debian 13 for libyyjson and libllhttp alone (pinned)"
	printf 'Package: *\nPin: release n=trixie\nPin-Priority: -1\n\nPackage: libyyjson0 libyyjson-dev libllhttp9.2 libllhttp-dev\nPin: release n=trixie\nPin-Priority: 500\n' |
		root tee /etc/apt/preferences.d/samovar-trixie >/dev/null
	printf 'Types: deb\nURIs: %s\nSuites: trixie\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n' "$mirror" |
		root tee /etc/apt/sources.list.d/samovar-trixie.sources >/dev/null
}

packages() {
	want=$(missing "$@")
	[ -n "$want" ] || return 0
	if ! command -v apt-get >/dev/null 2>&1; then
		say "these are missing, and this is no Debian or Ubuntu; install their like: $(echo $want)"
		exit 1
	fi
	if [ "$(. /etc/os-release && echo "${VERSION_CODENAME:-}")" = bookworm ]; then pin_trixie; fi
	say "installing $(echo $want)"
	root apt-get update -qq >/dev/null
	# shellcheck disable=SC2086
	root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $want >/dev/null
}

# What comes from a language's own registry lands under build/, once for each list; a registry that can't be reached
# leaves a file that says so, and the tests that need it are skipped with that reason.
install_once() { # stamp list command...
	stamp=$1 list=$2
	shift 2
	cmp -s "$list" "$stamp" && return 0
	mkdir -p "$(dirname "$stamp")"
	say "installing what $list names under $(dirname "$stamp")"
	if "$@" >"$stamp.log" 2>&1; then
		cp "$list" "$stamp"
		rm -f "$stamp.unavailable"
	else
		say "could not: $(tail -n 1 "$stamp.log")"
		printf 'could not be installed: %s\n' "$(tail -n 1 "$stamp.log")" >"$stamp.unavailable"
	fi
}

python_tools() {
	[ -x build/venv/bin/python ] || python3 -m venv build/venv
	build/venv/bin/pip install -q --disable-pip-version-check -r tests/requirements.txt
}

# Of its own, since it pins what the SDK's tests want newer.
sam_tools() {
	[ -x build/sam/bin/python ] || python3 -m venv build/sam
	build/sam/bin/pip install -q --disable-pip-version-check -r tests/requirements-sam.txt
}

node_tools() {
	cp tests/package.json build/node/package.json
	(cd build/node && npm install --silent --no-audit --no-fund --no-package-lock)
}

# What the functions of examples/loyalty need, for make run and the tests.
shop_libraries() {
	cp examples/loyalty/package.json build/loyalty/
	(cd build/loyalty && npm install --silent --no-audit --no-fund --no-package-lock)
	[ -x build/loyalty/venv/bin/python ] || python3 -m venv build/loyalty/venv
	rm -rf build/loyalty/vendor
	build/loyalty/venv/bin/pip install -q --disable-pip-version-check -t build/loyalty/vendor -r examples/loyalty/requirements.txt
}

shop() {
	mkdir -p build/loyalty
	cat examples/loyalty/package.json examples/loyalty/requirements.txt >build/loyalty/wanted
	install_once build/loyalty/installed build/loyalty/wanted shop_libraries
}

case "${1:-build}" in
build)
	packages $BUILD
	;;
run)
	packages $BUILD $RUN
	shop
	;;
test)
	packages $BUILD $TEST
	# The sanitizers and libFuzzer of the clang that the distribution has.
	packages "libclang-rt-$(clang -dumpversion | cut -d. -f1)-dev"
	shop
	install_once build/venv/installed tests/requirements.txt python_tools
	install_once build/sam/installed tests/requirements-sam.txt sam_tools
	mkdir -p build/node
	if command -v npm >/dev/null 2>&1; then
		install_once build/node/installed tests/package.json node_tools
	else
		say "no npm: the tests that need it are skipped"
		echo 'npm is not installed' >build/node/installed.unavailable
	fi
	;;
esac
