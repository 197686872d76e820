#!/bin/sh
# Builds the console into target/classes/console, as a part of the Maven build. Does nothing twice: what depends on files
# that have not changed since is left as it is. Without Node.js the jar has no console, and says so at /console/.
set -eu

cd "$(dirname "$0")"
target=../target/classes/console
stamps=node_modules/.stamps
contract=../../manager-api/src/main/resources/openapi/openapi.yaml

skip() {
    echo "console: NOT BUILT: $1. The jar goes without it; everything else is built and tested."
    rm -rf "$target"
    exit 0
}

[ "${CONSOLE_SKIP:-false}" != true ] || skip "console.skip is set"
command -v node >/dev/null 2>&1 || skip "there is no node; the console needs Node.js 20.19 or later with npm"
command -v npm >/dev/null 2>&1 || skip "there is no npm; the console needs Node.js 20.19 or later with npm"
node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' ||
    skip "Node.js is $(node --version); the console needs 20.19 or later"

digest() {
    find "$@" -type f ! -name schema.d.ts -print | LC_ALL=C sort | while IFS= read -r file; do
        cksum "$file"
    done | cksum
}

# The steps, each with what it depends on.
changed() {
    [ "$(cat "$stamps/$1" 2>/dev/null || true)" != "$2" ]
}
done_with() {
    mkdir -p "$stamps"
    printf '%s' "$2" >"$stamps/$1"
}

lock=$(digest package.json package-lock.json)
if changed packages "$lock"; then
    echo "console: fetching packages"
    npm ci --no-progress --loglevel=error
    done_with packages "$lock"
fi

types=$(digest "$contract")
if changed types "$types" || [ ! -f src/api/schema.d.ts ]; then
    npm run --silent types >/dev/null
    done_with types "$types"
fi

sources="$lock $(digest src public scripts index.html vite.config.ts tsconfig.json)"
if changed check "$sources $types"; then
    echo "console: checking types"
    npm run --silent check
    done_with check "$sources $types"
fi
if changed test "$sources"; then
    echo "console: testing"
    npm run --silent test
    done_with test "$sources"
fi
if changed bundle "$sources" || [ ! -f dist/index.html ]; then
    echo "console: building"
    npm run --silent bundle
    done_with bundle "$sources"
fi
if [ "$(cat "$target/.sources" 2>/dev/null || true)" != "$sources" ]; then
    rm -rf "$target"
    mkdir -p "$target"
    cp -R dist/. "$target/"
    rm -rf "$target/.vite"
    printf '%s' "$sources" >"$target/.sources"
fi
