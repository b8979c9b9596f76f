"""Numbers that are not finite: what the run keeps, what it says, and that its advice works."""
import re
import unittest

from support import LORA, PRETRAIN, RunTest

# The first step has no learning rate, the second ruins the weights, the third finds out.
RUINOUS = ["optimization.lr=1e30", "training.warmup_pct=0.1", "optimization.warmup_lr_mult=0",
           "logging.checkpoint_interval=1"]


class Ruined(RunTest):
    def setUp(self):
        super().setUp()
        self.plain = self.config(PRETRAIN)

    def ruin(self, name, *options):
        result = self.twofold("run", name, self.plain, self.root, *options)
        self.assert_refused(result, "not finite")
        return result.stderr

    def latest(self, name):
        return (self.checkpoints(name) / "latest").read_text().strip()

    def test_latest_is_a_checkpoint_whose_next_step_was_finite(self):
        said = self.ruin("r", *RUINOUS)
        self.assertEqual(self.latest("r"), "ntoks/64")
        self.assertFalse((self.checkpoints("r") / "ntoks/128").exists())
        self.assertIn("step 3", said)
        self.assertEqual(self.ruin("r", *RUINOUS), said)  # and again, from there

    def test_the_advice_works(self):
        said = self.ruin("r", *RUINOUS)
        path = re.search(r"--restore (\S+)", said).group(1)
        for override in ("optimization.lr=0.003", "training.warmup_pct=1"):
            self.assertIn(re.match(r"\w+\.(\w+)", override).group(1), said)
        result = self.run_job("s", self.plain, *RUINOUS[1:], "optimization.lr=0.003", "--restore", path)
        self.assertIn("optimization/lr is 0.003", result.stdout)
        self.assertEqual(self.metrics("s")[-1]["step"], 25)

    def test_nothing_sound_is_left_where_the_first_step_ruined_it(self):
        options = [*RUINOUS[:1], "training.warmup_pct=0", "logging.checkpoint_interval=1",
                   "training.validation=false"]
        said = self.ruin("r", *options)
        self.assertIn("no sound checkpoint of this run is left", said)
        self.assertFalse((self.checkpoints("r") / "latest").exists())
        self.run_job("r", self.plain, *options[1:], "optimization.lr=0.003")  # there is nothing to contradict

    def test_a_checkpoint_that_a_process_began_with_may_be_the_ruined_one(self):
        # As after a kill between the save and the step that would have found out.
        options = ["optimization.lr=1e30", "optimization.schedule=constant", "training.validation=false"]
        self.run_job("r", self.plain, *options, "training.tokens=64")
        self.assertEqual(self.latest("r"), "final/64")
        for _ in range(2):
            self.assertIn("no sound checkpoint of this run is left", self.ruin("r", *options))
            self.assertFalse((self.checkpoints("r") / "latest").exists())

    def test_an_end_that_cannot_be_scored_is_not_published(self):
        said = self.ruin("r", "optimization.lr=1e39", "training.tokens=64", "training.warmup_pct=0",
                         "training.decay_pct=0")
        self.assertIn("validation loss of first", said)
        self.assertFalse((self.checkpoints("r") / "final").exists())

    def test_what_the_last_step_ruined_is_not_published_though_nothing_scores_it(self):
        unseen = ["training.validation=false", "optimization.schedule=constant"]
        lora = self.config(LORA, "lora.yaml")
        for name, config, options, file in (
                ("p", self.plain, ["optimization.lr=1e39", "training.tokens=64"], "model"),
                ("q", lora, ["optimization.lr=1e39", "training.pre_lora_tokens=[64]"], "model"),
                ("l", lora, ["optimization.lora.lr=1e39", "training.pre_lora_tokens=[64]",
                             "training.post_lora_tokens=[64]"], "adapters")):
            with self.subTest(name):
                result = self.twofold("run", name, config, self.root, *unseen, *options)
                self.assert_refused(result, "is not finite; the run stops", f"of {file}.safetensors")
                left = [path.name for path in self.checkpoints(name).iterdir() if path.is_dir()]
                self.assertEqual(left, ["pre_lora_checkpoint"] if name == "l" else [])
        self.assertIn("after step 2", result.stderr)
        self.assertEqual(self.latest("l"), "pre_lora_checkpoint")

    def test_nor_in_a_periodic_checkpoint(self):
        late = ["optimization.lr=1e39", *RUINOUS[1:], "training.validation=false"]
        said = self.ruin("r", *late)
        self.assertIn("after step 2, tensor", said)
        self.assertEqual(self.latest("r"), "ntoks/64")
        self.assertFalse((self.checkpoints("r") / "ntoks/128").exists())
        self.assertEqual(self.ruin("r", *late), said)  # and again, from there


if __name__ == "__main__":
    unittest.main()
