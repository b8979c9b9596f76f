"""A run that was killed five times, by the readers of TensorBoard, Trackio and W&B: each step once, with our numbers."""
import json
import os
import pathlib
import struct
import subprocess
import sys
import unittest

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from wandb_server import Server

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "jobs"))
from log_support import expected, logged, run_with_kills  # noqa: E402
from support import LORA, RunTest  # noqa: E402

CONFIG = logged(LORA).replace("[1280]", "[6400]").replace("logging: {", "logging: {samples: 2, sample_tokens: 8, ")
CONFIG += "tokenizer: {backend: bytes}\n"
TRACKIO = """
import json, sys
from trackio.sqlite_storage import SQLiteStorage as storage
project, run = sys.argv[1:]
before = storage.get_logs(project, run)
storage.init_db(project)  # as a dashboard does
print(json.dumps({"projects": storage.get_projects(), "runs": storage.get_runs(project), "before": before,
                  "config": storage.get_run_config(project, run), "logs": storage.get_logs(project, run)}, default=str))
"""


def by_name(points):
    """{name: [(step, number)]} of (step, {name: number}) in their order."""
    series = {}
    for step, values in points:
        for name, value in values.items():
            series.setdefault(name, []).append((step, value))
    return series


def reproducible(series):
    return {name: values for name, values in series.items() if not name.startswith(("system/", "grad_norm/"))}


class Logs(RunTest):
    def setUp(self):
        super().setUp()
        config = self.config(CONFIG)
        self.assertEqual(run_with_kills("r", config, self.root, kills=5), 5)
        self.run_job("r", config)  # is done: says so, and its logs stay as they are
        self.expected = expected(self.metrics("r"))

    def test_their_readers_return_our_numbers(self):
        """One run for all of them: being killed takes most of the time."""
        for check in (self.check_tensorboard, self.check_trackio, self.check_wandb):
            with self.subTest(check.__name__):
                check()

    def check_tensorboard(self):
        events = EventAccumulator(str(self.results("r") / "tensorboard"),
                                  size_guidance={"scalars": 0, "tensors": 0}).Reload()
        found = {tag: [(event.step, event.value) for event in events.Scalars(tag)] for tag in events.Tags()["scalars"]}
        single = [(step, {name: struct.unpack("f", struct.pack("f", value))[0] for name, value in values.items()})
                  for step, values in self.expected]
        self.assertEqual(reproducible(found), by_name(single))
        steps = [step for step, _ in found["train/loss"]]
        for tag in ("system/rss_mib", "grad_norm/blocks/0/attn/q_proj"):
            self.assertEqual([step for step, _ in found[tag]], steps)
        self.assertEqual(set(events.Tags()["tensors"]), {"config", "samples/adapters off", "samples/adapters on"})
        text = {tag: [event.tensor_proto.string_val[0].decode() for event in events.Tensors(tag)]
                for tag in events.Tags()["tensors"]}
        self.assertEqual({tag: len(texts) for tag, texts in text.items()}, dict.fromkeys(text, 1))
        self.assertIn("    job: llama/train/lora\n", text["config"][0])

    def check_trackio(self):
        environment = {**os.environ, "TRACKIO_DIR": str(self.results("r")), "HF_HUB_OFFLINE": "1"}
        done = subprocess.run([sys.executable, "-c", TRACKIO, "general", "r"], env=environment, capture_output=True,
                              text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        found = json.loads(done.stdout)
        self.assertEqual((found["projects"], found["runs"]), (["general"], ["r"]))
        self.assertEqual(found["config"]["training"]["batch_size"], 4)
        self.assertEqual(found["before"], found["logs"])
        logs = [(log.pop("step"), {name: value for name, value in log.items() if name != "timestamp"})
                for log in found["logs"]]
        points = [(step, values) for step, values in logs if not any(name.startswith("samples") for name in values)]
        self.assertEqual(reproducible(by_name(points)), by_name(self.expected))
        texts = {name: value for _, values in logs for name, value in values.items() if name.startswith("samples")}
        self.assertEqual(texts.keys(), {"samples/adapters off", "samples/adapters on"})
        self.assertEqual(len(logs), len(self.expected) + 2)

    def check_wandb(self):
        server = Server().start()
        self.addCleanup(server.stop)
        home = self.root / "home"
        home.mkdir()
        environment = {**os.environ, "WANDB_BASE_URL": server.url, "WANDB_API_KEY": "a" * 40, "HOME": str(home),
                       "WANDB_ERROR_REPORTING": "false"}
        run, = (self.results("r") / "wandb").iterdir()
        done = subprocess.run([pathlib.Path(sys.executable).parent / "wandb", "sync", run], env=environment,
                              capture_output=True, text=True, timeout=120, cwd=home)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertNotRegex((done.stdout + done.stderr).lower(), "error|fail|warn")
        self.assertEqual(server.exit_codes(), [0])
        history = server.lines("wandb-history.jsonl")
        self.assertEqual([line["_step"] for line in history], list(range(len(history))))
        points = [(line["train/global_step"], {name: value for name, value in line.items()
                                               if not name.startswith("_") and name != "train/global_step"})
                  for line in history if "train/global_step" in line]
        self.assertEqual(reproducible(by_name(points)), by_name(self.expected))
        self.assertEqual([name for line in history[len(points):] for name in line if name.startswith("samples")],
                         ["samples/adapters off", "samples/adapters on"])
        query, variables = next((query, variables) for query, variables in server.asked if "upsertBucket" in query)
        self.assertEqual((variables["project"], variables["displayName"], variables["groupName"]), ("general", "r", "default"))
        self.assertEqual(json.loads(variables["config"])["training"]["value"]["batch_size"], 4)
        self.assertEqual(server.lines("wandb-summary.json")[-1]["train/global_step"], self.expected[-1][0])


if __name__ == "__main__":
    unittest.main()
