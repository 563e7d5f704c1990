"""How well topics agree with labelled sets, and how well they keep over re-fits.

    .venv/bin/python -m benchmarks.topics --data ../shared/data [--model FOLDER] [--frozen] [--vectors FOLDER] [--messages 4000]

Vectors come from the product's model (or the one in FOLDER, if it has embeddings), with --frozen from the published weights of
all-MiniLM-L6-v2 (run by .venv-train/bin/python, which bin/train makes), with --vectors from files clinc.npy, banking.npy and arena.npy
that an earlier run with --save FOLDER wrote. Prints a Markdown table.

Topics are found in some messages and judged on others, which get theirs as new messages do: the nearest one, or none. Purity: the share of
messages whose label is the most frequent of their topic. NMI: normalized mutual information. Both of the messages that have a topic.
Re-fits: in messages of which half are new, and in messages that are all new; how many of the judged messages with a topic keep it.
"""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as parquet
from numpy.typing import NDArray
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

from posthog.clickhouse.embeddings import Vectors, pack, unpack
from posthog.topics import clusters, lineage
from posthog.topics.clusters import Found

FILES = {
    "clinc": "userflow/clinc150_train.parquet",
    "banking": "userflow/banking77_train.parquet",
    "arena": "topics/arena_hard_prompts.parquet",
}
# What is judged: the set, its column of labels, and what a label is called.
JUDGED = (
    ("clinc", "domain", "CLINC150, 10 domains"),
    ("clinc", "intent", "CLINC150, 150 intents"),
    ("banking", "intent", "Banking77, 77 intents"),
    ("arena", "cluster", "Arena-Hard, 250 clusters of 2"),
)
SMALL = 300  # messages of a young project
Embed = Callable[[Sequence[str]], Vectors]


@dataclass(frozen=True)
class Labelled:
    texts: list[str]
    vectors: Vectors
    labels: NDArray[np.str_]


def ours(folder: Path | None) -> Embed:
    from posthog.classifiers import service
    from posthog.classifiers.service import Text

    if folder:
        service.use_folder(folder)

    def embed(texts: Sequence[str]) -> Vectors:
        found = [label.embedding for label in service.classify([Text("user", text) for text in texts], every_language=True)]
        if any(vector is None for vector in found):
            raise SystemExit("this model has no output of embeddings")
        return np.stack(found)

    return embed


def frozen() -> Embed:
    import torch
    from tokenizers import Tokenizer

    from posthog.classifiers import batches
    from posthog.classifiers.training.encoder import Encoder, load_pretrained, pretrained_folder

    encoder = Encoder()
    load_pretrained(encoder, pretrained_folder())
    encoder.eval()
    tokenizer = Tokenizer.from_file(str(pretrained_folder() / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()

    def embed(texts: Sequence[str]) -> Vectors:
        encoded = tokenizer.encode_batch_fast([batches.clean(text) for text in texts], add_special_tokens=False)
        rows = [batches.frame(item.ids) for item in encoded]
        vectors = np.empty((len(rows), 384), dtype=np.float32)
        with torch.inference_mode():
            for positions in batches.plan([len(row) for row in rows]):
                ids, mask = batches.pad([rows[position] for position in positions])
                last, _ = encoder(torch.from_numpy(ids), torch.from_numpy(mask))
                vectors[positions] = torch.nn.functional.normalize(last).numpy()
        return vectors

    return embed


def load(data: Path, name: str, column: str, vectors: Vectors) -> Labelled:
    table = parquet.read_table(data / FILES[name])
    labels = np.array([str(label) for label in table[column].to_pylist()])
    known = np.flatnonzero((labels != "None") & (labels != "oos"))
    order = known[np.random.default_rng(1).permutation(len(known))]
    texts = table["text"].to_pylist()
    # As they are stored, quantized.
    return Labelled([texts[row] for row in order], unpack([pack(vectors[row]) for row in order]), labels[order])


def purity(topics: NDArray[np.intp], labels: NDArray[np.str_]) -> float:
    most = sum(int(np.unique(labels[topics == topic], return_counts=True)[1].max()) for topic in np.unique(topics))
    return most / len(topics)


def assign(found: Found, vectors: Vectors) -> NDArray[np.intp]:
    similarity = vectors @ found.vectors.T
    nearest = similarity.argmax(axis=1)
    return np.where(similarity[np.arange(len(vectors)), nearest] >= found.thresholds[nearest], nearest, -1)


def kept(first: Found, again: Found, vectors: Vectors) -> tuple[float, float]:
    """Of messages with a topic the share that has the same one after a re-fit; and the adjusted Rand index of both divisions."""
    before, after = assign(first, vectors), assign(again, vectors)
    same = lineage.match(first.vectors, again.vectors)
    followed = np.array([same.get(int(topic), -2) if topic >= 0 else -1 for topic in after])
    return float((before == followed)[before >= 0].mean()), float(adjusted_rand_score(before, after))


def row(title: str, found: Labelled, messages: int) -> str:
    count = min(messages, len(found.texts) // 3)
    first, second = found.vectors[:count], found.vectors[count : 2 * count]
    judged, labels = found.vectors[2 * count : 2 * count + 4_000], found.labels[2 * count : 2 * count + 4_000]
    if len(found.texts) < 3 * SMALL:  # too few to leave some out
        count = len(found.texts)
        first, second, judged, labels = found.vectors[::2], found.vectors[1::2], found.vectors, found.labels
        whole = clusters.find(found.vectors)
    else:
        whole = clusters.find(first)
    topics = assign(whole, judged)
    has = topics >= 0
    half = clusters.find(np.concatenate([first[count // 2 :], second[: count // 2]]), whole.vectors)
    other = clusters.find(second, whole.vectors)
    (kept_half, rand_half), (kept_all, rand_all) = kept(whole, half, judged), kept(whole, other, judged)
    quality = f"{has.mean():.2f} | {purity(topics[has], labels[has]):.2f} | {normalized_mutual_info_score(labels[has], topics[has]):.2f}"
    stable = f"{kept_half:.2f} | {rand_half:.2f} | {kept_all:.2f} | {rand_all:.2f}"
    return f"| {title} | {count:,} | {len(whole.vectors)} | {quality} | {stable} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--frozen", action="store_true")
    parser.add_argument("--vectors", type=Path)
    parser.add_argument("--save", type=Path)
    parser.add_argument("--messages", type=int, default=4_000)
    options = parser.parse_args()
    if options.vectors:
        vectors = {name: np.load(options.vectors / f"{name}.npy") for name in FILES}
    else:
        embed = frozen() if options.frozen else ours(options.model)
        vectors = {name: embed(parquet.read_table(options.data / path)["text"].to_pylist()) for name, path in FILES.items()}
    if options.save:
        options.save.mkdir(parents=True, exist_ok=True)
        for name, values in vectors.items():
            np.save(options.save / f"{name}.npy", values)
    print("| messages of | found in | topics | have one | purity | NMI | half new: kept | ARI | all new: kept | ARI |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
    for name, column, title in JUDGED:
        labelled = load(options.data, name, column, vectors[name])
        sizes = (options.messages,) if name == "arena" else (SMALL, options.messages)
        for messages in sizes:
            print(row(title, labelled, messages), flush=True)


if __name__ == "__main__":
    main()
