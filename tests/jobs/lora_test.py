"""Whole runs of the adapters' variants: resumed to the bit, scored with adapters off, exported."""
import json
import unittest

from support import LORA, NO_PHASE_1, RunTest, inits, on_weights

VARIANTS = {
    "dora": ["dora=true", "rslora=true"],
    "vera": ["variant=vera", "alpha=16", "vera.d_initial=1.0", "lr=0.1"],
    "dropout": ["dropout=0.2", "lr_ratio=4"],
    "patterns": ["rank_pattern={q_proj: 2}", "base_dtype=float32"],
    "whole": ["modules_to_save=[lm_head, ln_f]", "bias=all", "exclude_modules=[v_proj]"],
    "nf4": ["base_dtype=nf4", "dora=true"],
    "tables": ["target_modules=[all-linear, wte, lm_head]", "layers_to_transform=[]"],
    "dora_tables": ["target_modules=[kernel, wte, lm_head]", "dora=true"],
    **{init: [f"init={init}", "rank_pattern={q_proj: 2}", "target_modules=[kernel, wte]"] for init in inits()},
}


class Variants(RunTest):
    def options(self, name):
        return [f"optimization.lora.{option}" for option in VARIANTS[name]]

    def test_each_is_resumed_to_the_bit(self):
        config = self.config(LORA)
        for name in VARIANTS:
            with self.subTest(variant=name):
                self.run_job(name, config, *self.options(name))
                folders = sorted((self.checkpoints(name) / "ntoks").iterdir(), key=lambda p: int(p.name))
                suffix = folders[-1].name  # in phase 2
                again = f"{name}-again"
                self.run_job(again, config, *self.options(name), "--restore",
                             f"general/default/{name}/ntoks/{suffix}")
                whole = [line for line in self.metrics(name) if "loss" in line]
                self.assertEqual([line for line in self.metrics(again) if "loss" in line], whole[int(suffix) // 64:])
                for file in self.final(name).glob("*.safetensors"):
                    self.assertEqual(file.read_bytes(), (self.final(again) / file.name).read_bytes())

    def test_each_learns_and_leaves_the_base_alone(self):
        config = self.config(LORA)
        for name in VARIANTS:
            with self.subTest(variant=name):
                result = self.run_job(name, config, *self.options(name))
                scores = json.loads((self.final(name) / "state.json").read_text())["scores"]
                self.assertLess(scores["end"]["second"], scores["frozen"]["second"])
                if name in ("pissa", "olora"):
                    self.assertIn("taken out of the frozen weights", result.stdout)
                    self.assertNotEqual(scores["adapters_off"], scores["frozen"])
                else:
                    self.assertNotIn("taken out of the frozen weights", result.stdout)
                    self.assertEqual(scores["adapters_off"], scores["frozen"])

    def test_four_bits_are_a_quarter_of_sixteen_and_what_is_in_them_cannot_be_trained_whole(self):
        config = self.config(LORA)
        sizes = {}
        for dtype in ("nf4", "bfloat16"):
            self.run_job(dtype, config, f"optimization.lora.base_dtype={dtype}", "architecture.n_embd=128",
                         "architecture.intermediate_size=512")
            sizes[dtype] = (self.final(dtype) / "base.safetensors").stat().st_size
        self.assertLess(sizes["nf4"], 0.5 * sizes["bfloat16"])  # embeddings stay in 16 bits
        for option in ("init=pissa", "modules_to_save=[q_proj]"):
            result = self.twofold("run", "x", config, self.root, "optimization.lora.base_dtype=nf4",
                                  f"optimization.lora.{option}")
            self.assert_refused(result, "nf4", "optimization/lora/" + option.split("=")[0])

    def test_another_variant_cannot_go_on_with_a_checkpoint(self):
        config = self.config(LORA)
        self.run_job("r", config)
        result = self.twofold("run", "r", config, self.root, "optimization.lora.dora=true",
                              "optimization.lora.rank_pattern={q_proj: 2}")
        self.assert_refused(result, "optimization/lora/dora", "optimization/lora/rank_pattern")

    def test_micro_batches_drop_the_same_inputs(self):
        config = self.config(LORA)
        losses = []
        for rows in (1, 4):
            self.run_job(f"m{rows}", config, "optimization.lora.dropout=0.3",
                         "optimization.lora.target_modules=[kernel, lm_head]",
                         "optimization.lora.base_dtype=float32", f"training.per_device_batch_size={rows}")
            losses.append([line["loss"] for line in self.metrics(f"m{rows}") if "loss" in line][25:30])
        for one, other in zip(*losses):
            self.assertAlmostEqual(one, other, delta=1e-4 * one)  # other masks would differ by hundredths

    def test_the_adapted_tensors_are_told(self):
        result = self.twofold("plan", self.config(LORA), self.root, "optimization.lora.rslora=true",
                              "optimization.lora.modules_to_save=[lm_head]", "optimization.lora.init=pissa")
        self.assertEqual(result.returncode, 0, result.stderr)
        for text in ("rsLoRA", "trained whole", "init pissa"):
            self.assertIn(text, result.stdout)


class WarmStart(RunTest):
    def test_a_scale_of_0_is_computed_with_and_cannot_be_trained_on(self):
        self.run_job("r", self.config(LORA))
        weights, adapter = self.root / "weights", self.root / "adapter"
        for to, out in (("merged", weights), ("peft", adapter)):
            self.assertEqual(self.twofold("export", "r", self.root, "--to", to, out, "--no-tokenizer").returncode, 0)
        bare, on = (self.ask([[40, 41, 42]], "score", weights, *more) for more in ((), ("--adapter", adapter)))
        self.assertNotEqual(bare, on)
        file = adapter / "adapter_config.json"
        file.write_text(json.dumps({**json.loads(file.read_text()), "lora_alpha": 0}))  # as PEFT reads it
        self.assertEqual(self.ask([[40, 41, 42]], "score", weights, "--adapter", adapter), bare)
        config = self.config(on_weights().replace("{rank: 4, alpha: 8.0, lr: 0.01}", "{lr: 0.01}"), "again.yaml")
        result = self.twofold("run", "s", config, self.root, f"architecture.backbone.weights={weights}",
                              f"optimization.lora.from_adapter={adapter}", *NO_PHASE_1)
        self.assert_refused(result, "optimization/lora/alpha", str(adapter), "cannot be trained on")


if __name__ == "__main__":
    unittest.main()
