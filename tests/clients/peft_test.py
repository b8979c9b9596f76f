"""PEFT beside twofold: the same three steps, adapters from here loaded there, and the other way."""
import json
import unittest
import warnings

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import AutoModelForCausalLM

from peft_support import PeftTest, RANDOM_STARTS, ROWS, STEPS, TARGETS, VARIANTS, WIDTH, mean_loss
from support import inits


class Steps(PeftTest):
    def check(self, family, name, options, overrides, load=None):
        start, out = self.root / f"{name}-start", self.root / f"{name}-out"
        theirs = self.peft_adapter(family, start, **options)
        ratio = 8 if name == "loraplus" else None
        expected, felt = self.train_in_peft(theirs, ratio)
        self.fit(name, family, f"optimization.lora.from_adapter={start}", *overrides)
        error = max(abs(a - b) for a, b in zip(self.losses(name), expected, strict=True))
        self.assertLess(error, 1e-4, name)
        self.export(name, out)
        ours = (load or self.load_quietly)(self.base(family)[1](), out)
        trained = {n: p for n, p in theirs.named_parameters() if p.requires_grad}
        found = dict(ours.named_parameters())
        # Adam makes steps of full size of gradients that are only rounding, such as a key's bias,
        # which no softmax can see. What the loss feels is compared.
        distance = max(((found[n] - p).abs() * (felt[n] > 1e-6)).max().item() for n, p in trained.items())
        self.assertLess(distance, 1e-4, name)
        with torch.no_grad():
            gap = abs(mean_loss(ours, self.rows).item() - self.end_loss(name))
        self.assertLess(gap, 5e-5, name)
        print(f"{family:9} {name:16} losses {error:.1e} tensors {distance:.1e} exported {gap:.1e}")


class ThreeSteps(Steps):
    def test_each_variant_takes_the_steps_that_peft_takes(self):
        for name, (options, overrides) in VARIANTS.items():
            with self.subTest(variant=name):
                self.check("llama", name, options, overrides)

    def test_from_starts_taken_out_of_the_weights(self):
        for init in sorted(set(inits()) - RANDOM_STARTS):
            for rslora in (False, True):
                name = f"{init}{'_rslora' if rslora else ''}"
                with self.subTest(variant=name):
                    torch.manual_seed(5)
                    theirs = get_peft_model(self.base("llama")[1](), LoraConfig(
                        r=3, lora_alpha=5, target_modules=TARGETS["llama"], task_type="CAUSAL_LM",
                        init_lora_weights=init, use_rslora=rslora))
                    expected, _ = self.train_in_peft(theirs, None)
                    self.fit(name, "llama", f"optimization.lora.init={init}", "optimization.lora.rank=3",
                             "optimization.lora.alpha=5", f"optimization.lora.rslora={str(rslora).lower()}",
                             f"optimization.lora.target_modules={TARGETS['llama']}")
                    error = max(abs(a - b) for a, b in zip(self.losses(name), expected, strict=True))
                    ours = self.load_quietly(self.base("llama")[1](), self.export(name, self.root / f"{name}-out"))
                    with torch.no_grad():
                        gap = abs(mean_loss(ours, self.rows).item() - mean_loss(theirs, self.rows).item())
                    print(f"llama     {name:16} losses {error:.1e} exported {gap:.1e}")
                    self.assertLess(error, 1e-4, name)
                    self.assertLess(gap, 1e-4, name)

    def test_every_family_takes_them(self):
        for family in ("qwen", "gpt", "gpt_neox"):
            for name, options in (("plain", {}), ("dora", {"use_dora": True}),
                                  ("bias_all", {"bias": "all"}), ("bias_lora", {"bias": "lora_only"})):
                with self.subTest(family=family, variant=name):
                    self.check(family, f"{family}-{name}", options, [])


