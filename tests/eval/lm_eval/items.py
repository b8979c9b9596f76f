"""The items that twofold and lm-eval are asked, as local files."""
import json
import pathlib

SOURCE = pathlib.Path(__file__).resolve().parents[3]
DATA = SOURCE.parent / "shared/data/eval"
FILES = {"blimp": "blimp_67x100.jsonl", "piqa": "piqa_valid.jsonl", "arc_challenge": "arc_challenge_test.jsonl",
         "hellaswag": "hellaswag_val_2000.jsonl", "lambada": "lambada_test.jsonl"}
LABELS = "piqa_valid-labels.lst"
TASKS = tuple(FILES)


def spread(lines, count):
    """`count` of the lines, from all over the file."""
    return lines if count is None else lines[::len(lines) // count][:count]


def write_data(folder, count):
    """The data folder of `twofold eval`, with `count` items of each file (None: all)."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in (*FILES.values(), LABELS):
        lines = (DATA / name).read_text().splitlines()
        (folder / name).write_text("\n".join(spread(lines, count)) + "\n")
    return folder


def rows_of(folder, task):
    rows = [json.loads(line) for line in (folder / FILES[task]).read_text().splitlines()]
    if task == "piqa":
        for row, label in zip(rows, (folder / LABELS).read_text().split(), strict=True):
            row["label"] = int(label)
    if task == "arc_challenge":  # as the Hub has them, which lm-eval's task reads
        rows = [{"question": row["question"]["stem"], "answerKey": row["answerKey"],
                 "choices": {key: [choice[key] for choice in row["question"]["choices"]]
                             for key in ("text", "label")}} for row in rows]
    return rows
