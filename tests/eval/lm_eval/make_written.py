#!/usr/bin/env python3
"""Writes what lm-eval has a model write for GSM8K (5 examples): kept/written.json, which
tests/clients/lm_eval_written_test.py compares.

    .venv-clients/bin/python tests/eval/lm_eval/make_written.py
"""
import json
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import models  # noqa: E402
import theirs  # noqa: E402

SOURCE = pathlib.Path(__file__).resolve().parents[3]
KEPT = pathlib.Path(__file__).parent / "kept/written.json"
DATA = SOURCE.parent / "shared/data/finetune"
MODEL, COUNT, TOKENS = "gpt2", 12, 32


def rows_of(name, count=None):
    return [json.loads(line) for line in (DATA / name).read_text().splitlines()[:count]]


def main():
    splits = {"test": rows_of("gsm8k_test.jsonl", COUNT), "train": rows_of("gsm8k_train.jsonl")}
    task = theirs.task_of("gsm8k", splits)
    task.set_fewshot_seed(seed=1234)
    task.config.generation_kwargs["max_gen_toks"] = TOKENS
    with tempfile.TemporaryDirectory() as temporary:
        model = theirs.model_of(models.make(MODEL, pathlib.Path(temporary)), batch_size=4)
        metrics, errors, samples = theirs.evaluate(model, task)
    samples = {sample["doc_id"]: sample["resps"][0][0] for sample in samples}
    made = {"model": MODEL, "tokens": TOKENS, "texts": [samples[i] for i in sorted(samples)], "metrics": metrics, "stderr": errors}
    KEPT.write_text(json.dumps(made, indent=1) + "\n")
    print(metrics, errors, made["texts"][:2])


if __name__ == "__main__":
    main()
