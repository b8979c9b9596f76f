#!/usr/bin/env python3
"""Writes what lm-eval asks: tests/tasks/kept/prompts.jsonl, which tests/tasks/prompts_test.cpp compares. The items are
made up, in the format in which each data set is published; those of GSM8K are ../shared's.

    .venv-clients/bin/python tests/eval/lm_eval/make_prompts.py
"""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import theirs  # noqa: E402

SOURCE = pathlib.Path(__file__).resolve().parents[3]
KEPT = SOURCE / "tests/tasks/kept/prompts.jsonl"
GSM8K = SOURCE.parent / "shared/data/finetune"
LETTERS = ["A", "B", "C", "D"]


def numbered(make, count=7):
    return [make(i) for i in range(count)]


WINOGRANDE = [
    {"sentence": "The cup fell off the table since the _ was tilted.", "option1": "cup", "option2": "table", "answer": "2"},
    {"sentence": "Ann lent Zoë the book because _ had read it .", "option1": "Ann", "option2": "Zoë", "answer": "1"},
    {"sentence": "Of oak and pine, the _  is hard.", "option1": "oak", "option2": "pine", "answer": "1"},
    {"sentence": "_ won; Ben lost to Tom.", "option1": "Ben", "option2": "Tom", "answer": "2"}]
OPENBOOKQA = numbered(lambda i: {
    "id": f"7-{i}", "question_stem": f"Which of these {i} floats on water", "answerKey": LETTERS[i % 4] + " " * (i % 2) if i % 2 == 0 else " " + LETTERS[i % 4],
    "choices": {"text": [f"iron {i}", f"wood {i}", "lead", "a stone"], "label": LETTERS}})
for row in OPENBOOKQA:
    row["answerKey"] = row["answerKey"].rstrip()
ARC = numbered(lambda i: {
    "id": f"M_{i}", "question": f"What melts at {i} degrees?", "answerKey": str(i % 3 + 1) if i % 2 else LETTERS[i % 3],
    "choices": {"text": ["ice", f"tin {i}", "the Café's roof"], "label": ["1", "2", "3"] if i % 2 else ["A", "B", "C"]}})
MMLU_TEST = numbered(lambda i: {
    "question": f"  Which bone is number {i}?\n", "subject": "anatomy", "answer": i % 4,
    "choices": [f"bone {i + k}" for k in range(4)]}, 4)
MMLU_DEV = numbered(lambda i: {
    "question": f"Example {i}?", "subject": "anatomy" if i % 2 == 0 else "world_religions", "answer": (i + 1) % 4,
    "choices": [f"choice {i}{k}" for k in range(4)]}, 14)
SCIQ = numbered(lambda i: {
    "question": f"What is {i}?", "support": "" if i == 1 else f"  Support {i}.", "correct_answer": f"right {i}",
    "distractor1": "one", "distractor2": "two", "distractor3": "three"})
BOOLQ = numbered(lambda i: {"question": f"is {i} a number", "passage": f"Passage {i}.", "label": i % 2, "idx": i})
MNLI = numbered(lambda i: {
    "premise": f"It rains in {i} towns.", "hypothesis": f" Water falls {i} times" + "." * (i % 2), "label": i % 3})
SST2 = numbered(lambda i: {"sentence": f"a film {i} of wit ", "label": i % 2})
QQP = numbered(lambda i: {"question1": f"What is {i}?", "question2": f"How much is {i}?", "label": i % 2})
SIQA = numbered(lambda i: {
    "context": f"Kai gave {i} apples.", "question": "Why did Kai do this?", "answerA": "to share", "answerB": f"be {i}",
    "answerC": "none", "label": str(i % 3 + 1)})
HELLASWAG = [
    {"activity_label": "Baking cookies", "ctx_a": "A cake [step] is cut. [title] How", "ctx_b": "the MAN's knife", "label": "1",
     "endings": ["slips  twice.", " [substeps] Take it. [title] Wash", "[a [nested] mark] ends", "no ] bracket [ closes"]},
    {"activity_label": "Sport", "ctx_a": "Two  runners", "ctx_b": "éclair falls", "label": "3",
     "endings": ["[broken\nline] stays", "ends ", "[][]", "x]y[z"]},
    {"activity_label": "Empty", "ctx_a": "A start", "ctx_b": "", "label": "0", "endings": ["a", "b", "c", "d"]}]
