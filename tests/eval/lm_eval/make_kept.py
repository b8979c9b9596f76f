#!/usr/bin/env python3
"""Writes what lm-eval says item by item: kept/MODEL.json, which tests/clients/lm_eval_test.py compares.

    .venv-clients/bin/python tests/eval/lm_eval/make_kept.py [MODEL…]
"""
import json
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import items  # noqa: E402
import models  # noqa: E402
import theirs  # noqa: E402

KEPT = pathlib.Path(__file__).parent / "kept"
ITEMS = 200


def scores(model, task_name, rows):
    refused = theirs.refused(model, theirs.task_for(task_name, rows))
    rows = [row for place, row in enumerate(rows) if place not in refused]
    said, samples = theirs.said_of(model, theirs.task_for(task_name, rows))
    return {"refused": refused, **said,
            "greedy": [sample["resps"][0][0][1] for sample in samples] if task_name == "lambada" else None}


def main():
    KEPT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        data = items.write_data(folder / "data", ITEMS)
        for name in sys.argv[1:] or models.NAMES:
            model = theirs.model_of(models.make(name, folder))
            made = {task: scores(model, task, items.rows_of(data, task)) for task in items.TASKS}
            (KEPT / f"{name}.json").write_text(json.dumps(made, separators=(",", ":")) + "\n")
            print(name, {task: one["metrics"] for task, one in made.items()},
                  {task: len(one["refused"]) for task, one in made.items()})


if __name__ == "__main__":
    main()
