"""Asks sacrebleu 2.6.0 and lm-eval 0.4.13 for what tests/stats and tests/tasks compare with; writes their kept/*.jsonl.

python tests/stats/make_kept.py, in an environment that has both (lm_eval, sacrebleu, tabulate, numpy)."""
import json
import math
import os
import pathlib
import random

os.environ["DISABLE_MULTIPROC"] = "1"
import sacrebleu  # noqa: E402
from lm_eval.api import metrics  # noqa: E402
from lm_eval.filters import build_filter_ensemble  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
ODD = ["&quot;", "&amp;lt;", "-\n", "\n", "<skipped>", "3.14", "1,000", "a.b", "...", ",,", "10-20", "x-1", "é.", ".é",
       "\u3000", "\x1c", "¿qué?", "日本,語", "'s", "[x]", "{y}~", "`", "/", "-", "–", "no.5", "5.no", "", " "]
WORDS = "the a cat dog sat on mat big small red house near river , . and it is cheap".split()


def text(rng):
    length = rng.choice([0, 1, 2, 3, 5, 9, 20])
    return rng.choice([" ", "", "  "]).join(rng.choice(ODD if rng.random() < 0.4 else WORDS) + rng.choice([" ", " ", ""])
                                            for _ in range(length))


def near(rng, line):
    words = line.split(" ")
    for _ in range(rng.randrange(4)):
        if words:
            words[rng.randrange(len(words))] = rng.choice(WORDS)
    return " ".join(words)


def bleu_cases():
    rng = random.Random(7)
    for size in [1] * 30 + [2] * 20 + [5] * 20 + [30] * 5:
        references = [[text(rng) for _ in range(rng.randrange(1, 4))] for _ in range(size)]
        texts = [near(rng, rng.choice(own)) if rng.random() < 0.7 else text(rng) for own in references]
        most = max(map(len, references))
        columns = [[own[i] if i < len(own) else None for own in references] for i in range(most)]
        yield {"texts": texts, "references": references, "bleu": sacrebleu.corpus_bleu(texts, columns).score}


def words_cases():
    rng = random.Random(8)
    tokenizer = sacrebleu.metrics.METRICS["BLEU"]().tokenizer
    for _ in range(300):
        line = text(rng) + rng.choice(ODD)
        yield {"text": line, "words": tokenizer(line.rstrip()).split()}


def stderr_cases():
    rng = random.Random(9)
    flags = [float(rng.random() < 0.3) for _ in range(200)]
    lls = [-rng.expovariate(0.2) for _ in range(200)]
    texts = [" ".join(rng.choice(WORDS) for _ in range(12)) for _ in range(60)]
    pairs = [(line, near(rng, near(rng, line))) for line in texts]
    yield {"name": "mean", "items": flags, "value": metrics.mean(flags), "stderr": metrics.mean_stderr(flags)}
    yield {"name": "perplexity", "items": lls, "value": metrics.perplexity(lls), "resamples": 10000,
           "stderr": metrics.bootstrap_stderr(metrics.perplexity, lls, 10000)}
    yield {"name": "bleu", "items": pairs, "value": metrics.bleu(pairs), "resamples": 4000,
           "stderr": metrics.bootstrap_stderr(metrics.bleu, pairs, 4000)}
    weighted = [(-rng.expovariate(0.01), rng.randrange(1, 60)) for _ in range(50)]
    yield {"name": "weighted_perplexity", "items": weighted, "value": metrics.weighted_perplexity(weighted)}
    yield {"name": "bits_per_byte", "items": weighted, "value": metrics.bits_per_byte(weighted)}


RULES = [{}, {"ignore_case": True}, {"ignore_punctuation": True}, {"ignore_numbers": True},
         {"ignore_case": True, "regexes_to_ignore": [",", "\\$", "(?s).*#### ", "\\.$"]}]
