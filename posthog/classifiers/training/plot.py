"""Reliability diagrams as SVG: how often a label holds, by the score it got. On the diagonal a score means what it says."""

from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

SIDE, GAP, TOP = 150, 30, 24
STYLE = "text{font:11px sans-serif;fill:#777}.frame{fill:none;stroke:#999}.ideal{stroke:#999;stroke-dasharray:3 3}"
LINE = ".curve{fill:none;stroke:#3b6fd4;stroke-width:2}circle{fill:#3b6fd4}"

Bin = Sequence[float]  # mean score, share that holds, rows


def reliability(families: Mapping[str, Sequence[Bin]]) -> str:
    """One square per family, scores to the right and shares upwards, both from 0 to 1."""
    width = len(families) * (SIDE + GAP) + GAP
    squares = "\n".join(_square(GAP + index * (SIDE + GAP), name, bins) for index, (name, bins) in enumerate(families.items()))
    height = TOP + SIDE + GAP
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">\n'
        f"<title>How often a label holds, by its score</title>\n<style>{STYLE}{LINE}</style>\n{squares}\n</svg>\n"
    )


def _square(left: int, name: str, bins: Sequence[Bin]) -> str:
    bottom = TOP + SIDE
    points = [(left + score * SIDE, bottom - share * SIDE) for score, share, _ in bins]
    curve = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in points)
    return (
        f'<text x="{left}" y="{TOP - 8}">{escape(name)}</text><rect class="frame" x="{left}" y="{TOP}" width="{SIDE}" height="{SIDE}"/>'
        f'<line class="ideal" x1="{left}" y1="{bottom}" x2="{left + SIDE}" y2="{TOP}"/><polyline class="curve" points="{curve}"/>{dots}'
        f'<text x="{left}" y="{bottom + 14}">0</text><text x="{left + SIDE - 6}" y="{bottom + 14}">1</text>'
    )
