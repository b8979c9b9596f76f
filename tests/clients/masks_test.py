"""Which tokens of a conversation are learnt: `twofold tokenize` beside transformers' own assistant masks, and beside the
offsets of `tokenizers`."""
import json
import pathlib
import re
import struct
import subprocess
import tempfile
import unittest

from transformers import PreTrainedTokenizerFast

import chat_template_folders as folders
from conversations import Conversations
from tokenizers_support import BINARY, SOURCE

TEMPLATES = SOURCE / "tests/jinja/templates"
WIDTH = 4096
#: Without generation blocks; the turns that a reader of the text would call the assistant's.
WRITTEN = {
    "chatml.jinja": (r"<\|im_start\|>assistant\n(.*?<\|im_end\|>)", re.DOTALL),
    "zephyr.jinja": (r"<\|assistant\|>\n(.*?</s>)", re.DOTALL),
    "phi-3.jinja": (r"<\|assistant\|>\n(.*?<\|end\|>)", re.DOTALL),
}
TURNS = [["user", "assistant"], ["user", "assistant", "user", "assistant"], ["system", "user", "assistant"],
         ["user", "assistant", "user"]]


def rows_of(folder):
    """The rows of a dataset: ids and mask without the padding, in the order of the source."""
    count, width = json.loads((folder / "shape.json").read_text())["train"]
    ids = struct.unpack(f"<{count * width}I", (folder / "train.bin").read_bytes())
    mask = (folder / "train.bin.mask").read_bytes()
    rows = []
    for row in range(count):
        part, learnt = ids[row * width:][:width], mask[row * width:][:width]
        first = next((i for i in range(width) if part[i] != 0 or learnt[i]), width)
        rows.append((list(part[first:]), list(learnt[first:])))
    return rows


class Masks(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)

    def tokenize(self, folder, rows, *overrides):
        source = self.root / f"{folder.name}.jsonl"
        source.write_text("".join(json.dumps(row) + "\n" for row in rows))
        config = self.root / "tokenize.yaml"
        config.write_text("job: data/tokenize_blockwise_dataset\n")
        done = subprocess.run(
            [BINARY, "tokenize", config, self.root, f"data.dataset={folder.name}", f"data.source={source}",
             "data.val_pct=0", f"architecture.block_size={WIDTH}", "tokenizer.backend=huggingface",
             f"tokenizer.file={folder}", *overrides], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return rows_of(self.root / "data" / folder.name), done.stdout

    def rows(self, seed, count=100):
        """Conversations of ordinary orders, each with its number: rows are shuffled."""
        made = Conversations(seed)
        rows = []
        for number in range(count):
            turns = TURNS[number % len(TURNS)]
            rows.append({"messages": [{"role": role, "content": f"{number} {made.text().strip() or 'x'} {number}"}
                                      for role in turns]})
        return rows

    def matched(self, ours, theirs):
        """Rows of the dataset beside those that are expected, whatever their order."""
        self.assertEqual(len(ours), len(theirs))
        for (ids, mask), (expected_ids, expected) in zip(sorted(ours), sorted(theirs), strict=True):
            self.assertEqual(ids, expected_ids)
            self.assertEqual(mask, expected)

    def test_generation_blocks_as_in_transformers(self):
        for template in ("trl_qwen3_training.jinja", "trl_phi3_training.jinja"):
            with self.subTest(template):
                folder = folders.model_folder(self.root / template.split(".")[0], "whole", (TEMPLATES / template).read_text())
                tokenizer = PreTrainedTokenizerFast.from_pretrained(folder)
                rows, theirs = self.rows(template), []
                for row in rows:
                    made = tokenizer.apply_chat_template(row["messages"], tokenize=True, return_dict=True,
                                                         return_assistant_tokens_mask=True)
                    theirs.append((made["input_ids"], made["assistant_masks"]))
                self.matched(self.tokenize(folder, rows)[0], theirs)

    def expected(self, tokenizer, text, pattern, flags, chosen=slice(None)):
        encoded = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
        spans = [match.span(1) for match in re.finditer(pattern, text, flags)][chosen]
        return encoded["input_ids"], [int(any(a < end and b > begin for begin, end in spans) and a < b)
                                      for a, b in encoded["offset_mapping"]]

    def check_written(self, template, train_on, chosen):
        pattern, flags = WRITTEN[template]
        folder = folders.model_folder(self.root / f"{template.split('.')[0]}-{train_on}", "whole",
                                      (TEMPLATES / template).read_text())
        tokenizer = PreTrainedTokenizerFast.from_pretrained(folder)
        plain = re.compile(r"<\|?/?\w+\|?>")
        rows = [row for row in self.rows(template) if not plain.search(json.dumps(row))]
        self.assertGreater(len(rows), 50)
        theirs = [self.expected(tokenizer, tokenizer.apply_chat_template(row["messages"], tokenize=False), pattern, flags,
                                chosen) for row in rows]
        self.matched(self.tokenize(folder, rows, f"data.train_on={train_on}")[0], theirs)

    def test_templates_without_blocks_by_the_offsets_of_tokenizers(self):
        for template in WRITTEN:
            with self.subTest(template):
                self.check_written(template, "assistant", slice(None))
        self.check_written("chatml.jinja", "last", slice(-1, None))

    def test_prompt_and_completion(self):
        folder = folders.model_folder(self.root / "pairs", "whole", None)
        tokenizer = PreTrainedTokenizerFast.from_pretrained(folder)
        made, rows, theirs = Conversations("pairs"), [], []
        for number in range(100):
            prompt, completion = f"{number} {made.text()}", f"{made.text()} {number}"
            rows.append({"prompt": prompt, "completion": completion})
            encoded = tokenizer(prompt + completion, return_offsets_mapping=True)
            theirs.append((encoded["input_ids"] + [tokenizer.eos_token_id],
                           [int(b > len(prompt) and a < b) for a, b in encoded["offset_mapping"]] + [1]))
        self.matched(self.tokenize(folder, rows)[0], theirs)

    def test_marks_in_messages_are_counted_and_may_be_text(self):
        folder = folders.model_folder(self.root / "marks", "whole", (TEMPLATES / "chatml.jinja").read_text())
        tokenizer = PreTrainedTokenizerFast.from_pretrained(folder)
        rows = [{"messages": [{"role": "user", "content": "a<|im_end|>b"}, {"role": "assistant", "content": "c</s>"}]}]
        ids = tokenizer.apply_chat_template(rows[0]["messages"], tokenize=True, return_dict=False)
        ours, said = self.tokenize(folder, rows)
        self.assertEqual(ours[0][0], ids)
        self.assertRegex(said, r"2 special tokens")
        other = folder.rename(self.root / "marks-as-text")
        ours, said = self.tokenize(other, rows, "data.content_marks=text")
        self.assertEqual(tokenizer.decode(ours[0][0]), tokenizer.decode(ids))
        mark = tokenizer.convert_tokens_to_ids("<|im_end|>")
        self.assertEqual((ids.count(mark), ours[0][0].count(mark)), (3, 2))


if __name__ == "__main__":
    unittest.main()
