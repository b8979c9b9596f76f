"""What stands beside a tokenizer's file, in transformers and here: the same ids, the same text, the same end."""
import json
import shutil
import struct
import subprocess
import unittest

import sentencepiece
import transformers
from transformers import AutoTokenizer

from tokenizers_support import BINARY, SHARED, Base, decode, demo_text, encode, needs_shared_data

transformers.logging.set_verbosity_error()
VOCABULARIES = SHARED / "data/tokenizers"
CHAT = {"<|im_end|>": 0, "<|im_start|>": 1}  # from the vocabulary's size on
TEXTS = ["<|im_start|>user\nhi<|im_end|>", "a<|im_end|> b  c", " <|im_end|> x", "To be, or not to be", " In the beginning",
         "x <|sep|> y<pad>", "<s>hi</s>", "a<unk>b", "", "<|endoftext|>word", "naïve 你好<|im_end|>🦙"]


class Beside(Base):
    """Folders with `files` beside the vocabulary, whose size is `size`."""
    texts = TEXTS

    def make(self, files):
        folder = self.path / "folder"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        self.put_vocabulary(folder)
        for name, content in files.items():
            (folder / name).write_text(json.dumps(content))
        return folder

    def check(self, files):
        folder = self.make(files)
        theirs = AutoTokenizer.from_pretrained(folder)
        self.same(self.texts, encode(folder, self.texts), [theirs(text)["input_ids"] for text in self.texts])
        bare = [theirs(text, add_special_tokens=False)["input_ids"] for text in self.texts]
        self.same(self.texts, encode(folder, self.texts, "--no-add-special"), bare)
        ordinary = [theirs(text, add_special_tokens=False, split_special_tokens=True)["input_ids"] for text in self.texts]
        self.same(self.texts, encode(folder, self.texts, "--no-add-special", "--ordinary"), ordinary)
        self.same(bare, decode(folder, bare, "--keep-special"), [theirs.decode(ids) for ids in bare])
        self.same(bare, decode(folder, bare), [theirs.decode(ids, skip_special_tokens=True) for ids in bare])
        return theirs

    def listed(self, size, **flags):
        return {str(size + i): {"content": text, "special": True, **flags} for text, i in CHAT.items()}

    def added(self, size):
        return {text: size + i for text, i in CHAT.items()}


class Pieces(Beside):
    """A SentencePiece model, trained here, in the folders of Llama's kind."""
    CONFIG = {"tokenizer_class": "LlamaTokenizer", "add_bos_token": True}

    @classmethod
    def setUpClass(cls):
        cls.model = None

    def put_vocabulary(self, folder):
        if Pieces.model is None:
            path = self.path / "train.txt"
            path.write_text("\n".join(part[:60_000] for part in demo_text()))
            sentencepiece.SentencePieceTrainer.train(
                input=str(path), model_prefix=str(self.path / "pieces"), vocab_size=700, model_type="bpe",
                byte_fallback=True, normalization_rule_name="identity", remove_extra_whitespaces=False,
                character_coverage=0.9999, minloglevel=2)
            Pieces.model = (self.path / "pieces.model").read_bytes()
        (folder / "tokenizer.model").write_bytes(Pieces.model)

    def test_added_tokens(self):
        self.check({"tokenizer_config.json": self.CONFIG, "added_tokens.json": self.added(700)})

    def test_added_tokens_decoder(self):
        theirs = self.check({"tokenizer_config.json": {
            **self.CONFIG, "eos_token": "<|im_end|>", "add_eos_token": True,
            "added_tokens_decoder": self.listed(700, lstrip=True, rstrip=True)}})
        self.assertEqual(theirs.eos_token_id, 700)

    def test_special_tokens_map(self):
        self.check({"tokenizer_config.json": {**self.CONFIG, "pad_token": "</s>"},
                    "added_tokens.json": self.added(700),
                    "special_tokens_map.json": {"eos_token": {"content": "<|im_end|>", "rstrip": True},
                                                "pad_token": "<pad>"}})

    def test_spaces_in_front(self):
        for more in ({"legacy": True}, {"legacy": False}, {"add_prefix_space": False}, {"add_prefix_space": True}):
            with self.subTest(more):
                self.check({"tokenizer_config.json": {**self.CONFIG, **more}, "added_tokens.json": self.added(700)})