class Untied(Steps):
    """PEFT makes two matrices of a tied one when it trains one of them, or both by themselves."""

    ENDS = {"head": {"target_modules": ["q_proj", "lm_head"]}, "table": {"target_modules": ["q_proj", "embed_tokens"]},
            "both": {"target_modules": ["embed_tokens", "lm_head"]},
            "dora": {"target_modules": ["embed_tokens", "lm_head"], "use_dora": True},
            "saved": {"target_modules": ["q_proj"], "modules_to_save": ["lm_head"]}}

    def load_tied(self, model, folder):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # PEFT warns of every adapter on tied weights
            return PeftModel.from_pretrained(model, folder).eval()

    def test_it_takes_the_steps_that_peft_takes_and_its_merged_model_has_two(self):
        for name, options in self.ENDS.items():
            with self.subTest(variant=name):
                self.check("qwen", name, options, [], self.load_tied)
                merged = self.root / f"{name}-merged"
                done = self.twofold("export", name, self.root, "--to", "merged", merged, "--no-tokenizer")
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                model = AutoModelForCausalLM.from_pretrained(merged, dtype=torch.float32).eval()
                self.assertFalse(model.config.tie_word_embeddings)
                with torch.no_grad():
                    self.assertLess(abs(mean_loss(model, self.rows).item() - self.end_loss(name)), 5e-5, name)

    def test_it_is_stacked_and_trained_from_a_fresh_start_too(self):
        below = self.root / "below"
        theirs = self.peft_adapter("qwen", below, **self.ENDS["head"])
        self.fit("stacked", "qwen", f"optimization.lora.base_adapters=['{below}']",
                 "optimization.lora.target_modules=[q_proj]", steps=1)
        with torch.no_grad():
            self.assertLess(abs(self.losses("stacked")[0] - mean_loss(theirs, self.rows).item()), 5e-5)
        self.fit("fresh", "qwen", "architecture.backbone.untie=true", "optimization.lora.dora=true",
                 "optimization.lora.target_modules=[wte, lm_head]", "optimization.lora.init=kaiming")
        model = self.load_tied(self.base("qwen")[1](), self.export("fresh", self.root / "fresh-out"))
        with torch.no_grad():
            self.assertLess(abs(mean_loss(model, self.rows).item() - self.end_loss("fresh")), 5e-5)

    def test_it_goes_on_to_the_bit(self):
        start = self.root / "start"
        self.peft_adapter("qwen", start, **self.ENDS["head"])
        option = f"optimization.lora.from_adapter={start}"
        self.fit("whole", "qwen", option, steps=2 * STEPS)
        for steps in (STEPS, 2 * STEPS):
            self.fit("cut", "qwen", option, steps=steps)
        self.assertEqual(self.losses("cut"), self.losses("whole"))
        last = f"final/{2 * STEPS * ROWS * WIDTH}"
        for file in ("adapters.safetensors", "base.safetensors"):
            self.assertEqual((self.checkpoints("cut") / last / file).read_bytes(),
                             (self.checkpoints("whole") / last / file).read_bytes())

    def test_what_means_one_matrix_is_refused_for_two(self):
        result = self.fit("tied", "qwen", "optimization.lora.dora=true", "optimization.lora.target_modules=[wte]", code=2)
        self.assert_refused(result, "optimization/lora/dora", "wte", "architecture/backbone/untie")
        result = self.fit("none", "llama", "architecture.backbone.untie=true", code=2)
        self.assert_refused(result, "architecture/backbone/untie", "nothing to untie")
        result = self.fit("more", "qwen", "architecture.backbone.untie=true", "tokenizer.backend=bytes",
                          "tokenizer.add_tokens=['<a>']", code=2)
        self.assert_refused(result, "tokenizer/add_tokens", "architecture/backbone/untie")
        folder = self.root / "shared"
        self.peft_adapter("qwen", folder, target_modules=["embed_tokens"], use_dora=True, ensure_weight_tying=True)
        result = self.fit("shared", "qwen", f"optimization.lora.from_adapter={folder}", code=2)
        self.assert_refused(result, "lm_head", "DoRA")


