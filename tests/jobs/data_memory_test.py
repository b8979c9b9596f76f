"""A source is streamed: what tokenizing takes in memory does not grow with it."""
import json
import os
import subprocess
import unittest

from support import BINARY, RunTest

SMALL, LARGE = 20 << 20, 2 << 30
ALLOWED = 64 << 20


class Memory(RunTest):
    def source(self, size):
        """Lines of 2 KB, of which a tenth is text."""
        path = self.root / f"{size}.jsonl"
        filler = "x" * 1800
        with open(path, "w") as file:
            while file.tell() < size:
                file.write("".join(json.dumps({"text": f"line {i} " * 20, "more": filler}) + "\n" for i in range(500)))
        return path

    def peak(self, source, job):
        config = self.config(f"job: data/tokenize_{job}_dataset\ntokenizer: {{backend: bytes}}\n"
                             "system: {num_proc: 2}\n"
                             f"data: {{dataset: d{source.stem}, source: {source}, val_pct: 0.01}}\n" +
                             ("architecture: {block_size: 32}\n" if job == "blockwise" else ""))
        child = subprocess.Popen([str(BINARY), "tokenize", str(config), str(self.root / job)], stdout=subprocess.PIPE)
        with child.stdout as shown:
            shown.read()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = 0
        self.assertEqual(status, 0)
        return usage.ru_maxrss << 10

    def test_two_gigabytes_take_what_twenty_megabytes_take(self):
        small, large = self.source(SMALL), self.source(LARGE)
        for job in ("variable", "blockwise"):
            few, many = self.peak(small, job), self.peak(large, job)
            print(f"{job}: {few >> 20} MiB for {SMALL >> 20} MiB, {many >> 20} MiB for {LARGE >> 20} MiB")
            self.assertLess(many - few, ALLOWED, job)


if __name__ == "__main__":
    unittest.main()
