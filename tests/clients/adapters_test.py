"""PEFT adapters, written by PEFT on every model that the families are tested with, under `twofold score --adapter`.

Losses within 2e-5, log-probabilities and logits within 1e-4 (float32 on both sides). With TWOFOLD_REPORT=1
the largest errors of each case are printed.
"""
import copy
import os
import subprocess
import unittest
import warnings

import torch
import transformers
from peft import LoraConfig, PeftModel, get_peft_model

from model_cases import BINARY, CASES, Folder, make_model, twofold

ATTENTION = {"gpt2": ["c_attn"], "neox": ["query_key_value"]}
LAST = {"gpt2": r".*mlp\.c_proj", "neox": r".*dense_4h_to_h"}
NORMS = {"gpt2": ["ln_f", "ln_1"], "neox": ["final_layer_norm", "post_attention_layernorm"]}
TIED = ("llama, wide heads, biases, tied", "gemma", "gemma2", "qwen3", "gpt2", "neox, sequential, tied, no biases")
TABLE = {"gpt2": "wpe", "neox": "embed_in"}


def variants(case, tied=False):
    """name: what LoraConfig is given beside r and lora_alpha."""
    family = case.split(",")[0]
    first = ATTENTION.get(family, ["q_proj", "v_proj"])
    table = TABLE.get(family, "embed_tokens")
    # PEFT keeps both names of a tied matrix the same if it is asked to; of these classes, where it is called so.
    ends = [table] if tied else [table, "lm_head"]
    if tied and family == "neox":
        ends = []
    together = {"ensure_weight_tying": tied and family not in TABLE}
    return {
        "plain": dict(target_modules=first),
        "rslora": dict(target_modules=first, use_rslora=True),
        "dora": dict(target_modules=first, use_dora=True),
        # The first key that fits decides; PEFT saves them sorted.
        "patterns": dict(target_modules="all-linear", rank_pattern={first[0]: 5},
                         alpha_pattern={f".*1.*.{first[0]}": 9, first[0]: 2}),
        "regex": dict(target_modules=LAST.get(family, r".*layers\.[01]\.mlp\.down_proj")),
        "saved": dict(target_modules=first, modules_to_save=[*NORMS.get(family, ["norm"]), *ends], **together),
        "tables": dict(target_modules=[*first, *ends], **together),
        # What the two of a tied matrix have in common with DoRA is not what they compute with.
        **({} if tied and family != "gpt2" else {"dora tables": dict(target_modules=[*first, *ends], use_dora=True)}),
    }


def ends(case):
    """The same, for a model whose table is its head: what trains the two apart."""
    family = case.split(",")[0]
    first = ATTENTION.get(family, ["q_proj", "v_proj"])
    table = {"gpt2": "wte", "neox": "embed_in"}.get(family, "embed_tokens")
    return {
        "head": dict(target_modules=[*first, "lm_head"]),
        "table": dict(target_modules=[*first, table]),
        "both": dict(target_modules=[table, "lm_head"]),
        "dora": dict(target_modules=[table, "lm_head"], use_dora=True),
        "saved head": dict(target_modules=first, modules_to_save=["lm_head"]),
        "saved table": dict(target_modules=first, modules_to_save=[table]),
        "one of each": dict(target_modules=["lm_head"], modules_to_save=[table]),
    }


def adapted(model, options):
    """A PEFT model on a copy of `model`, its adapter away from its start."""
    torch.manual_seed(5)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        config = LoraConfig(r=3, lora_alpha=5, task_type="CAUSAL_LM",
                            fan_in_fan_out=model.config.model_type == "gpt2", **options)
        model = get_peft_model(copy.deepcopy(model), config).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.requires_grad:
                parameter.add_(torch.randn_like(parameter), alpha=0.1)
    return model


def results(model, rows):
    """Each row's loss, log-probabilities and logits; by a fresh copy where the scaling keeps a state."""
    rope = getattr(model.config, "rope_parameters", None) or {}
    keeps = rope.get("rope_type") in ("dynamic", "longrope")
    found = []
    for row in rows:
        ids = torch.tensor([row])
        with torch.no_grad():
            out = (copy.deepcopy(model) if keeps else model)(ids, labels=ids)
        logprobs = out.logits[0].log_softmax(-1)[:-1].gather(1, ids[0, 1:, None])[:, 0]
        found.append((out.loss.item(), logprobs, out.logits[0]))
    return found