class Exported(PeftTest):
    """Trained from our own starts."""

    OVERRIDES = {
        "plain": [], "rslora": ["optimization.lora.rslora=true"], "dora": ["optimization.lora.dora=true"],
        "vera": ["optimization.lora.variant=vera", "optimization.lora.vera.d_initial=1.0", "optimization.lora.lr=0.1"],
        "dropout": ["optimization.lora.dropout=0.2"],
        **{init: [f"optimization.lora.init={init}"] for init in inits()},
        **{f"{init}_rslora": [f"optimization.lora.init={init}", "optimization.lora.rslora=true"] for init in inits()},
        "patterns": ["optimization.lora.rank_pattern={q_proj: 2}", "optimization.lora.alpha_pattern={'re:.*/1/.*': 9}"],
        "head": ["optimization.lora.target_modules=[all-linear, lm_head, wte]", "optimization.lora.init=gaussian"],
        "dora_head": ["optimization.lora.target_modules=[all-linear, lm_head, wte]", "optimization.lora.dora=true"],
        "whole": ["optimization.lora.modules_to_save=[ln_f, lm_head]"],
    }

    def greedy(self, name):
        lines = "".join(json.dumps({"ids": row[:6].tolist()}) + "\n" for row in self.rows)
        done = self.twofold("generate", name, self.root, "--ids", "-", "--temperature", "0", "--tokens", "10", input=lines)
        self.assertEqual(done.returncode, 0, done.stderr)
        return [json.loads(line)["ids"] for line in done.stdout.splitlines()]

    def greedy_in_peft(self, model):
        out = model.generate(input_ids=self.rows[:, :6], max_new_tokens=10, do_sample=False, pad_token_id=0)
        ends = model.config.eos_token_id
        texts = [row[6:].tolist() for row in out]
        return [text[:text.index(ends)] if ends in text else text for text in texts]

    def test_adapters_load_without_a_warning_give_our_loss_and_our_greedy_ids(self):
        for name, overrides in self.OVERRIDES.items():
            with self.subTest(variant=name):
                self.fit(name, "llama", "optimization.lora.rank=4", *overrides, steps=5)
                model = self.load_quietly(self.base("llama")[1](), self.export(name, self.root / f"{name}-out"))
                with torch.no_grad():
                    loss = mean_loss(model, self.rows).item()
                    bare = mean_loss(self.base("llama")[1](), self.rows).item()
                self.assertLess(abs(loss - self.end_loss(name)), 5e-5)
                self.assertGreater(abs(loss - bare), 1e-2)
                self.assertEqual(self.greedy(name), self.greedy_in_peft(model))
                print(f"exported  {name:16} {abs(loss - self.end_loss(name)):.1e}")

    def test_the_configuration_holds_no_more_than_it_needs(self):
        self.fit("r", "gpt", "optimization.lora.target_modules=[attn]")
        text = (self.export("r", self.root / "out") / "adapter_config.json").read_text()
        config = json.loads(text)
        self.assertEqual(set(config), {"base_model_name_or_path", "fan_in_fan_out", "lora_alpha", "peft_type", "r",
                                       "target_modules", "task_type"})
        self.assertEqual(config["target_modules"], ["attn.c_proj", "c_attn"])
        self.assertEqual(text, json.dumps(config, indent=2, sort_keys=True) + "\n")

    def test_a_tied_table_is_adapted_on_both_sides(self):
        for name, override in (("low", "optimization.lora.target_modules=[wte]"),
                               ("full", "optimization.lora.modules_to_save=[wte]")):
            self.fit(name, "qwen", override, "optimization.lora.init=kaiming")
            out = self.export(name, self.root / f"{name}-out")
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # PEFT warns of every adapter on a tied table
                model = PeftModel.from_pretrained(self.base("qwen")[1](), out).eval()
            with torch.no_grad():
                self.assertLess(abs(mean_loss(model, self.rows).item() - self.end_loss(name)), 5e-5, name)
            self.fit(f"{name}-again", "qwen", f"optimization.lora.from_adapter={out}", steps=1)
            self.assertAlmostEqual(self.losses(f"{name}-again")[0], self.end_loss(name), delta=5e-5)


class Vera(PeftTest):
    """PEFT's VeRA: from here with the same logits, there and back."""

    def test_logits_are_those_of_the_merged_model_and_it_goes_on_from_peft(self):
        for family in ("llama", "gpt"):
            self.fit(family, family, "optimization.lora.variant=vera", "optimization.lora.rank=6",
                     "optimization.lora.vera.d_initial=1.0", "optimization.lora.lr=0.1", "optimization.lora.bias=lora_only")
            out = self.export(family, self.root / f"{family}-out")
            config = json.loads((out / "adapter_config.json").read_text())
            self.assertEqual((config["peft_type"], config["save_projection"]), ("VERA", True))
            merged = self.root / f"{family}-merged"
            done = self.twofold("export", family, self.root, "--to", "merged", merged, "--no-tokenizer")
            self.assertEqual(done.returncode, 0, done.stderr)
            model = self.load_quietly(self.base(family)[1](), out)
            ours = AutoModelForCausalLM.from_pretrained(merged, dtype=torch.float32).eval()
            with torch.no_grad():
                found, expected = (m(input_ids=self.rows[:, :-1]).logits for m in (model, ours))
                bare = self.base(family)[1]()(input_ids=self.rows[:, :-1]).logits
            self.assertLess((found - expected).abs().max().item(), 1e-4)
            self.assertGreater((found - bare).abs().max().item(), 1e-2)
            again = self.root / f"{family}-saved-by-peft"
            model.save_pretrained(again)
            self.fit(f"{family}-again", family, f"optimization.lora.from_adapter={again}", steps=1)
            self.assertAlmostEqual(self.losses(f"{family}-again")[0], self.end_loss(family), delta=5e-5)


