"""lm-eval on local files: its own tasks with other data sets; nothing comes from the Hub."""
import os

os.environ.update(HF_HUB_OFFLINE="1", HF_DATASETS_OFFLINE="1", TOKENIZERS_PARALLELISM="false")

import pathlib  # noqa: E402

import datasets  # noqa: E402
import lm_eval.evaluator  # noqa: E402
import lm_eval.tasks  # noqa: E402
from lm_eval.api.task import ConfigurableTask  # noqa: E402
from lm_eval.models.huggingface import HFLM  # noqa: E402
from lm_eval.tasks._yaml_loader import load_yaml  # noqa: E402

TASKS = pathlib.Path(lm_eval.tasks.__file__).parent
YAML = {"blimp": "blimp/_template_yaml", "piqa": "piqa/piqa.yaml", "arc_challenge": "arc/arc_challenge.yaml",
        "arc_easy": "arc/arc_easy.yaml", "hellaswag": "hellaswag/hellaswag.yaml",
        "lambada": "lambada/lambada_openai.yaml", "winogrande": "winogrande/default.yaml",
        "openbookqa": "openbookqa/openbookqa.yaml", "mmlu": "mmlu/default/mmlu_anatomy.yaml",
        "sciq": "sciq/sciq.yaml", "boolq": "super_glue/boolq/default.yaml", "mnli": "glue/mnli/default.yaml",
        "sst2": "glue/sst2/default.yaml", "qqp": "glue/qqp/default.yaml", "social_iqa": "siqa/siqa.yaml",
        "gsm8k": "gsm8k/gsm8k.yaml"}


def task_of(name, splits, **changes):
    """lm-eval's task on {split: rows}; `changes` of its settings."""
    config = dict(load_yaml(TASKS / YAML[name], resolve_func=True))
    config.update(task=name, dataset_path="none", dataset_name=None, **changes)
    config["custom_dataset"] = lambda **_: {split: datasets.Dataset.from_list(rows) for split, rows in splits.items()}
    for key in ("dataset_kwargs", "tag", "group", "task_alias"):
        config.pop(key, None)
    for split in ("training_split", "validation_split", "test_split"):
        if config.get(split) not in splits:
            config[split] = None
    return ConfigurableTask(config=config)


def preprocessed_hellaswag(rows):
    return task_of("hellaswag", {"validation": rows}, process_docs=None, doc_to_text="{{ctx}}",
                   doc_to_choice="endings", doc_to_target="label")


def task_for(name, rows):
    """The task on rows of the files in ../shared/data/eval."""
    if name == "hellaswag":
        return preprocessed_hellaswag(rows)
    split = {"blimp": "train", "arc_challenge": "test", "lambada": "test"}.get(name, "validation")
    return task_of(name, {split: rows})


def model_of(folder, batch_size=16):
    return HFLM(pretrained=str(folder), device="cpu", dtype="float32", batch_size=batch_size)


def evaluate(model, task, resamples=0):
    """(metrics, stderr, samples in the order of the documents)"""
    name = task.config.task
    loaded = {"tasks": {name: task}, "groups": {}, "group_map": {}}
    made = lm_eval.evaluator.evaluate(model, loaded, bootstrap_iters=resamples or 100, log_samples=True)
    metrics, errors = {}, {}
    for key, value in made["results"][name].items():
        metric, _, filtered = key.partition(",")
        if not filtered or not isinstance(value, (int, float)):
            continue
        into, metric = (errors, metric[:-7]) if metric.endswith("_stderr") else (metrics, metric)
        into[metric if filtered == "none" else f"{metric},{filtered}"] = value
    return metrics, errors, sorted(made["samples"][name], key=lambda sample: sample["doc_id"])


def likelihoods(sample):
    return [float(answer[0][0]) for answer in sample["resps"]]


def said_of(model, task):
    """What is kept of an evaluation, and its samples."""
    metrics, errors, samples = evaluate(model, task)
    return {"metrics": metrics, "stderr": errors,
            "ll": [[round(ll, 6) for ll in likelihoods(sample)] for sample in samples]}, samples


def refused(model, task):
    """Documents that lm-eval cannot score: a merge leaves a continuation no token."""
    found = []
    for place, doc in enumerate(task.eval_docs):
        context = task.fewshot_context(doc, 0)
        requests = task.construct_requests(doc, context)
        for request in requests if isinstance(requests, list) else [requests]:
            context, continuation = request.args
            if context and not model._encode_pair(context, continuation)[1]:
                found.append(place)
                break
    return found
