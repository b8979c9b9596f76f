"""docs/guides/finetune.md: its commands, as they stand, on a small Llama and a few pages of text."""
import re
import subprocess
import unittest

from support import BINARY, MODELS, SOURCE, RunTest

MODEL = MODELS / "bible-656k"


class Guide(RunTest):
    def test_every_command(self):
        text = self.root / "text.txt"
        text.write_text((SOURCE / "examples/demo/shakespeare.txt").read_text()[:60000])
        guide = (SOURCE / "docs/guides/finetune.md").read_text()
        blocks = re.findall(r"```sh guide\n(.*?)```", guide, re.S)
        commands = [line for block in blocks for line in block.splitlines()]
        self.assertGreater(len(commands), 10)
        for command in commands:
            self.assertTrue(command.startswith("twofold "), command)
            command = command.replace("twofold", str(BINARY), 1).replace("MODEL", str(MODEL)).replace("TEXT", str(text)).replace("ROOT", str(self.root))
            done = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=280)
            self.assertEqual(done.returncode, 0, command + "\n" + done.stdout + done.stderr)
        self.assertTrue((self.root / "out/merged/tokenizer.json").exists())


if __name__ == "__main__":
    unittest.main()
