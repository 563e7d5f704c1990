"""`bin/classify`: JSON lines `{"role": "user"|"assistant", "content": "…"}` in, one JSON line of labels each out, in order.

Lines that have already arrived are labelled together; a line that arrives alone is answered at once.
"""

import codecs
import queue
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO

from posthog.classifiers import detectors, service
from posthog.classifiers.card import Family
from posthog.classifiers.service import Labels, ModelUnavailable, Text
from posthog.common import json

BATCH_LINES = 256
LINE_BYTES = 8 * 1024 * 1024
ROLES = ("user", "assistant")
UNAVAILABLE = 3  # exit status without a model


class BadLine(Exception):
    """A line that is no message; says which field is wrong."""

    def __init__(self, field: str | None, detail: str) -> None:
        super().__init__(detail)
        self.field = field


def parse(line: bytes) -> Text:
    """The message of one line. Raises BadLine."""
    if len(line) > LINE_BYTES:
        raise BadLine(None, f"the line has more than {LINE_BYTES} bytes")
    try:
        value = json.loads(line)
    except ValueError as error:
        raise BadLine(None, f"not JSON: {error}") from error
    if not isinstance(value, dict):
        raise BadLine(None, "the line is not a JSON object")
    if value.get("role") not in ROLES:
        raise BadLine("role", "role must be user or assistant")
    if not isinstance(value.get("content"), str):
        raise BadLine("content", "content must be a string")
    return Text(value["role"], value["content"])


def answer(labels: Labels) -> dict[str, object]:
    """Labels and scores per family that speaks of the role, attacks, and the language.

    `labels` are all over their threshold, best first; `off` those of them that are too often wrong to become properties by default.
    `judged` is false in languages that the labels do not know: nothing is said there but what the rules find.
    """
    families = {family.name: _family(family, labels) for family in service.engine().card.families if family.name in labels.said}
    return {**families, "attack": _attack(labels, families.get("attack", {})), "language": labels.language, "judged": labels.judged}


def _family(family: Family, labels: Labels) -> dict[str, Any]:
    said = labels.said[family.name]
    off = [label for label in said if label in family.off]
    return {"labels": said, "scores": {label: labels.scores[label] for label in family.labels}, "off": off}


def _attack(labels: Labels, head: Mapping[str, Any]) -> dict[str, Any]:
    """What the model's head says, where there is one, with what the rules found."""
    messages = {detector: sentence for detector, sentence in labels.threats.items() if detector != detectors.EXPLOIT}
    scores = {**head.get("scores", {}), **dict.fromkeys(messages, 1.0)}
    said = [*head.get("labels", ()), *messages]
    return {"labels": said, "scores": scores, "off": head.get("off", []), "messages": messages, "score": labels.threat_score}


def answers(lines: Sequence[bytes]) -> Iterator[bytes]:
    """One line of output per line of input, in order."""
    parsed: list[Text | BadLine] = []
    for line in lines:
        try:
            parsed.append(parse(line))
        except BadLine as error:
            parsed.append(error)
    labels = iter(service.classify([item for item in parsed if isinstance(item, Text)], every_language=True))
    for item in parsed:
        if isinstance(item, BadLine):
            yield json.dumps({"error": str(item), "field": item.field})
        else:
            yield json.dumps(answer(next(labels)))


def lines_of(stream: BinaryIO) -> Iterator[bytes]:
    """Lines that are not empty, without a byte order mark. Of a longer line than LINE_BYTES one byte more is kept, the rest is skipped."""
    while line := stream.readline(LINE_BYTES + 1):
        end = line
        while len(end) > LINE_BYTES and not end.endswith(b"\n"):
            end = stream.readline(LINE_BYTES + 1)
        line = line.removeprefix(codecs.BOM_UTF8)  # before the first line, or in between where files were joined
        if line.strip():
            yield line


def arrived(stream: BinaryIO) -> Iterator[list[bytes]]:
    """The lines that are there without waiting, at least one and at most BATCH_LINES at once."""
    waiting: queue.Queue[bytes | None] = queue.Queue(maxsize=4 * BATCH_LINES)
    threading.Thread(target=_read, args=(stream, waiting), daemon=True).start()
    while (line := waiting.get()) is not None:
        batch = [line]
        while len(batch) < BATCH_LINES and not waiting.empty():
            line = waiting.get()
            if line is None:
                yield batch
                return
            batch.append(line)
        yield batch


def _read(stream: BinaryIO, waiting: "queue.Queue[bytes | None]") -> None:
    try:
        for line in lines_of(stream):
            waiting.put(line)
    finally:
        waiting.put(None)


def main() -> int:
    try:
        service.engine()
        for lines in arrived(sys.stdin.buffer):
            for line in answers(lines):
                sys.stdout.buffer.write(line + b"\n")
            sys.stdout.buffer.flush()
    except ModelUnavailable as error:
        print(f"no labels: {error}", file=sys.stderr)  # noqa: T201  the command's own message
        return UNAVAILABLE
    except BrokenPipeError:  # the reader has enough
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
