"""--restore in all four combinations of (plain, LoRA) checkpoint and (phase 1, phase 2) run."""
import json
import unittest

from support import LORA, PRETRAIN, RunTest, make_pmd


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

    def first_of(self, name):
        """The suffix of a run's oldest periodic checkpoint."""
        return "ntoks/" + min((p.name for p in (self.checkpoints(name) / "ntoks").iterdir()), key=int)

    def test_of_the_other_runs_scores_only_those_stay_that_fit(self):
        self.run_job("plain", self.plain)
        for name, suffix in (("end", "final/1600"), ("middle", self.first_of("plain"))):
            with self.subTest(checkpoint=suffix):
                result = self.run_job(name, self.lora, "--restore", f"general/default/plain/{suffix}")
                scores = self.state(name)["scores"]
                self.assertEqual(set(scores), {"boundary", "frozen", "end", "adapters_off"})
                for moment, losses in scores.items():
                    self.assertEqual(set(losses), {"first", "second"}, moment)
                self.assertEqual(scores["adapters_off"], scores["frozen"])
                table = result.stdout[result.stdout.index("Learned and forgotten"):]
                self.assertIn("  first ", table)
                self.assertIn("  second ", table)

    def test_the_end_of_a_longer_run_is_its_own(self):
        constant = "optimization.schedule=constant"
        self.run_job("short", self.plain, constant)
        self.run_job("long", self.plain, constant, "training.tokens=3200", "--restore",
                     "general/default/short/final/1600")
        short, long = self.state("short")["scores"], self.state("long")["scores"]
        self.assertEqual(long["start"], short["start"])
        self.assertNotEqual(long["end"], short["end"])
        self.assertEqual([l["step"] for l in self.metrics("long") if l.get("moment") == "end"], [50])

    def test_a_plain_checkpoint_goes_on_as_phase_1_only_as_it_would_have_gone_on(self):
        make_pmd(self.root, "third", 3)
        self.run_job("plain", self.plain)
        for override, reason in (("training.pre_lora_tokens=[6400]", "learning rates that have been used"),
                                 ("training.pre_lora_tokens=[640]", "smaller than what has been trained"),
                                 ("training.pre_lora_dataset.0.0.name=third", "mixture")):
            result = self.twofold("run", "x", self.lora, self.root, override, "--restore",
                                  "general/default/plain/final/1600")
            self.assert_refused(result, reason, "training/pre_lora_")
            self.assertFalse((self.checkpoints("x") / "latest").exists())

    def test_another_name_may_take_another_course_and_says_so(self):
        self.run_job("plain", self.plain)
        suffix = self.first_of("plain")
        done = int(suffix.split("/")[1]) // 64
        for name, override, key in (("rate", "optimization.lr=0.001", "optimization/lr"),
                                    ("clip", "optimization.clip=0.5", "optimization/clip"),
                                    ("warm", "training.warmup_pct=0.5", "training/warmup_pct"),
                                    ("rows", "training.validation_steps=4", "training/validation_steps")):
            with self.subTest(key=key):
                self.assert_refused(self.twofold("run", "plain", self.plain, self.root, override), key,
                                    "--restore")
                result = self.run_job(name, self.plain, override, "--restore", f"general/default/plain/{suffix}")
                self.assertIn(f"{key} is ", result.stdout)
                steps = [l["step"] for l in self.metrics(name) if "loss" in l]
                self.assertEqual(steps, list(range(done + 1, 26)))
        self.assertEqual(set(self.state("rows")["scores"]), {"end"})  # the start was scored on other rows
        self.assertEqual(self.metrics("rate")[0]["lr"], 0.001)

    def test_a_run_with_checkpoints_of_its_own_says_that_it_goes_on_from_them(self):
        self.run_job("a", self.plain)
        self.run_job("b", self.plain, "optimization.schedule=constant")
        result = self.run_job("b", self.plain, "optimization.schedule=constant", "training.tokens=1920",
                              "--restore", "general/default/a/final/1600")
        self.assertIn("--restore general/default/a/final/1600 is not followed", result.stdout)
        self.assertIn("continuing from final/1600", result.stdout)

    def test_an_empty_path_is_refused(self):
        self.assert_refused(self.twofold("run", "x", self.plain, self.root, "--restore", ""), "--restore", "empty")

    def test_changed_data_is_found_out(self):
        constant = "optimization.schedule=constant"
        longer = [constant, "training.post_lora_tokens=[1920]"]
        self.run_job("r", self.lora, constant)
        before = (self.root / "data/second/train.bin").read_bytes()
        make_pmd(self.root, "second", 99)
        self.assertEqual(len(before), (self.root / "data/second/train.bin").stat().st_size)
        self.assertIn("is done", self.run_job("r", self.lora, constant).stdout)
        result = self.twofold("run", "r", self.lora, self.root, *longer)
        self.assert_refused(result, "second/train.bin", "second/val.bin", "--restore general/default/r/final/2880")
        result = self.run_job("s", self.lora, *longer, "--restore", "general/default/r/final/2880")
        self.assertIn("warning: not the data that the checkpoint was trained on: second/train.bin", result.stdout)
        make_pmd(self.root, "second", 2)
        self.assertEqual(before, (self.root / "data/second/train.bin").read_bytes())
        self.run_job("r", self.lora, *longer)

    def test_a_checkpoint_that_is_not_there(self):
        result = self.twofold("run", "x", self.lora, self.root, "--restore", "general/default/nobody/best")
        self.assert_refused(result, "nobody")


if __name__ == "__main__":
    unittest.main()
