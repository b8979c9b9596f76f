"""PEFT adapters, written by PEFT on a model of every family, under `twofold score --adapter`.

Losses within 2e-5, log-probabilities within 1e-4 (float32 on both sides). With TWOFOLD_REPORT=1 the
largest errors of each case are printed.
"""
import os
import pathlib
import subprocess
import unittest
import warnings

import torch
import transformers
from peft import LoraConfig, PeftModel, get_peft_model

from model_cases import BINARY, CASES, Folder, make_model, twofold

FAMILIES = ("llama, wide heads, biases, tied", "mistral, short window", "gemma2", "gemma3", "smollm3",
            "qwen2", "qwen3", "gpt2", "neox")
ATTENTION = {"gpt2": ["c_attn"], "neox": ["query_key_value"]}
LAST = {"gpt2": r".*mlp\.c_proj", "neox": r".*dense_4h_to_h"}


def variants(family):
    """name: what LoraConfig is given beside r and lora_alpha."""
    first = ATTENTION.get(family, ["q_proj", "v_proj"])
    untied = {"modules_to_save": ["lm_head"]} if family in ("qwen2", "neox") else {}
    return {
        "plain": dict(target_modules=first, **untied),
        "rslora": dict(target_modules=first, use_rslora=True),
        "dora": dict(target_modules=first, use_dora=True),
        "patterns": dict(target_modules="all-linear", rank_pattern={first[0]: 5}, alpha_pattern={first[0]: 2}),
        "regex": dict(target_modules=LAST.get(family, r".*layers\.[01]\.mlp\.down_proj")),
    }


class Adapters(Folder):
    def write_adapter(self, base, out, options):
        torch.manual_seed(5)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = get_peft_model(transformers.AutoModelForCausalLM.from_pretrained(base),
                                   LoraConfig(r=3, lora_alpha=5, task_type="CAUSAL_LM",
                                              fan_in_fan_out="gpt2" in base.name, **options))
            with torch.no_grad():
                for parameter in model.parameters():
                    if parameter.requires_grad:
                        parameter.add_(torch.randn_like(parameter), alpha=0.1)
            model.save_pretrained(out)

    def losses_of(self, base, adapters, rows):
        model = transformers.AutoModelForCausalLM.from_pretrained(base, attn_implementation="eager")
        for adapter in adapters:
            model = PeftModel.from_pretrained(model, adapter).merge_and_unload()
        results = []
        for row in rows:
            ids = torch.tensor([row])
            with torch.no_grad():
                out = model.eval()(ids, labels=ids)
            results.append((out.loss.item(),
                            out.logits[0].log_softmax(-1)[:-1].gather(1, ids[0, 1:, None])[:, 0]))
        return results

    def check(self, name, base, adapters, lengths=(2, 13, 40)):
        rows = self.rows(lengths)
        arguments = [part for adapter in adapters for part in ("--adapter", adapter)]
        found = twofold("score", base, *arguments, "--ids", "-", lines=[{"ids": row} for row in rows])
        bare = twofold("score", base, "--ids", "-", lines=[{"ids": row} for row in rows])
        loss_error = logprob_error = 0
        for line, plain, (loss, logprobs) in zip(found, bare, self.losses_of(base, adapters, rows), strict=True):
            self.assertGreater(abs(plain["loss"] - loss), 1e-4)  # the adapter matters
            loss_error = max(loss_error, abs(line["loss"] - loss))
            logprob_error = max(logprob_error, (torch.tensor(line["logprobs"]) - logprobs).abs().max().item())
        if os.environ.get("TWOFOLD_REPORT"):
            print(f"| {name} | {loss_error:.1e} | {logprob_error:.1e} |")
        self.assertLess(loss_error, 2e-5)
        self.assertLess(logprob_error, 1e-4)

    def test_every_variant_on_every_family(self):
        for family in FAMILIES:
            kind, settings, _ = CASES[family]
            base = self.folder / family.replace(" ", "_").replace(",", "")
            make_model(kind, settings).save_pretrained(base)
            for variant, options in variants(family).items():
                with self.subTest(family=family, variant=variant):
                    adapter = pathlib.Path(f"{base}-{variant}")
                    self.write_adapter(base, adapter, options)
                    self.check(f"{family}, {variant}", base, [adapter])

    def test_several_lie_on_top_of_each_other(self):
        base = self.folder / "qwen2"
        make_model(*CASES["qwen2"][:2]).save_pretrained(base)
        adapters = []
        for variant, options in variants("qwen2").items():
            adapters.append(self.folder / variant)
            self.write_adapter(base, adapters[-1], options)
        self.check("qwen2, stacked", base, [adapters[1], adapters[4]])

    def test_combined_adapters_are_those_of_peft(self):
        base = self.folder / "qwen2"
        make_model(*CASES["qwen2"][:2]).save_pretrained(base)
        folders = []
        for name, options in (("one", dict(target_modules=["q_proj", "down_proj"])),
                              ("two", dict(target_modules=["q_proj", "down_proj"], use_rslora=True))):
            folders.append(self.folder / name)
            self.write_adapter(base, folders[-1], options)
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
        base = self.folder / "qwen2"
        make_model(*CASES["qwen2"][:2]).save_pretrained(base)
        text = twofold("score", base, "--adapter", base, "--ids", "-", lines=[{"ids": [3, 4]}], code=2)
        self.assertIn("adapter_config.json", text)


if __name__ == "__main__":
    unittest.main()
