#!/usr/bin/env python3
"""Times `twofold tokenize` on chat JSONL beside transformers and tokenizers, one thread each, in turns.

    .venv-clients/bin/python bench/chat_rows.py [--rows 20000] [--rounds 3] [--binary build/release/twofold]

Both read the file, write each conversation by the same template, tokenize it, find out what the assistant wrote, and
store ids and masks. transformers does the last by {% generation %} blocks (return_assistant_tokens_mask), as TRL does;
twofold is timed with these and with the plain template. A ratio is the peer's time / twofold's, of processor time; the
fastest of the rounds counts.
"""
import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# With a policy of its own the command does not begin anew where the cores are busy (cli/waiting).
os.environ.update(OMP_WAIT_POLICY="PASSIVE", RAYON_NUM_THREADS="1", TOKENIZERS_PARALLELISM="false", HF_HUB_OFFLINE="1")
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/clients"))

import array  # noqa: E402
import chat_template_folders as folders  # noqa: E402
from tokenizers_support import demo_text  # noqa: E402
from transformers import AutoTokenizer  # noqa: E402

TEMPLATES = ROOT / "tests/jinja/templates"
PLAIN, MARKED = "trl_qwen3.jinja", "trl_qwen3_training.jinja"


def conversations(rows):
    """Chats of two questions and answers, of the demo's texts."""
    text = demo_text()[1]
    at = 0

    def part(size):
        nonlocal at
        at = (at + size) % (len(text) - 1000)
        return text[at:at + size].strip()
    for number in range(rows):
        yield {"messages": [{"role": role, "content": part(60 + (number * 37 + turn * 91) % 240)}
                            for turn, role in enumerate(["system", "user", "assistant", "user", "assistant"])]}


def theirs(folder, source, out):
    start = time.process_time()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    ids, masks = array.array("I"), bytearray()
    for line in source.open():
        made = tokenizer.apply_chat_template(json.loads(line)["messages"], tokenize=True, return_dict=True,
                                             return_assistant_tokens_mask=True)
        ids.extend(made["input_ids"])
        masks += bytes(made["assistant_masks"])
    (out / "ids").write_bytes(ids.tobytes())
    (out / "masks").write_bytes(masks)
    return time.process_time() - start


def ours(binary, folder, source, out):
    config = out / "tokenize.yaml"
    config.write_text("job: data/tokenize_blockwise_dataset\n")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([binary, "tokenize", config, out, "data.dataset=chat", f"data.source={source}", "system.num_proc=1",
                    "architecture.block_size=512", "tokenizer.backend=huggingface", f"tokenizer.file={folder}"],
                   check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--binary", type=Path, default=ROOT / "build/release/twofold")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        source = root / "chat.jsonl"
        source.write_text("".join(json.dumps(row) + "\n" for row in conversations(options.rows)))
        models = {name: folders.model_folder(root / name, "whole", (TEMPLATES / name).read_text())
                  for name in (PLAIN, MARKED)}
        times = {"twofold": [], "twofold, template without blocks": [], "transformers + tokenizers": []}
        for number in range(options.rounds):
            out = root / f"out{number}"
            for name in ("plain", "marked"):
                (out / name).mkdir(parents=True)
            times["twofold"].append(ours(options.binary, models[MARKED], source, out / "marked"))
            times["twofold, template without blocks"].append(ours(options.binary, models[PLAIN], source, out / "plain"))
            times["transformers + tokenizers"].append(theirs(models[MARKED], source, out))
        peer = min(times["transformers + tokenizers"])
        print(f"| {options.rows} conversations, {source.stat().st_size / 1e6:.1f} MB | s | MB/s | peer / twofold |\n"
              "|---|---|---|---|")
        for name, found in times.items():
            print(f"| {name} | {min(found):.2f} | {source.stat().st_size / 1e6 / min(found):.1f} | "
                  f"{peer / min(found):.1f} |")


if __name__ == "__main__":
    main()
