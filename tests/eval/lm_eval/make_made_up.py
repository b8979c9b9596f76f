#!/usr/bin/env python3
"""Writes what lm-eval says of the made-up items of make_prompts.py, item by item: kept/made_up.jsonl, which
tests/clients/lm_eval_made_up_test.py compares.

    .venv-clients/bin/python tests/eval/lm_eval/make_made_up.py
"""
import json
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import make_prompts  # noqa: E402
import models  # noqa: E402
import theirs  # noqa: E402

KEPT = pathlib.Path(__file__).parent / "kept/made_up.jsonl"
MODEL = "gpt2"


def said_of(model, name, splits, shots):
    task = theirs.task_of(name, splits)
    task.set_fewshot_seed(1234)
    task.set_config("num_fewshot", shots)
    return theirs.said_of(model, task)[0]


def main():
    lines = []
    with tempfile.TemporaryDirectory() as temporary:
        model = theirs.model_of(models.make(MODEL, pathlib.Path(temporary)))
        for name, splits, shots, files in make_prompts.CASES:
            if splits is not None:
                lines.append({"task": name, "num_fewshot": shots, "files": files, **said_of(model, name, splits, shots)})
                print(name, shots, lines[-1]["metrics"])
    KEPT.write_text("".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in lines))


if __name__ == "__main__":
    main()
