"""Conversations from a file of JSON lines to rows, a run, and answers: tokenize, preview, run, generate, chat."""
import json
import re
import unittest

from support import ARCHITECTURE, LOGGING, SOURCE, RunTest

ROWS = [{"messages": [{"role": "user", "content": f"say {word}"}, {"role": "assistant", "content": word}]}
        for word in "one two three four five six seven eight nine ten".split()]
TOKENIZE = """
job: data/tokenize_blockwise_dataset
data: {dataset: chats, val_pct: 0}
architecture: {block_size: 64}
tokenizer: {backend: bytes, add_tokens: ["<|im_start|>", "<|im_end|>"]}
"""
TRAIN = ("job: llama/train/pretrain" + ARCHITECTURE.replace("257", "259").replace("block_size: 16", "block_size: 63") + LOGGING + """
optimization: {lr: 0.01}
tokenizer: {backend: bytes, add_tokens: ["<|im_start|>", "<|im_end|>"]}
training:
  batch_size: 4
  validation: false
  tokens: 100000
  dataset: [{name: chats, rate: 1.0, style: PADDED}]
""")


class Chat(RunTest):
    def ok(self, *arguments, **options):
        done = self.twofold(*arguments, **options)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def source(self, rows):
        path = self.root / "chats.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        return f"data.source={path}"

    def test_from_lines_to_answers(self):
        tokenize = self.config(TOKENIZE, name="tokenize.yaml")
        source = self.source(ROWS)
        shown = self.ok("preview", tokenize, self.root, source)
        self.assertRegex(shown, r"written by +ChatML")
        self.assertIn("<|im_start|>user\nsay one<|im_end|>\n<|im_start|>assistant\n«one<|im_end|>»", shown)
        self.assertFalse((self.root / "data/chats").exists())
        said = self.ok("tokenize", tokenize, self.root, source)
        self.assertRegex(said, r"conversations are written by ChatML\n\d+ of \d+ tokens are learnt")
        train = self.config(TRAIN, name="train.yaml")
        shown = self.ok("preview", train, self.root)
        self.assertRegex(shown, r"What is learnt\n.*\n +chats +10 ")
        self.assertRegex(shown, r"assistant\n«\w+<\|im_end\|>»")
        packed = self.config(TRAIN.replace("PADDED", "PACKED"), name="packed.yaml")
        shown = self.ok("preview", packed, self.root)
        self.assertRegex(shown, r"assistant\n«\w+<\|im_end\|>»<\|im_start\|>user\n[^«]*assistant\n«\w+<\|im_end\|>»")
        screen = self.ok("run", "chat", train, self.root)
        self.assertRegex(screen, r"chats, row 0\n +(.*\n)*? +«\w+<\|im_end\|>»")

        conversation = self.root / "ask.jsonl"
        conversation.write_text("".join(json.dumps({"messages": row["messages"][:1]}) + "\n" for row in ROWS[:3]) +
                                '{"messages": []}\n')
        lines = self.ok("generate", "chat", self.root, "--messages", conversation, "--temperature", "0").splitlines()
        answers = [json.loads(line) for line in lines]
        self.assertEqual([answer.get("text") for answer in answers[:3]], ["one", "two", "three"])
        self.assertIn("error", answers[3])
        talk = self.ok("chat", "chat", self.root, "--temperature", "0", input="say one\n\n")
        self.assertEqual(talk, "one\n")

    def test_a_dataset_that_teaches_nothing_is_an_error(self):
        config = self.config(TOKENIZE, name="tokenize.yaml")
        done = self.twofold("tokenize", config, self.root, self.source([{"messages": ROWS[0]["messages"][:1]}]))
        self.assertEqual(done.returncode, 2)
        self.assertIn("nothing of this dataset is learnt", done.stderr)

    def test_rows_that_are_cut_before_the_answer_are_counted(self):
        config = self.config(TOKENIZE, name="tokenize.yaml")
        long = [{"messages": [{"role": "user", "content": "x" * 100}, {"role": "assistant", "content": "y"}]}]
        said = self.ok("tokenize", config, self.root, self.source(ROWS + long), "data.truncate=end")
        self.assertIn("1 rows have no token that is learnt", said)

    def test_a_template_that_refuses_names_the_line(self):
        config = self.config(TOKENIZE.replace(', add_tokens: ["<|im_start|>", "<|im_end|>"]', ""), name="tokenize.yaml")
        bad = {"messages": [{"role": "user", "content": "a"}, {"role": "tool", "content": "b"}]}
        done = self.twofold("tokenize", config, self.root, self.source(ROWS + [bad]))
        self.assertEqual(done.returncode, 2)
        self.assertIn("chats.jsonl:11", done.stderr)


if __name__ == "__main__":
    unittest.main()
