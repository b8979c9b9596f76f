"""--restore in all four combinations of (plain, LoRA) checkpoint and (phase 1, phase 2) run."""
import json
import unittest

from support import LORA, PRETRAIN, RunTest


class Restore(RunTest):
    def setUp(self):
        super().setUp()
        self.lora = self.config(LORA, "lora.yaml")
        self.plain = self.config(PRETRAIN, "plain.yaml")
        self.phase_2_only = ["training.pre_lora_tokens=[]", "training.pre_lora_dataset=[]"]

    def state(self, name):
        return json.loads((self.final(name) / "state.json").read_text())

    def test_plain_checkpoint_into_a_phase_1_run_continues_it(self):
        self.run_job("whole", self.plain)
        checkpoint = sorted((self.checkpoints("whole") / "ntoks").iterdir(), key=lambda p: int(p.name))[0]
        self.run_job("again", self.plain, "--restore", f"general/default/whole/ntoks/{checkpoint.name}")
        done = int(checkpoint.name) // 64
        whole = [l for l in self.metrics("whole") if "loss" in l]
        self.assertEqual([l for l in self.metrics("again") if "loss" in l], whole[done:])

    def test_plain_checkpoint_into_a_phase_2_run_is_its_base(self):
        self.run_job("base", self.plain)
        final = self.final("base").name
        result = self.run_job("adapted", self.lora, "--restore", f"general/default/base/final/{final}",
                              *self.phase_2_only)
        self.assertIn("base of phase 2", result.stdout)
        state = self.state("adapted")
        self.assertEqual((state["phase"], state["step"]), (2, 20))
        base = json.loads((self.final("base") / "state.json").read_text())["scores"]
        self.assertEqual(state["scores"]["start"]["second"] > 0, True)
        self.assertNotIn("boundary", state["scores"])
        self.assertIn("end", base)

    def test_lora_checkpoint_into_a_phase_2_run_continues_it(self):
        self.run_job("whole", self.lora)
        suffix = max((self.checkpoints("whole") / "ntoks").iterdir(), key=lambda p: int(p.name)).name
        done = int(suffix) // 64
        self.assertGreater(done, 25)
        self.run_job("again", self.lora, "--restore", f"general/default/whole/ntoks/{suffix}")
        whole = [l for l in self.metrics("whole") if "loss" in l]
        self.assertEqual([l for l in self.metrics("again") if "loss" in l], whole[done:])

    def test_lora_checkpoint_into_a_phase_1_run_is_refused_with_the_reason(self):
        self.run_job("whole", self.lora)
        final = self.final("whole").name
        result = self.twofold("run", "plain", self.plain, self.root, "--restore",
                              f"general/default/whole/final/{final}")
        self.assert_refused(result, "phase 2", "merge")

    def test_the_checkpoint_at_the_switch_is_phase_1_and_goes_on_into_phase_2(self):
        self.run_job("whole", self.lora)
        self.run_job("again", self.lora, "--restore", "general/default/whole/pre_lora_checkpoint")
        whole = [l for l in self.metrics("whole") if "loss" in l]
        self.assertEqual([l for l in self.metrics("again") if "loss" in l], whole[25:])

    def test_what_may_not_change_is_refused_and_named(self):
        self.run_job("r", self.lora)
        for override, key in (("optimization.lora.rank=8", "optimization/lora/rank"),
                              ("optimization.lora.target_modules=[q_proj]", "optimization/lora/target_modules"),
                              ("architecture.vocab_size=300", "architecture/vocab_size"),
                              ("optimization.schedule=cosine", "optimization/schedule"),
                              ("training.seed=3", "training/seed")):
            result = self.twofold("run", "r", self.lora, self.root, override)
            self.assert_refused(result, key, "may change")

    def test_what_may_change_may(self):
        self.run_job("r", self.lora)
        self.run_job("r", self.lora, "logging.report_interval=5", "training.per_device_batch_size=2")

    def test_a_checkpoint_that_is_not_there(self):
        result = self.twofold("run", "x", self.lora, self.root, "--restore", "general/default/nobody/best")
        self.assert_refused(result, "nobody")


if __name__ == "__main__":
    unittest.main()
