#!/usr/bin/env python3
"""Times twofold's encoding beside tokenizers, tiktoken and sentencepiece, one thread each, in turns.

    .venv-clients/bin/python bench/encode.py [--rounds 3] [--binary build/release/bench_tokenizers]

A text is encoded whole and line by line. A ratio is peer's time / twofold's, so above 1 twofold is
faster. The fastest of the rounds counts. `tokenizers` is asked for ids only (encode_batch_fast).
"""
import argparse
import gzip
import io
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.update(RAYON_NUM_THREADS="1", TOKENIZERS_PARALLELISM="false")
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/clients"))

import sentencepiece  # noqa: E402
import tiktoken  # noqa: E402
import tiktoken.load  # noqa: E402
import tokenizers  # noqa: E402
import tokenizers_support as support  # noqa: E402

DATA = ROOT.parent / "shared/data"


def hugging_face(path):
    tokenizer = tokenizers.Tokenizer.from_file(str(path))
    return lambda parts: sum(len(e.ids) for e in
                             tokenizer.encode_batch_fast(parts, add_special_tokens=False))


def open_ai(path):
    encoding = tiktoken.Encoding("llama3", pat_str=support.LLAMA3, special_tokens={},
                                 mergeable_ranks=tiktoken.load.load_tiktoken_bpe(str(path)))
    return lambda parts: sum(len(encoding.encode_ordinary(part)) for part in parts)


def sentence_piece(path):
    model = sentencepiece.SentencePieceProcessor(model_file=str(path))
    return lambda parts: sum(len(model.encode(part)) for part in parts)


def cases(folder):
    """(name, tokenizer file, peer)"""
    vocabularies = DATA / "tokenizers"
    for name in ("llama3", "qwen2"):
        packed = vocabularies / name / "tokenizer.json.gz"
        if packed.exists():
            path = folder / f"{name}.json"
            path.write_bytes(gzip.decompress(packed.read_bytes()))
            yield f"tokenizers {name}", path, hugging_face
    for make in (support.llama2, support.unigram):
        path = folder / f"{make.__name__}.json"
        make().save(str(path))
        yield f"tokenizers {make.__name__} (small)", path, hugging_face
    if vocabularies.exists():
        yield "tiktoken llama3", vocabularies / "llama3/tokenizer.model", open_ai
        yield "sentencepiece llama2", vocabularies / "llama2/tokenizer.model", sentence_piece


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--binary", type=Path, default=ROOT / "build/release/bench_tokenizers")
    args = parser.parse_args()
    texts = [DATA / "pretrain/kjv.txt", DATA / "pretrain/wikitext2_test.txt"]
    texts = [path for path in texts if path.exists()] or [ROOT / "examples/demo/kjv.txt"]
    print(f"{'tokenizer':32}{'text':22}{'by':7}{'twofold MB/s':>13}{'peer MB/s':>11}{'ratio':>7}")
    with tempfile.TemporaryDirectory() as temporary:
        for name, path, peer in cases(Path(temporary)):
            encode = peer(path)
            for text_path in texts:
                text = text_path.read_text()
                for by in ("lines", "whole"):
                    compare(args, name, path, encode, text_path, text, by)


def compare(args, name, path, encode, text_path, text, by):
    parts = list(io.StringIO(text)) if by == "lines" else [text]
    ours = theirs = float("inf")
    for _ in range(args.rounds):
        result = subprocess.run([args.binary, path, text_path, by, "1"], check=True, capture_output=True)
        row = json.loads(result.stdout)
        ours = min(ours, row["seconds"])
        start = time.perf_counter()
        count = encode(parts)
        theirs = min(theirs, time.perf_counter() - start)
    size = row["bytes"] / 1e6
    note = "" if count == row["ids"] else f"  ids: {row['ids']} and {count}"
    print(f"{name:32}{text_path.name:22}{by:7}{size / ours:13.1f}{size / theirs:11.1f}"
          f"{theirs / ours:7.1f}{note}", flush=True)


if __name__ == "__main__":
    main()
