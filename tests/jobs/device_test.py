"""Whole runs on a device whose memory the host cannot read (tests/device), against the same on the CPU."""
import os
import pathlib
import signal
import subprocess
import time
import unittest

from evaluations_test import write_tasks
from support import BINARY, LORA, RunTest

ON_DEVICE = pathlib.Path(os.environ.get("TWOFOLD_FAKE_DEVICE", BINARY.parent / "twofold_fake_device"))
FAKE = "runtime.device=fake"
QUIET = ("logging.report_interval=1000", "logging.checkpoint_interval=0", "training.validation=false")


class Device(RunTest):
    def on_device(self, *arguments, code=0, **environment):
        done = subprocess.run([str(ON_DEVICE), *map(str, arguments)], capture_output=True, text=True, timeout=600,
                              env={**os.environ, **environment})
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def reference(self, *arguments):
        return self.twofold(*arguments, env={**os.environ, "TWOFOLD_OPS": "reference"})

    def on_both(self, config, *more, name=""):
        """The same run on the device (`away`) and on the CPU by the reference operations (`here`)."""
        self.on_device("run", "away" + name, config, self.root, FAKE, *more)
        done = self.reference("run", "here" + name, config, self.root, *more)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assert_same_tensors("here" + name, "away" + name)

    def assert_same_tensors(self, one, other):
        for file in sorted(self.final(one).glob("*.safetensors")):
            self.assertEqual(file.read_bytes(), (self.final(other) / file.name).read_bytes(), file.name)
        self.assertEqual(self.metrics(one), self.metrics(other))

    def test_both_phases_are_the_reference_bit_for_bit_and_near_our_own_operations(self):
        # A base of 16 bits is rounded at the switch, which makes a last bit of phase 1 a large difference.
        config, base = self.config(LORA), "optimization.lora.base_dtype=float32"
        self.on_both(config, base, "logging.samples=2", "logging.sample_tokens=8", "tokenizer.backend=bytes")
        self.run_job("own", config, base)
        near = [(ours["loss"], theirs["loss"]) for ours, theirs in zip(self.metrics("own"), self.metrics("away"))
                if "loss" in ours]
        self.assertEqual(len(near), 45)
        for ours, theirs in near:
            self.assertAlmostEqual(ours, theirs, delta=1e-5 * ours)

    def test_what_else_a_run_can_be_made_of(self):
        for name, more in {"nf4": ("optimization.lora.base_dtype=nf4",), "dora": ("optimization.lora.dora=true",),
                           "muon": ("optimization.optimizer=muon",), "pissa": ("optimization.lora.init=pissa",),
                           "dropout": ("optimization.lora.dropout=0.2", "architecture.dropout=0.1")}.items():
            with self.subTest(name):
                self.on_both(self.config(LORA), *more, name=f"-{name}")

    def test_tasks_are_asked_there(self):
        self.on_both(self.config(write_tasks(self.root)))
        self.assertTrue(any("eval/write/exact_match" in line for line in self.metrics("away")))

    def test_a_stopped_run_goes_on_where_it_was(self):
        config = self.config(LORA)
        self.on_device("run", "whole", config, self.root, FAKE)
        process = subprocess.Popen([str(ON_DEVICE), "run", "stopped", str(config), str(self.root), FAKE],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        metrics = self.results("stopped") / "metrics.jsonl"
        while not (metrics.exists() and metrics.read_text().count('"loss"') >= 30):
            self.assertIsNone(process.poll())
            time.sleep(0.005)
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 75, errors)
        self.on_device("run", "stopped", config, self.root, FAKE)
        self.assert_same_tensors("whole", "stopped")

    def test_exports_are_those_of_a_run_on_the_cpu(self):
        self.on_both(self.config(LORA))
        for to, more in {"merged": ("--no-tokenizer",), "peft": (), "gguf": ("--no-tokenizer", "--dtype", "q8_0"), "gguf-lora": ()}.items():
            with self.subTest(to):
                there, here = self.root / f"away-{to}", self.root / f"here-{to}"
                self.on_device("export", "away", self.root, "--to", to, there, *more)
                done = self.reference("export", "here", self.root, "--to", to, here, *more)
                self.assertEqual(done.returncode, 0, done.stderr)
                files = sorted(here.glob("*.safetensors")) if here.is_dir() else [here]
                self.assertEqual(len(files), 1)
                for file in files:
                    other = there / file.name if here.is_dir() else there
                    self.assertEqual(file.read_bytes(), other.read_bytes().replace(b"away", b"here"), file.name)  # GGUF has the name

    def test_generating_and_scoring_are_computed_on_the_device_of_the_run(self):
        self.on_both(self.config(LORA))
        self.on_device("export", "away", self.root, "--to", "merged", self.root / "folder", "--no-tokenizer")
        self.on_device("export", "away", self.root, "--to", "peft", self.root / "adapter")
        ids = self.root / "ids.jsonl"
        ids.write_text('{"ids": [5, 1, 4]}\n{"ids": [2, 3, 7, 9]}\n')
        put_on = (self.root, "--adapters-off", "--adapter", self.root / "adapter")
        models = {"run": (("away", self.root), ("here", self.root)), "folder": 2 * ((self.root / "folder",),),
                  "base and adapter": (("away", *put_on), ("here", *put_on))}
        report = self.root / "report"
        for name, (there, here) in models.items():
            for command in (("generate", "--tokens", "8"), ("score", "--logits")):
                with self.subTest(name, command=command[0]):
                    given = (*command[1:], "--ids", ids)
                    device = ("--device", "fake") if name == "folder" else ()
                    found = self.on_device(command[0], *there, *given, *device, TWOFOLD_FAKE_DEVICE_REPORT=str(report))
                    self.assertGreater(int(report.read_text().split()[0]), 0)  # something came back from it
                    self.assertEqual(found.stdout, self.reference(command[0], *here, *given).stdout)

    def test_another_device_can_be_asked_for(self):
        self.on_both(self.config(LORA))
        given = ("--ids", self.root / "ids.jsonl", "--device")
        (self.root / "ids.jsonl").write_text('{"ids": [5, 1, 4]}\n')
        report = self.root / "report"
        self.on_device("score", "away", self.root, *given, "cpu", TWOFOLD_FAKE_DEVICE_REPORT=str(report))
        self.assertEqual(int(report.read_text().split()[0]), 0)
        for command in (("score", "here", self.root, *given), ("generate", "here", self.root, *given),
                        ("export", "here", self.root, "--to", "merged", self.root / "out", "--device")):
            self.assert_refused(self.twofold(*command, "cuda"), "--device", "--device=cpu")
            self.assert_refused(self.twofold(*command, "gpu"), "--device", "cpu, cuda", "gpu")

    def waits(self, name, tokens, *more):
        """How often a run of two phases of that many tokens each waits for the device."""
        report = self.root / "report"
        self.on_device("run", name, self.config(LORA), self.root, FAKE, *QUIET, f"training.pre_lora_tokens=[{tokens}]",
                       f"training.post_lora_tokens=[{tokens}]", *more, TWOFOLD_FAKE_DEVICE_REPORT=str(report))
        return int(report.read_text().split()[0])

    def test_a_step_waits_for_the_device_once(self):
        for name, more in {"one": (), "micro": ("training.per_device_batch_size=1",)}.items():
            few, many = self.waits(f"{name}-few", 64 * 20, *more), self.waits(f"{name}-many", 64 * 30, *more)
            self.assertEqual(many - few, 2 * 10)

    def test_elsewhere_the_device_is_unknown(self):
        config = self.config(LORA)
        self.assert_refused(self.twofold("run", "r", config, self.root, FAKE), "runtime/device", "cpu, cuda")

    def test_without_a_gpu_cuda_is_an_error_of_ours(self):
        self.assert_refused(self.twofold("run", "r", self.config(LORA), self.root, "runtime.device=cuda"),
                            "runtime/device", "runtime/device=cpu")


if __name__ == "__main__":
    unittest.main()