class Pair(Beside):
    """A vocab.json and a merges.txt, of bytes and two merges."""

    def put_vocabulary(self, folder):
        printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
        others = [byte for byte in range(256) if byte not in printable]
        characters = [chr(byte) for byte in printable] + [chr(256 + i) for i in range(len(others))]
        words = [*characters, "he", "Ġb", "<|endoftext|>"]
        (folder / "vocab.json").write_text(json.dumps({word: i for i, word in enumerate(words)}))
        (folder / "merges.txt").write_text("#version: 0.2\nh e\nĠ b\n")

    def test_added_tokens(self):
        for name in ("GPT2Tokenizer", "Qwen2Tokenizer"):
            with self.subTest(name):
                self.check({"tokenizer_config.json": {"tokenizer_class": name}, "added_tokens.json": self.added(259)})

    def test_added_tokens_decoder(self):
        self.check({"tokenizer_config.json": {
            "tokenizer_class": "GPT2Tokenizer", "eos_token": "<|im_end|>",
            "added_tokens_decoder": self.listed(259, rstrip=True)}, "added_tokens.json": {"<|sep|>": 261}})

    def test_marks_and_spaces_around(self):
        for more in ({"add_bos_token": True}, {"add_eos_token": True, "eos_token": "<|im_end|>"},
                     {"add_bos_token": True, "bos_token": "<s>", "add_eos_token": True}, {"add_prefix_space": True}):
            with self.subTest(more):
                self.check({"tokenizer_config.json": {"tokenizer_class": "GPT2Tokenizer", **more},
                            "added_tokens.json": self.added(259)})

    def test_special_tokens_map(self):
        self.check({"tokenizer_config.json": {"tokenizer_class": "GPT2Tokenizer", "pad_token": "</s>"},
                    "special_tokens_map.json": {"eos_token": "<|sep|>", "pad_token": "<pad>",
                                                "additional_special_tokens": ["<s>", "<unk>"]}})


class Json(Beside):
    """A tokenizer.json."""

    def put_vocabulary(self, folder):
        pair = self.path / "pair"
        pair.mkdir(exist_ok=True)
        Pair.put_vocabulary(self, pair)
        (pair / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "GPT2Tokenizer"}))
        AutoTokenizer.from_pretrained(pair).backend_tokenizer.save(str(folder / "tokenizer.json"))

    def test_all_of_them(self):
        plain = {"tokenizer_class": "PreTrainedTokenizerFast"}
        for files in (
                {"tokenizer_config.json": {**plain, "eos_token": "<|sep|>", "pad_token": "<pad>"}},
                {"tokenizer_config.json": {**plain, "added_tokens_decoder": self.listed(259), "eos_token": "<|im_end|>"}},
                {"tokenizer_config.json": plain, "added_tokens.json": self.added(259)},
                {"tokenizer_config.json": {**plain, "extra_special_tokens": {"image_token": "<s>"}, "eos_token": "b"}},
                {"special_tokens_map.json": {"eos_token": "<|sep|>", "additional_special_tokens": ["<unk>"]}},
                {"tokenizer_config.json": {**plain, "added_tokens_decoder": {}},
                 "special_tokens_map.json": {"pad_token": "<pad>"}, "added_tokens.json": self.added(259)}):
            with self.subTest(files):
                self.check(files)

    def test_documents_end_as_the_files_say(self):
        source = self.path / "text.txt"
        source.write_text("he")
        for files, end in (
                ({"special_tokens_map.json": {"eos_token": "<|im_end|>"}, "added_tokens.json": self.added(259)}, 259),
                ({"config.json": {"eos_token_id": [65, 66]}}, 65), ({}, 258)):
            with self.subTest(files):
                job, root = self.path / "data.yaml", self.path / str(end)
                job.write_text("job: data/tokenize_variable_dataset\n"
                               f"tokenizer: {{backend: huggingface, file: {self.make(files)}}}\n"
                               f"data: {{dataset: d, source: {source}, val_pct: 0.0}}\n")
                done = subprocess.run([BINARY, "tokenize", job, root], capture_output=True, text=True)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual(struct.unpack("<2i", (root / "data/d/train.bin").read_bytes()), (256, end))


@needs_shared_data
class Published(Beside):
    # transformers 5 joins Llama 2's spaces by their ids, SentencePiece by their scores.
    texts = [text for text in TEXTS if "  " not in text]

    def put_vocabulary(self, folder):
        shutil.copy(VOCABULARIES / "llama2/tokenizer.model", folder)

    def test_a_chat_model_of_llama_2(self):
        self.check({"tokenizer_config.json": Pieces.CONFIG, "added_tokens.json": self.added(32000)})
        folder = self.make({"added_tokens.json": self.added(32000)})
        self.assertEqual(encode(folder, TEXTS[:1]), [[1, 32001, 1792, 13, 2918, 32000]])

    def test_gpt2(self):
        folder = self.path / "gpt2"
        shutil.copytree(VOCABULARIES / "gpt2", folder)
        (folder / "added_tokens.json").write_text('{"<|sep|>": 50257}')
        self.assertEqual(encode(folder, ["a<|sep|>b"]), [[64, 50257, 65]])


if __name__ == "__main__":
    unittest.main()
