"""examples/embed, built against the installed library, trains a model."""
import os
import pathlib
import subprocess
import unittest

from support import BINARY, LORA, SOURCE, RunTest


class Embed(RunTest):
    def must(self, *command):
        result = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=600)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        return result.stdout

    def test_a_program_links_the_installed_library_and_trains(self):
        prefix, build = self.root / "prefix", self.root / "build"
        self.must("cmake", "--install", BINARY.parent, "--prefix", prefix)
        self.must("cmake", "-S", SOURCE / "examples/embed", "-B", build, "-G", "Ninja",
                  f"-DCMAKE_PREFIX_PATH={prefix}", "-DCMAKE_BUILD_TYPE=Release")
        self.must("cmake", "--build", build)
        output = self.must(build / "embed", self.config(LORA), self.root)
        self.assertIn("step 45 of 45, phase 2", output)


if __name__ == "__main__":
    unittest.main()