class Adapters(Folder):
    def base(self, case):
        """The model, saved; (the model, its folder)."""
        folder = self.folder / case.replace(" ", "_").replace(",", "")
        model = make_model(*CASES[case][:2])
        model.save_pretrained(folder)
        return model, folder

    def write(self, model, folder, options):
        model = adapted(model, options)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model.save_pretrained(folder)
        return model

    def score(self, base, rows, *adapters):
        arguments = [part for adapter in adapters for part in ("--adapter", adapter)]
        return twofold("score", base, *arguments, "--ids", "-", "--logits", lines=[{"ids": row} for row in rows])

    def check(self, name, found, bare, expected):
        worst = [0.0, 0.0, 0.0]
        moved = max(abs(plain["loss"] - loss) for plain, (loss, _, _) in zip(bare, expected))
        self.assertGreater(moved, 1e-4)  # the adapter matters
        for line, (loss, logprobs, logits) in zip(found, expected, strict=True):
            errors = (abs(line["loss"] - loss), (torch.tensor(line["logprobs"]) - logprobs).abs().max().item(),
                      (torch.tensor(line["logits"]) - logits).abs().max().item())
            worst = [max(pair) for pair in zip(worst, errors)]
        if os.environ.get("TWOFOLD_REPORT"):
            print(f"| {name} | {worst[0]:.1e} | {worst[1]:.1e} | {worst[2]:.1e} |")
        self.assertLess(worst[0], 2e-5)
        self.assertLess(max(worst[1:]), 1e-4)

    def test_every_variant_on_every_model(self):
        for case, (_, _, lengths) in CASES.items():
            model, base = self.base(case)
            tied = model.get_input_embeddings().weight is model.get_output_embeddings().weight
            rows = self.rows(lengths or (2, 13, 40))
            bare = self.score(base, rows)
            for variant, options in variants(case, tied).items():
                with self.subTest(case=case, variant=variant):
                    adapter = self.folder / f"{base.name}-{variant}"
                    expected = results(self.write(model, adapter, options), rows)
                    self.check(f"{case}, {variant}", self.score(base, rows, adapter), bare, expected)

    def test_an_adapter_of_one_end_of_a_tied_model_leaves_the_other(self):
        for case in TIED:
            model, base = self.base(case)
            self.assertTrue(model.config.tie_word_embeddings)
            rows = self.rows((2, 13, 40))
            bare = self.score(base, rows)
            for variant, options in ends(case).items():
                with self.subTest(case=case, variant=variant):
                    adapter = self.folder / f"{base.name}-{variant}"
                    expected = results(self.write(model, adapter, options), rows)
                    self.check(f"{case}, {variant}", self.score(base, rows, adapter), bare, expected)

    def test_several_lie_on_top_of_each_other(self):
        model, base = self.base("qwen2")
        rows, options = self.rows((2, 13, 40)), variants("qwen2")
        bare = self.score(base, rows)
        # Those of tables come with copies of the tables, which are not what the one below left of them.
        for pair in (("rslora", "regex"), ("tables", "tables")):
            with self.subTest(pair=pair):
                folders = [self.folder / f"{variant}-{number}" for number, variant in enumerate(pair)]
                for folder, variant in zip(folders, pair):
                    self.write(model, folder, options[variant])
                theirs = PeftModel.from_pretrained(copy.deepcopy(model), folders[0])
                theirs.load_adapter(folders[1], "second")
                theirs.base_model.set_adapter(["default", "second"])
                self.check(f"qwen2, stacked {pair}", self.score(base, rows, *folders), bare, results(theirs, rows))

    def test_combined_adapters_are_those_of_peft(self):
        model, base = self.base("qwen2")
        folders = []
        for name, options in (("one", dict(target_modules=["q_proj", "down_proj"])),
                              ("two", dict(target_modules=["q_proj", "down_proj"], use_rslora=True))):
            folders.append(self.folder / name)
            self.write(model, folders[-1], options)
        rows = self.rows((13, 40))
        for method in ("cat", "svd", "linear"):
            with self.subTest(method=method):
                out = self.folder / f"{method}-out"
                done = subprocess.run([BINARY, "combine", base, "--adapter", folders[0], "--adapter",
                                       f"{folders[1]}:0.5", "--method", method, "--out", out],
                                      capture_output=True, text=True)
                self.assertEqual(done.returncode, 0, done.stderr)
                model = PeftModel.from_pretrained(
                    transformers.AutoModelForCausalLM.from_pretrained(base, attn_implementation="eager"), folders[0])
                model.load_adapter(folders[1], "two")
                model.add_weighted_adapter(["default", "two"], [1.0, 0.5], "sum", combination_type=method)
                model.set_adapter("sum")
                found = twofold("score", base, "--adapter", out, "--ids", "-", lines=[{"ids": row} for row in rows])
                for row, line in zip(rows, found):
                    ids = torch.tensor([row])
                    with torch.no_grad():
                        self.assertAlmostEqual(model(ids, labels=ids).loss.item(), line["loss"], delta=2e-5)

    def test_a_folder_that_is_no_adapter_is_refused(self):
        base = self.base("qwen2")[1]
        text = twofold("score", base, "--adapter", base, "--ids", "-", lines=[{"ids": [3, 4]}], code=2)
        self.assertIn("adapter_config.json", text)


if __name__ == "__main__":
    unittest.main()