class Stacked(PeftTest):
    def test_adapters_are_added_to_the_base_by_weight(self):
        a, b = self.root / "a", self.root / "b"
        self.peft_adapter("llama", a)
        self.peft_adapter("llama", b, use_dora=True)
        half = self.peft_adapter("llama", self.root / "half", lora_alpha=2.5)
        self.fit("s", "llama", f"optimization.lora.base_adapters=['{a}:0.5']", steps=1)
        with torch.no_grad():
            self.assertLess(abs(self.losses("s")[0] - mean_loss(half, self.rows).item()), 5e-5)
        self.fit("t", "llama", f"optimization.lora.base_adapters=['{b}']",
                 f"optimization.lora.from_adapter={a}", steps=1)
        first = PeftModel.from_pretrained(self.base("llama")[1](), b).merge_and_unload()
        with torch.no_grad():
            stacked = mean_loss(PeftModel.from_pretrained(first, a).eval(), self.rows).item()
        self.assertLess(abs(self.losses("t")[0] - stacked), 5e-5)


class Refused(PeftTest):
    def refuse(self, change, *fragments):
        folder = self.root / "adapter"
        if not folder.exists():
            self.peft_adapter("llama", folder)
        config = json.loads((folder / "adapter_config.json").read_text())
        kept = dict(config)
        change(config)
        (folder / "adapter_config.json").write_text(json.dumps(config))
        result = self.fit("x", "llama", f"optimization.lora.from_adapter={folder}", code=2)
        (folder / "adapter_config.json").write_text(json.dumps(kept))
        self.assert_refused(result, *fragments)

    def test_options_that_change_the_meaning_are_named(self):
        self.refuse(lambda c: c.update(peft_type="LOHA"), "peft_type", "LOHA")
        self.refuse(lambda c: c.update(use_qalora=True), "use_qalora")
        self.refuse(lambda c: c.update(layer_replication=[[0, 2]]), "layer_replication")
        self.refuse(lambda c: c.update(trainable_token_indices=[1]), "trainable_tokens_delta", "missing")
        self.refuse(lambda c: c.update(init_lora_weights="pissa"), "init_lora_weights")
        self.refuse(lambda c: c.update(something_new={"a": 1}), "something_new")
        self.refuse(lambda c: c.update(task_type="SEQ_CLS"), "task_type")

    def test_tensors_that_do_not_fit_are_named(self):
        self.refuse(lambda c: c.update(r=5), "q_proj.lora_A.weight", "[5, 24]")
        self.refuse(lambda c: c.update(target_modules=["q_proj"]), "down_proj.lora_A.weight", "no place")
        self.refuse(lambda c: c.update(target_modules=["q_proj", "v_proj", "down_proj", "k_proj"]),
                    "k_proj.lora_B.weight", "missing")
        self.refuse(lambda c: c.update(target_modules=["nothing"]), "target_modules")
        self.refuse(lambda c: c.update(use_dora=True), "lora_magnitude_vector")

    def test_an_adapter_with_nan_or_for_another_model(self):
        from safetensors.torch import load_file, save_file
        self.peft_adapter("llama", self.root / "adapter")
        weights = self.root / "adapter/adapter_model.safetensors"
        tensors = load_file(weights)
        name = sorted(tensors)[0]
        tensors[name][0, 0] = float("nan")
        save_file(tensors, weights)
        self.refuse(lambda c: None, name, "finite")
        self.peft_adapter("qwen", self.root / "other")
        result = self.fit("y", "gpt_neox", f"optimization.lora.from_adapter={self.root / 'other'}", code=2)
        self.assert_refused(result, "target_modules")

    def test_a_key_that_the_adapter_decides_cannot_be_set_otherwise(self):
        self.peft_adapter("llama", self.root / "adapter")
        result = self.fit("x", "llama", f"optimization.lora.from_adapter={self.root / 'adapter'}",
                          "optimization.lora.rank=7", code=2)
        self.assert_refused(result, "optimization/lora/rank", "7")


if __name__ == "__main__":
    unittest.main()
