"""The documents are true: the config reference is what the program prints, README's blocks run."""
import pathlib
import re
import subprocess
import unittest

from support import BINARY, SOURCE, RunTest


class Docs(RunTest):
    def test_the_config_reference_is_generated(self):
        printed = self.twofold("configure", "--reference").stdout
        self.assertEqual((SOURCE / "docs/config.md").read_text(), printed,
                         "run: build/release/twofold configure --reference > docs/config.md")

    def test_every_job_configures_and_plans(self):
        for line in self.twofold("jobs").stdout.splitlines():
            job = line.split()[0]
            path = self.root / "out.yaml"
            result = self.twofold("configure", job, path)
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertIn(f"job: {job}", path.read_text())

    def test_readme_commands_run(self):
        """Every `twofold …` line of the README's tour, on the demo's data, cut short."""
        text = (SOURCE / "README.md").read_text()
        blocks = re.findall(r"```sh tour\n(.*?)```", text, re.S)
        self.assertTrue(blocks)
        commands = [line for block in blocks for line in block.splitlines() if line.startswith("twofold ")]
        self.assertGreater(len(commands), 6)
        for command in commands:
            command = re.sub(r"\s+#.*", "", command)
            command = command.replace("twofold ", f"{BINARY} ", 1).replace("ROOT", str(self.root))
            result = subprocess.run(command, shell=True, cwd=SOURCE, capture_output=True, text=True, timeout=280)
            self.assertEqual(result.returncode, 0, command + "\n" + result.stdout + result.stderr)
        self.assertTrue((self.root / "merged/config.json").exists())


if __name__ == "__main__":
    unittest.main()
