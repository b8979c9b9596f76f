"""Logs for other programs: metrics.csv, and what all of them do to a run. What the programs' own readers say of their
files: tests/clients/log_readers_test.py."""
import csv
import shutil
import signal
import subprocess
import time
import unittest

from continual_support import CONTINUAL, make_data
from log_support import ALL_LOGS, LOGS, expected, logged, run_with_kills
from support import BINARY, LORA, RunTest


class Logs(RunTest):
    def rows(self, name):
        """Those of metrics.csv: (step, {column: number}), without what is not reproducible."""
        with open(self.results(name) / "metrics.csv", newline="") as file:
            lines = list(csv.DictReader(file, strict=True))
        return [(int(line.pop("step")), {key: float(value) for key, value in line.items() if value}) for line in lines]

    def assert_csv_is_metrics(self, name):
        rows = [(step, {key: value for key, value in row.items() if not key.startswith(("system/", "grad_norm/"))})
                for step, row in self.rows(name)]
        self.assertEqual(rows, expected(self.metrics(name)))

    def test_csv_has_every_number_and_more(self):
        self.run_job("r", self.config(LORA), "logging.csv=true")
        self.assert_csv_is_metrics("r")
        rows = [row for _, row in self.rows("r") if "train/loss" in row]
        for row in rows:
            self.assertGreater(row["system/rss_mib"], 1)
            norms = [value for key, value in row.items() if key.startswith("grad_norm/")]
            self.assertAlmostEqual(sum(norm ** 2 for norm in norms) ** 0.5, row["train/grad_norm"], places=5)
        self.assertGreater(rows[-1]["system/tokens_per_s"], 0)
        self.assertIn("grad_norm/wte", rows[0])
        self.assertNotIn("grad_norm/wte", rows[-1])
        self.assertIn("grad_norm/blocks/0/attn/q_proj", rows[0].keys() & rows[-1].keys())

    def test_no_number_is_there_twice_at_a_step(self):
        make_data(self.root)
        for name, config in (("two", LORA), ("continual", CONTINUAL)):
            self.run_job(name, self.config(config), "logging.csv=true")
            self.assert_csv_is_metrics(name)
            places = [(step, column) for step, row in self.rows(name) for column in row]
            self.assertEqual(len(places), len(set(places)))

    def test_logs_do_not_change_the_run(self):
        self.run_job("without", self.config(LORA))
        self.run_job("with", self.config(LORA), *ALL_LOGS)
        self.assertEqual(self.metrics("with"), self.metrics("without"))
        for file in ("adapters.safetensors", "optimizer.safetensors", "state.json"):
            self.assertEqual((self.final("with") / file).read_bytes(), (self.final("without") / file).read_bytes(), file)
        names = {path.name for path in self.results("with").iterdir()} - {path.name for path in
                                                                          self.results("without").iterdir()}
        self.assertEqual(names, {"tensorboard", "wandb", "metrics.csv", "general.db"})

    def test_a_killed_run_has_each_point_once(self):
        config = self.config(logged(LORA).replace("[1280]", "[6400]"))
        self.assertEqual(run_with_kills("r", config, self.root, kills=5), 5)
        self.assert_csv_is_metrics("r")

    def test_a_log_that_is_switched_on_later_has_the_whole_run(self):
        self.run_job("r", self.config(LORA))
        self.run_job("r", self.config(LORA), *ALL_LOGS)
        self.assert_csv_is_metrics("r")

    def test_what_cannot_be_written_warns_and_does_not_end_the_run(self):
        results = self.results("r")
        (results / "metrics.csv").mkdir(parents=True)
        (results / "general.db").mkdir()
        for name in ("tensorboard", "wandb"):
            (results / name).write_text("in the way")
        done = self.run_job("r", self.config(LORA), *ALL_LOGS)
        for name in LOGS:
            self.assertIn(f"logging/{name} cannot be written any more", done.stdout + done.stderr)
        shutil.rmtree(results / "metrics.csv")
        shutil.rmtree(results / "general.db")
        for name in ("tensorboard", "wandb"):
            (results / name).unlink()
        done = self.run_job("r", self.config(LORA), *ALL_LOGS)
        self.assertNotIn("cannot be written", done.stdout + done.stderr)
        self.assert_csv_is_metrics("r")

    def test_a_full_disk_warns_and_does_not_end_the_run(self):
        folder = self.results("r") / "tensorboard"
        folder.mkdir(parents=True)
        (folder / "events.out.tfevents.1.host.1.0").symlink_to("/dev/full")
        done = self.run_job("r", self.config(LORA), "logging.tensorboard=true")
        self.assertRegex(done.stdout + done.stderr, "logging/tensorboard cannot be written any more .*No space left")

    def test_folders_that_disappear_warn_and_do_not_end_the_run(self):
        config = self.config(logged(LORA).replace("[1280]", "[6400]"))
        results = self.results("r")
        process = subprocess.Popen([str(BINARY), "run", "r", str(config), str(self.root)], stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, text=True)
        metrics = results / "metrics.jsonl"  # until step 13: about then no file is written anew
        while process.poll() is None and not (metrics.exists() and '"step":13' in metrics.read_text()):
            time.sleep(0.001)
        process.send_signal(signal.SIGSTOP)
        for name in ("tensorboard", "wandb"):
            shutil.rmtree(results / name, ignore_errors=True)
        for path in [results / "metrics.csv", *results.glob("general.db*")]:
            path.unlink()
        process.send_signal(signal.SIGCONT)
        said = process.communicate(timeout=280)[0]
        self.assertEqual(process.returncode, 0, said)
        for name in LOGS:
            self.assertIn(f"logging/{name} cannot be written any more", said)

    def test_the_plan_says_how_to_open_them(self):
        config = self.config(LORA)
        said = self.twofold("plan", config, self.root, *ALL_LOGS)
        self.assertEqual(said.returncode, 0, said.stderr)
        for command in ("tensorboard --logdir", "trackio show --project general", "wandb sync", "metrics.csv"):
            self.assertIn(command, said.stdout)
        self.assertNotIn("trackio", self.twofold("plan", config, self.root).stdout)


if __name__ == "__main__":
    unittest.main()
