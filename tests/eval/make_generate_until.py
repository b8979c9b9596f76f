"""Asks lm-eval 0.4.13 what bible-656k writes after some texts; writes kept/generate_until.jsonl beside this file.

python tests/eval/make_generate_until.py, in an environment that has lm_eval and transformers."""
import json
import pathlib

from lm_eval.api.instance import Instance
from lm_eval.models.huggingface import HFLM

HERE = pathlib.Path(__file__).resolve().parent
CONTEXTS = ["In the beginning God created", "And the Lord said", "The", "And it came to pass in those days, that",
            "Thou shalt not", "And he said unto them, Go", "Blessed are the", "For God so loved", "And Moses",
            "The children of Israel", "Behold, I", "And David said to Saul", "Then came", "O Lord", "Now these are the names",
            "In the third year of the reign", "the king of", "He that hath", "And the angel of the Lord",
            "Praise ye the Lord. " * 60]
STOPS = [[], [","], ["\n", "."], [" and", " the"]]

if __name__ == "__main__":
    model = HFLM(pretrained=str(HERE.parent / "models/bible-656k"), dtype="float32", device="cpu", batch_size=8)
    rows = []
    for until in STOPS:
        kwargs = {"until": until, "max_gen_toks": 24, "do_sample": False, "temperature": 0.0}
        requests = [Instance("generate_until", {}, (context, dict(kwargs, until=list(until))), 0) for context in CONTEXTS]
        for context, text in zip(CONTEXTS, model.generate_until(requests, disable_tqdm=True)):
            rows.append({"context": context, "until": until, "text": text})
    (HERE / "kept").mkdir(exist_ok=True)
    (HERE / "kept/generate_until.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    print(len(rows), "texts; context of", model.max_length)