PIQA = numbered(lambda i: {"goal": f"Do {i}?", "sol1": f"Take {i}. ", "sol2": f" Leave {i}", "label": i % 2})
BLIMP = numbered(lambda i: {"sentence_good": f"Who sees {i}?", "sentence_bad": f"Who {i} sees?", "UID": "x"})
LAMBADA = [{"text": "He gave her the  last word"}, {"text": "one"}, {"text": "Line\nbreak, then “the end”"}]
# task: (rows by split, examples in front, the files that twofold reads)
CASES = [
    ("winogrande", {"validation": WINOGRANDE}, 0, {"winogrande_valid.jsonl": WINOGRANDE}),
    ("winogrande", {"validation": WINOGRANDE}, 2, {"winogrande_valid.jsonl": WINOGRANDE}),
    ("openbookqa", {"test": OPENBOOKQA}, 0, {"openbookqa_test.jsonl": OPENBOOKQA}),
    ("arc_easy", {"test": ARC}, 0, {"arc_easy_test.jsonl": ARC}),
    ("arc_challenge", {"test": ARC}, 0, {"arc_challenge_test.jsonl": ARC}),
    ("mmlu", {"test": MMLU_TEST, "dev": MMLU_DEV[::2]}, 0, {"mmlu_test.jsonl": MMLU_TEST, "mmlu_dev.jsonl": MMLU_DEV}),
    ("mmlu", {"test": MMLU_TEST, "dev": MMLU_DEV[::2]}, 5, {"mmlu_test.jsonl": MMLU_TEST, "mmlu_dev.jsonl": MMLU_DEV}),
    ("sciq", {"test": SCIQ}, 0, {"sciq_test.jsonl": SCIQ}),
    ("boolq", {"validation": BOOLQ}, 0, {"boolq_valid.jsonl": BOOLQ}),
    ("mnli", {"validation_matched": MNLI}, 0, {"mnli_validation_matched.jsonl": MNLI}),
    ("sst2", {"validation": SST2}, 0, {"sst2_validation.jsonl": SST2}),
    ("qqp", {"validation": QQP}, 0, {"qqp_validation.jsonl": QQP}),
    ("social_iqa", {"validation": SIQA}, 0, {"social_iqa_validation.jsonl": SIQA}),
    ("hellaswag", {"validation": HELLASWAG}, 0, {"hellaswag_val.jsonl": HELLASWAG}),
    ("hellaswag", {"validation": HELLASWAG}, 1, {"hellaswag_val.jsonl": HELLASWAG}),
    ("piqa", {"validation": PIQA}, 0, {"piqa_valid.jsonl": PIQA}),
    ("piqa", {"validation": PIQA}, 3, {"piqa_valid.jsonl": PIQA}),
    ("boolq", {"validation": BOOLQ}, 6, {"boolq_valid.jsonl": BOOLQ}),
    ("blimp", {"train": BLIMP}, 0, {"blimp.jsonl": BLIMP}),
    ("lambada", {"test": LAMBADA}, 0, {"lambada_test.jsonl": LAMBADA}),
    ("gsm8k", None, 5, None)]


def rows_of(name):
    return [json.loads(line) for line in (GSM8K / name).read_text().splitlines()]


def asked(task, doc, shots):
    context = task.fewshot_context(doc, shots)
    requests = task.construct_requests(doc, context)
    gold = task.doc_to_text(doc) if task.multiple_input else task.doc_to_target(doc)
    if not isinstance(requests, list):
        if task.OUTPUT_TYPE == "generate_until":
            return {"contexts": [context], "continuations": [], "gold": gold}
        requests = [requests]
    contexts = [request.args[0] for request in requests]
    return {"contexts": contexts if task.multiple_input else contexts[:1],
            "continuations": [request.args[1] for request in requests], "gold": gold}


def main():
    lines = []
    for name, splits, shots, files in CASES:
        few = 10
        if splits is None:
            splits, few = {"train": rows_of("gsm8k_train.jsonl"), "test": rows_of("gsm8k_test.jsonl")}, 3
        task = theirs.task_of(name, splits)
        task.set_fewshot_seed(1234)
        docs = [doc for _, doc in zip(range(few), task.eval_docs)]
        lines.append({"task": name, "num_fewshot": shots, "files": files,
                      "items": [asked(task, doc, shots) for doc in docs]})
    KEPT.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))


if __name__ == "__main__":
    main()
