"""Plays a case with one binary: its runs, their exports, what they score and generate."""
import json
import os
import shutil
import subprocess

from bits.cases import make_data

SCORED = [(7 * i + 40) % 257 for i in range(14)]


class Failed(Exception):
    """A command that had to work has not."""


class Player:
    """One binary in one root, which is the working folder."""

    def __init__(self, binary, root, isa):
        self.binary, self.root = binary, root
        self.environment = {**os.environ, "TWOFOLD_ISA": isa, "OMP_WAIT_POLICY": "PASSIVE"}

    def call(self, *arguments, given=None):
        return subprocess.run([str(self.binary), *map(str, arguments)], capture_output=True, text=True, cwd=self.root,
                              env=self.environment, input=given or "", start_new_session=True)

    def must(self, *arguments, given=None):
        done = self.call(*arguments, given=given)
        if done.returncode != 0:
            raise Failed(f"{self.binary} {' '.join(map(str, arguments))}: exit {done.returncode}\n{done.stderr[-3000:]}")
        return done.stdout

    def play(self, runs):
        make_data(self.root)
        for folder in ("exports", "outputs"):
            (self.root / folder).mkdir()
        for run in runs:
            self.train(run)
            self.export(run)
            self.answer(run)

    def train(self, run):
        config = f"{run.name}.yaml"
        (self.root / config).write_text(run.config)
        restore = ("--restore", run.restore) if run.restore else ()
        self.must("run", run.name, config, ".", *restore, *run.overrides)

    def export(self, run):
        """In each format. One that is refused leaves a note, which is compared as a file is."""
        (self.root / "exports" / run.name).mkdir()
        for format in run.formats:
            out = f"exports/{run.name}/{format}" + (".gguf" if "gguf" in format else "")
            done = self.call("export", run.name, ".", out, "--to", format, "--no-tokenizer")
            if done.returncode == 2:
                shutil.rmtree(self.root / out, ignore_errors=True)
                (self.root / f"{out}.refused").write_text("exit 2")
            elif done.returncode != 0:
                raise Failed(f"export {run.name} --to {format}: exit {done.returncode}\n{done.stderr[-3000:]}")

    def answer(self, run):
        """What users ask of a run: logits, and new tokens (two, for the shortest context here)."""
        line = json.dumps({"ids": SCORED}) + "\n"
        scores = self.must("score", run.name, ".", "--ids", "-", "--logits", given=line)
        tokens = self.must("generate", run.name, ".", "--ids", "-", "--tokens", "2", given=line)
        (self.root / f"outputs/{run.name}.jsonl").write_text(scores + tokens)
