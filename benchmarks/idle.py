"""What the product takes when nothing happens: memory of all its processes together, and processor time.

    .venv/bin/python -m benchmarks.idle [--seconds 60] [--data-dir DIR]

Memory is the proportional set size (shared pages counted once) and, beside it, the resident set. With --data-dir a filled
store is measured instead of an empty one.
"""

import argparse
import os
import tempfile
import time
from pathlib import Path

from tests.product import Product, llm_event, wait_until

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
SETTLE_SECONDS = 20


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--data-dir", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Product(arguments.data_dir or Path(folder)) as product:
        _use_once(product)
        print(measure(product, arguments.seconds))


def measure(product: Product, seconds: int) -> str:
    time.sleep(SETTLE_SECONDS)
    assert product.process
    before = {pid: _cpu_ticks(pid) for pid in _family(product.process.pid)}
    time.sleep(seconds)
    lines = ["| process | resident MB | proportional MB | CPU % of a core |", "|---|---|---|---|"]
    totals = [0.0, 0.0, 0.0]
    for pid, ticks in before.items():
        row = [
            _status_mb(pid, "status", "VmRSS"),
            _status_mb(pid, "smaps_rollup", "Pss"),
            (_cpu_ticks(pid) - ticks) / TICKS_PER_SECOND / seconds * 100,
        ]
        totals = [total + value for total, value in zip(totals, row, strict=True)]
        lines.append(f"| {_name(pid)} | {row[0]:.0f} | {row[1]:.0f} | {row[2]:.2f} |")
    return "\n".join([*lines, f"| **all** | {totals[0]:.0f} | **{totals[1]:.0f}** | **{totals[2]:.2f}** |"])


def _use_once(product: Product) -> None:
    """Idle means after work: the model is loaded, the connections are open."""
    status, answer = product.capture([llm_event("Where is my invoice?", "Under Billing.", person="alice", session="one")])
    assert status == 200, answer
    assert wait_until(lambda: product.sql("SELECT count() FROM events")[0][0] > 0, 60)


def _family(pid: int) -> list[int]:
    children = [int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()]
    return [pid, *(member for child in children for member in _family(child))]


def _cpu_ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


def _status_mb(pid: int, file: str, name: str) -> float:
    line = next(line for line in Path(f"/proc/{pid}/{file}").read_text().splitlines() if line.startswith(f"{name}:"))
    return int(line.split()[1]) / 1024


def _name(pid: int) -> str:
    words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    text = " ".join(Path(word.decode()).name if word.startswith(b"/") else word.decode() for word in words if word)
    return next((part for part in ("supervisor", "embedded", "valkey", "http_server", "celery", "hogql") if part in text), text[:30])


if __name__ == "__main__":
    main()
