"""SIGTERM, SIGINT, SIGHUP and SIGPIPE in every loop: exit 75 with nothing lost, or no matter at all."""
import signal
import subprocess
import time
import unittest

from support import BINARY, LORA, RunTest, make_pmd, write_tokens

# Long enough to be met: rows of validation of which there are many.
ROWS = 1000
SCORED = ["logging.checkpoint_interval=0", "logging.validation_interval=1000", f"training.validation_steps={ROWS}"]


class Stop(RunTest):
    def start(self, name, *more, **options):
        return subprocess.Popen([str(BINARY), "run", name, str(self.path), str(self.root), *more],
                                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **options)

    def wait_for(self, process, condition):
        end = time.monotonic() + 120
        while not condition():
            self.assertIsNone(process.poll(), "the run ended before what was waited for")
            self.assertLess(time.monotonic(), end)
            time.sleep(0.0005)

    def finish_stopped(self, process):
        _, errors = process.communicate(timeout=120)
        self.assertEqual(process.returncode, 75, errors)
        self.assertIn(b"run the same command again", errors)

    def lines(self, name):
        path = self.results(name) / "metrics.jsonl"
        return path.read_text() if path.exists() else ""

    def setUp(self):
        super().setUp()
        self.path = self.config(LORA)

    def test_while_an_end_is_scored(self):
        for number, name in enumerate(("first", "second"), 1):
            make_pmd(self.root, name, number)
            write_tokens(self.root / "data" / name / "val.bin", [7 * i % 257 for i in range(16 * ROWS + 1)])
        self.run_job("whole", self.path, *SCORED)
        for moment, step, after in (("boundary", 25, "step"), ("end", 45, "step"), ("adapters_off", 45, "moment")):
            with self.subTest(moment=moment):
                process = self.start(moment, *SCORED)
                mark = f'"step":{step},' if after == "step" else '"moment":"end"'
                self.wait_for(process, lambda: mark in self.lines(moment))
                time.sleep(0.005)
                process.send_signal(signal.SIGTERM)
                self.finish_stopped(process)
                self.assertNotIn(f'"moment":"{moment}"', self.lines(moment))
                self.assertEqual((self.checkpoints(moment) / "latest").read_text(), f"ntoks/{64 * step}\n")
                again = self.run_job(moment, self.path, *SCORED)
                self.assertIn(f"continuing from ntoks/{64 * step} at step {step}", again.stdout)
                self.assert_same_run("whole", self.root, moment, self.root)

    def test_while_a_validation_is_made(self):
        write_tokens(self.root / "data/first/val.bin", [7 * i % 257 for i in range(16 * ROWS + 1)])
        options = [*SCORED[::2], "logging.validation_interval=10"]
        self.run_job("whole", self.path, *options)
        process = self.start("r", *options)
        self.wait_for(process, lambda: '"step":10,' in self.lines("r"))
        time.sleep(0.005)
        process.send_signal(signal.SIGTERM)
        self.finish_stopped(process)
        self.assertNotIn('"step":10,"phase":1,"tokens":640,"val', self.lines("r"))
        self.assertEqual((self.checkpoints("r") / "latest").read_text(), "ntoks/640\n")
        self.run_job("r", self.path, *options)
        self.assert_same_run("whole", self.root, "r", self.root)

    def test_while_a_checkpoint_is_saved(self):
        self.run_job("whole", self.path, "logging.checkpoint_interval=1")
        for attempt in range(20):
            name = f"r{attempt}"
            process = self.start(name, "logging.checkpoint_interval=1")
            saving = lambda: any(self.checkpoints(name).glob(".tmp-*"))
            self.wait_for(process, saving)
            process.send_signal(signal.SIGSTOP)
            met = saving()
            process.send_signal(signal.SIGTERM)
            process.send_signal(signal.SIGCONT)
            self.finish_stopped(process)
            self.run_job(name, self.path, "logging.checkpoint_interval=1")
            self.assert_same_run("whole", self.root, name, self.root)
            if met:
                return
        self.fail("no save was met in 20 runs")

    def test_while_text_is_tokenized(self):
        (self.root / "text.txt").write_text("hello world, this is text.\n" * 600000)
        config = self.config("job: data/tokenize_variable_dataset\ntokenizer: {backend: bytes}\n"
                             f"data: {{dataset: a, source: {self.root}/text.txt, format: lines}}\n", "t.yaml")
        command = [str(BINARY), "tokenize", str(config), str(self.root)]
        self.assertEqual(self.twofold(*command[1:], "data.dataset=whole").returncode, 0)
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        written = lambda: sum(p.stat().st_size for p in self.root.glob("data/**/*") if "whole" not in str(p))
        self.wait_for(process, lambda: written() > 1 << 20)
        process.send_signal(signal.SIGTERM)
        self.finish_stopped(process)
        again = self.twofold(*command[1:])
        self.assertEqual(again.returncode, 0, again.stderr)
        for split in ("train.bin", "val.bin"):
            self.assertEqual((self.root / "data/a" / split).read_bytes(), (self.root / "data/whole" / split).read_bytes())

    def test_a_terminal_that_closes_is_a_request_to_stop_unless_nohup_says_otherwise(self):
        long = "training.pre_lora_tokens=[640000]"
        process = self.start("r", long)
        self.wait_for(process, lambda: self.lines("r").count('"loss"') > 3)
        process.send_signal(signal.SIGHUP)
        self.finish_stopped(process)
        process = self.start("r", long, preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
        before = self.lines("r").count('"loss"')
        self.wait_for(process, lambda: self.lines("r").count('"loss"') > before + 3)
        process.send_signal(signal.SIGHUP)
        before = self.lines("r").count('"loss"')
        self.wait_for(process, lambda: self.lines("r").count('"loss"') > before + 20)
        process.send_signal(signal.SIGTERM)
        self.finish_stopped(process)

    def test_nobody_has_to_watch(self):
        self.run_job("whole", self.path)
        process = subprocess.Popen([str(BINARY), "run", "pipe", str(self.path), str(self.root)],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        process.stdout.readline()
        process.stdout.close()
        self.assertEqual((process.communicate(timeout=120)[1], process.returncode), (b"", 0))
        self.assert_same_run("whole", self.root, "pipe", self.root)
        self.assertIn("Learned and forgotten", (self.results("pipe") / "log.txt").read_text())
        with open("/dev/full", "wb") as full:
            result = subprocess.run([str(BINARY), "run", "full", str(self.path), str(self.root)],
                                    stdout=full, stderr=subprocess.PIPE)
        self.assertEqual((result.stderr, result.returncode), (b"", 0))


if __name__ == "__main__":
    unittest.main()
