"""What computes: the level of the instruction set, the back end, and processors that are too old."""
import os
import pathlib
import shutil
import subprocess
import unittest

from support import BINARY, LORA, RunTest

FLAGS = pathlib.Path("/proc/cpuinfo").read_text()
LEVELS = ["avx2"] + (["avx512"] if all(f" avx512{part}" in FLAGS for part in ("f", "bw", "cd", "dq", "vl")) else [])
QEMU = shutil.which("qemu-x86_64")
# Of losses of about 5. In phase 1 rounding in another order stays rounding. In phase 2 the factors B start at zero, and Adam
# makes a whole step of gradients that are nothing but rounding: from there on runs drift apart.
TOLERANCE = {1: 1e-5, 2: 0.05}


class Processor(RunTest):
    def asked(self, *arguments, **settings):
        return self.twofold(*arguments, env=os.environ | settings)

    def losses(self, name, **settings):
        done = self.asked("run", name, self.config(LORA), self.root, **settings)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return [(line["phase"], line["loss"]) for line in self.metrics(name) if "loss" in line]

    def assert_learn_the_same(self, one, other):
        for (phase, a), (_, b) in zip(one, other, strict=True):
            self.assertAlmostEqual(a, b, delta=TOLERANCE[phase])

    def test_an_unknown_level_or_back_end_is_refused(self):
        for command in (["jobs"], ["run", "r", self.config(LORA), self.root]):
            self.assert_refused(self.asked(*command, TWOFOLD_ISA="sse9"), "TWOFOLD_ISA", "avx2", "sse9")
            self.assert_refused(self.asked(*command, TWOFOLD_OPS="fast"), "TWOFOLD_OPS", "reference", "fast")
        self.assertFalse((self.root / "checkpoints").exists())

    def test_every_level_learns_the_same(self):
        runs = [self.losses(level, TWOFOLD_ISA=level) for level in LEVELS]
        for other in runs[1:]:
            self.assert_learn_the_same(runs[0], other)

    def test_the_reference_back_end_learns_the_same(self):
        ours, reference = self.losses("ours"), self.losses("reference", TWOFOLD_OPS="reference")
        self.assertNotEqual(ours, reference)  # it was another one that computed
        self.assert_learn_the_same(ours, reference)

    def emulated(self, cpu, *arguments, **settings):
        return subprocess.run([QEMU, "-cpu", cpu, str(BINARY), *arguments], capture_output=True, text=True,
                              timeout=280, env=os.environ | settings)

    @unittest.skipUnless(QEMU, "there is no qemu-x86_64 (Debian: qemu-user) to emulate other processors")
    def test_a_processor_without_avx2_is_told_so(self):
        self.assert_refused(self.emulated("Westmere", "jobs"), "too old", "x86-64-v3")

    @unittest.skipUnless(QEMU, "there is no qemu-x86_64 (Debian: qemu-user) to emulate other processors")
    def test_a_level_that_the_processor_lacks_is_refused(self):
        self.assertEqual(self.emulated("Haswell", "jobs").returncode, 0)
        self.assert_refused(self.emulated("Haswell", "jobs", TWOFOLD_ISA="avx512"), "TWOFOLD_ISA", "avx2", "avx512")


if __name__ == "__main__":
    unittest.main()
