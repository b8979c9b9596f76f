"""What `plan` and a run say of a config that is unusual, with numbers."""
import shutil
import unittest

from continual_support import CONTINUAL, make_data
from support import LORA, RunTest, make_padded, make_pmd

# Nothing unusual but the amount of validation data, of which a tiny test has little.
QUIET = ("optimization.lora.lr=0.01", "optimization.schedule=cosine")


class PlanWarnings(RunTest):
    def unusual(self, *overrides, text=LORA):
        """The lines of plan's table, without those on validation data."""
        result = self.twofold("plan", self.config(text), self.root, *overrides)
        self.assertEqual(result.returncode, 0, result.stderr)
        lines = result.stdout.split("\nUnusual\n", 1)[1].split("\n\n")[0].splitlines() if "\nUnusual\n" in result.stdout else []
        return [line.strip() for line in lines if not line.strip().startswith("validation of")]

    def only(self, fragment, *overrides, text=LORA):
        lines = self.unusual(*QUIET, *overrides, text=text)
        self.assertEqual(len(lines), 1, lines)
        self.assertIn(fragment, lines[0])
        return lines[0]

    def test_a_usual_config_is_not_warned_of(self):
        self.assertEqual(self.unusual(*QUIET), [])

    def test_rates_far_from_the_usual_ones(self):
        high = self.only("phase 2: the rate 2", "optimization.lora.lr=2.0")
        self.assertIn("at alpha 32 and scale alpha/r", high)
        self.assertIn("tinker-cookbook", high)
        self.only("phase 2: the rate 1e-05", "optimization.lora.lr=1e-5")
        self.only("phase 1: the rate 0.5", "optimization.lr=0.5")
        # The same rate under another scale is another rate.
        self.assertEqual(self.unusual(*QUIET, "optimization.lora.lr=0.05"), [])
        self.only("phase 2: the rate 0.05", "optimization.lora.lr=0.05", "optimization.lora.alpha=256")

    def test_a_schedule_whose_rate_never_falls(self):
        lines = self.unusual("optimization.lora.lr=0.01", "optimization.schedule=wsd", "training.decay_pct=0.02")
        self.assertEqual(len(lines), 2, lines)
        for phase, line in enumerate(lines, 1):
            self.assertIn(f"phase {phase}: the rate never falls: wsd decays over training/decay_pct = 0.02", line)

    def test_a_schedule_of_each_stage(self):
        make_data(self.root)  # stages of 20, 15 and 10 steps, then one of 15; a decay of one step is made at the peak
        restart = ("optimization.reset_optimizer=true", "optimization.lora.lr=0.01")
        self.assertEqual(self.unusual(*restart, "training.decay_pct=0.2", text=CONTINUAL), [])
        lines = self.unusual(*restart, "training.decay_pct=0.1", text=CONTINUAL)
        self.assertEqual([line.split(": the rate never falls")[0] for line in lines],
                         ["phase 1, stage 2", "phase 1, stage 3", "phase 2, stage 4"])
        self.assertIn("of 10 steps", lines[1])

    def test_a_dataset_that_is_gone_through_often(self):
        line = self.only("second is gone through", "training.post_lora_tokens=[12800]")
        self.assertIn("4.9 times", line)  # 800 rows of 16 tokens, of which there are 162

    def test_validation_data_that_cannot_tell_a_percent(self):
        result = self.twofold("plan", self.config(LORA), self.root)
        self.assertIn("validation of first: 128 tokens tell its loss to about ±17.3 %", result.stdout)
        make_pmd(self.root, "first", 1, tokens=100_000)
        shutil.copy(self.root / "data/first/train.bin", self.root / "data/first/val.bin")
        result = self.twofold("plan", self.config(LORA), self.root, "training.validation_steps=100000")
        self.assertNotIn("validation of first", result.stdout)
        self.assertIn("validation of second", result.stdout)

    def test_data_of_phase_2_that_phase_1_has_had(self):
        make_pmd(self.root, "first", 1, tokens=6000)
        # 24 tokens are more than a row of 16.
        wide = LORA.replace("block_size: 16", "block_size: 64").replace("[1600]", "[6400]").replace("[1280]", "[2560]")
        self.assertEqual(self.unusual(*QUIET, text=wide), [])
        shutil.copy(self.root / "data/first/train.bin", self.root / "data/second/train.bin")
        self.only("phase 2: about 100 % of the rows of second are in the data before it", text=wide)
        half = (self.root / "data/first/train.bin").read_bytes()[:4 * 2800]
        make_pmd(self.root, "other", 9, tokens=3200)
        other = (self.root / "data/other/train.bin").read_bytes()
        (self.root / "data/second/train.bin").write_bytes(half + other)
        self.assertRegex(self.only("of the rows of second", text=wide), "phase 2: about (4[6-9]|5[0-4]) %")

    def test_a_dataset_of_both_phases_is_known(self):
        known = "phase 2: about 100 % of the rows of first are in the data before it"
        again = "training.post_lora_dataset=[[{name: first, rate: 1.0, style: PMD}]]"
        self.only(known, again)  # its rows are shorter than what is looked for
        make_data(self.root)
        for control in ("none", "full"):
            lines = self.unusual(*QUIET, again, f"continual.control={control}", text=CONTINUAL)
            told = [line for line in lines if "in the data before it" in line]
            self.assertEqual(len(told), 1, lines)
            self.assertIn(known, told[0])

    def test_padding_is_nobodys_data(self):
        for name, seed in (("p", 3), ("q", 4)):
            make_padded(self.root, name, rows=64, width=65, seed=seed)
        padded = (LORA.replace("block_size: 16", "block_size: 64").replace("[1600]", "[6400]").replace("[1280]", "[2560]")
                  .replace("name: first, rate: 1.0, style: PMD", "name: p, rate: 1.0, style: PADDED")
                  .replace("name: second, rate: 1.0, style: PMD", "name: q, rate: 1.0, style: PADDED"))
        self.assertEqual(self.unusual(*QUIET, text=padded), [])

    def test_a_run_says_so_before_it_trains(self):
        result = self.run_job("r", self.config(LORA), "optimization.lora.lr=2.0", "training.post_lora_tokens=[64]")
        self.assertIn("warning: phase 2: the rate 2", result.stdout + result.stderr)


if __name__ == "__main__":
    unittest.main()