ANSWERS = ["#### 5", "5", "$1,000.", "1000", "Yes!", "yes", "ΟΔΟΣ", "οδος", "a\n#### 12.", "12", "", "x3", "x",
           "Straße", "STRASSE"]  # not İ: numpy cuts its small form off


def match_cases():
    for rules in RULES:
        for answer in ANSWERS:
            for target in ANSWERS:
                score = metrics.exact_match_hf_evaluate(predictions=[answer], references=[target], **rules)
                yield {"rules": rules, "answer": answer, "target": target, "equal": bool(score["exact_match"])}


FILTERS = [
    [{"function": "regex", "regex_pattern": "#### (\\-?[0-9\\.\\,]+)"}],
    [{"function": "regex", "group_select": -1, "regex_pattern": "(-?[$0-9.,]{2,})|(-?[0-9]+)"}],
    [{"function": "regex", "regex_pattern": "\\s*(\\w+)\\s*$", "fallback": "none"}],
    [{"function": "regex", "regex_pattern": "(?i)answer is ([a-d])?(.)?"}],
    [{"function": "regex", "regex_pattern": "x*"}],
    [{"function": "remove_whitespace"}, {"function": "lowercase"}],
    [{"function": "uppercase"}],
]
WRITTEN = ["so 3 + 4 = 7\n#### 7", "#### -1,234.50 and #### 9", "the answer is B.", "The Answer is ", "", "  Straße ΟΔΟΣ\n",
           "costs $5.00, or 12", "axxbx", "\u3000wide\u3000", "nothing"]


def gsm8k_cases():
    """The scores of lm-eval's own task on texts that models write, by its process_results and filters."""
    import yaml
    import lm_eval
    source = pathlib.Path(lm_eval.__file__).parent / "tasks/gsm8k/gsm8k.yaml"
    config = yaml.safe_load(source.read_text())
    golds = ["He has 3 + 4 = 7.\n#### 7", "#### 1,000", "a\n#### -5", "x\n#### 2.50"]
    written = [" 3 + 4 = <<3+4=7>>7\n#### 7", "#### 7.", "the total is $7", "#### 1000", "1,000 dollars", "#### -5", "-5 or 5",
               "#### 2.50", "2.5", "", "nothing", "#### ", "$1,000.00 is it", "####7", "7\n\n#### 8"]
    rules = {k: v for k, v in config["metric_list"][0].items() if k not in ("metric", "aggregation", "higher_is_better")}
    for gold in golds:
        for text_ in written:
            row = {"target": gold, "text": text_}
            for entry in config["filter_list"]:
                components = [(f["function"], {k: v for k, v in f.items() if k != "function"}) for f in entry["filter"]]
                responses = [[text_]]
                for make in build_filter_ensemble(entry["name"], components).filters:
                    responses = list(make().apply(responses, [{}]))
                score = metrics.exact_match_hf_evaluate(predictions=[responses[0]], references=[gold], **rules)
                row["exact_match," + entry["name"]] = float(score["exact_match"])
            yield row


def filter_cases():
    for steps in FILTERS:
        components = [(step["function"], {k: v for k, v in step.items() if k != "function"}) for step in steps]
        ensemble = build_filter_ensemble("f", components)
        for line in WRITTEN:
            responses = [[line]]
            for make in ensemble.filters:
                responses = list(make().apply(responses, [{}]))
            yield {"steps": steps, "text": line, "answer": responses[0][0]}


if __name__ == "__main__":
    for layer, name, cases in [("stats", "bleu", bleu_cases), ("stats", "words_13a", words_cases),
                               ("stats", "stderr", stderr_cases), ("stats", "exact_match", match_cases),
                               ("tasks", "filters", filter_cases), ("tasks", "gsm8k", gsm8k_cases)]:
        rows = list(cases())
        assert all(not isinstance(row.get("value"), float) or math.isfinite(row["value"]) for row in rows)
        (HERE.parent / layer / "kept" / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        print(name, len(rows))
