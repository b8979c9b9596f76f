#!/usr/bin/env python3
"""Times twofold's encoding beside tokenizers, tiktoken and sentencepiece, one thread each, in turns.

    .venv-clients/bin/python bench/encode.py [--rounds 3] [--binary build/release/bench_tokenizers]

Prints a table for docs/benchmarks.md, of processor time. A text is encoded whole and line by line. A
ratio is peer's time / twofold's, so above 1 twofold is faster. The fastest of the rounds counts.
`tokenizers` is asked for ids only (encode_batch_fast).
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
from unittest import mock

os.environ.update(RAYON_NUM_THREADS="1", TOKENIZERS_PARALLELISM="false")
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/clients"))

import sentencepiece  # noqa: E402
import tiktoken  # noqa: E402
import tiktoken.load  # noqa: E402
import tiktoken_ext.openai_public as openai_public  # noqa: E402
import tokenizers  # noqa: E402
import tokenizers_support as support  # noqa: E402

DATA = ROOT.parent / "shared/data"


def hugging_face(path):
    tokenizer = tokenizers.Tokenizer.from_file(str(path))
    return lambda parts: sum(len(e.ids) for e in
                             tokenizer.encode_batch_fast(parts, add_special_tokens=False))


def open_ai(pattern):
    def peer(path):
        encoding = tiktoken.Encoding(path.stem, pat_str=pattern, special_tokens={},
                                     mergeable_ranks=tiktoken.load.load_tiktoken_bpe(str(path)))
        return lambda parts: sum(len(encoding.encode_ordinary(part)) for part in parts)
    return peer


def pattern_of(name):
    with mock.patch.object(openai_public, "load_tiktoken_bpe", lambda *_args, **_more: {}):
        return getattr(openai_public, name)()["pat_str"]


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
    pair = vocabularies / "gpt2"
    if pair.exists():
        path = folder / "gpt2.json"
        tokenizer = tokenizers.Tokenizer(tokenizers.models.BPE.from_file(
            str(pair / "encoder.json"), str(pair / "vocab.bpe")))
        tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
        tokenizer.save(str(path))
        yield "tokenizers gpt2", path, hugging_face
    for make in (support.llama2, support.mistral, support.gemma, support.smollm, support.neox, support.unigram):
        path = folder / f"{make.__name__}.json"
        make().save(str(path))
        yield f"tokenizers {make.__name__} (small)", path, hugging_face
    if vocabularies.exists():
        yield "tiktoken llama3", vocabularies / "llama3/tokenizer.model", open_ai(support.LLAMA3)
        for name in ("cl100k_base", "o200k_base"):
            yield f"tiktoken {name}", vocabularies / f"tiktoken/{name}.tiktoken", open_ai(pattern_of(name))
        yield "sentencepiece llama2", vocabularies / "llama2/tokenizer.model", sentence_piece


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--binary", type=Path, default=ROOT / "build/release/bench_tokenizers")
    args = parser.parse_args()
    texts = [DATA / "pretrain/kjv.txt", DATA / "pretrain/wikitext2_test.txt"]
    texts = [path for path in texts if path.exists()] or [ROOT / "examples/demo/kjv.txt"]
    print("| peer, tokenizer | text | by | twofold MB/s | peer MB/s | ratio |\n|---|---|---|---|---|---|")
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
        start = time.process_time()
        count = encode(parts)
        theirs = min(theirs, time.process_time() - start)
    size = row["bytes"] / 1e6
    print(f"| {name} | {text_path.name} | {by} | {size / ours:.1f} | {size / theirs:.1f} | {theirs / ours:.1f} |",
          flush=True)
    if count != row["ids"]:
        raise SystemExit(f"twofold has {row['ids']} ids, {name} {count}")


if __name__ == "__main__":
    main()
