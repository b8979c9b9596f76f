"""docs/guides: their commands, as they stand, on a small Llama, a few pages of text and a few records."""
import json
import re
import subprocess
import unittest

from support import BINARY, MODELS, SOURCE, RunTest

MODEL = MODELS / "bible-656k"


class Guide(RunTest):
    def follow(self, guide, least, places):
        blocks = re.findall(r"```sh guide\n(.*?)```", (SOURCE / "docs/guides" / guide).read_text(), re.S)
        commands = [line for block in blocks for line in block.splitlines()]
        self.assertGreater(len(commands), least)
        for command in commands:
            self.assertTrue(command.startswith("twofold "), command)
            command = command.replace("twofold", str(BINARY), 1)
            for word, place in places.items():
                command = command.replace(word, str(place))
            done = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=280)
            self.assertEqual(done.returncode, 0, command + "\n" + done.stdout + done.stderr)

    def test_text(self):
        text = self.root / "text.txt"
        text.write_text((SOURCE / "examples/demo/shakespeare.txt").read_text()[:60000])
        self.follow("finetune.md", 10, {"MODEL": MODEL, "TEXT": text, "ROOT": self.root})
        self.assertTrue((self.root / "out/merged/tokenizer.json").exists())

    def test_chat(self):
        data = self.root / "records"
        data.mkdir()
        pairs = [(f"What is the number of verse {i % 9}?", f"It came to pass that it was {i % 9}.") for i in range(80)]
        lines = {
            "chat.jsonl": [{"conversations": [{"from": "human", "value": q}, {"from": "gpt", "value": a}]}
                           for q, a in pairs],
            "problems.jsonl": [{"question": q, "answer": a} for q, a in pairs],
            "ask.jsonl": [{"messages": [{"role": "user", "content": pairs[3][0]}]}]}
        for name, rows in lines.items():
            (data / name).write_text("".join(json.dumps(row) + "\n" for row in rows))
        (data / "instructions.json").write_text(json.dumps(
            [{"instruction": q, "input": "", "output": a} for q, a in pairs]))
        out = self.root / "made"
        out.mkdir()
        self.follow("chat.md", 8, {"MODEL": MODEL, "DATA": data, "OUT": out})
        for made in ("chat", "instructions", "problems"):
            self.assertTrue((out / made / "adapter_model.safetensors").exists(), made)


if __name__ == "__main__":
    unittest.main()
