"""twofold's ids beside those of `tokenizers`, `tiktoken` and `sentencepiece`, with published tokenizers
from the shared folder, and beside the ids that others stored there."""
import gzip
import json
import unittest
from unittest import mock

import sentencepiece
import tiktoken_ext.openai_public as openai
import tiktoken
import tiktoken.load
from tokenizers import Tokenizer

from random_text import FEW, draw
from tokenizers_compare import same_as_tokenizers
from tokenizers_support import LLAMA3, MODELS, SHARED, Base, decode, encode, encode_raw, needs_shared_data

VOCABULARIES = SHARED / "data/tokenizers"
GOLDEN = SHARED / "data/tokenizer_golden"


class Kept(Base):
    def test_bible(self):
        path = MODELS / "bible-656k/tokenizer.json"
        same_as_tokenizers(self, path, Tokenizer.from_file(str(path)), 102, skips=False)


@needs_shared_data
class Published(Base):
    def unpacked(self, name):
        path = self.path / f"{name}.json"
        path.write_bytes(gzip.decompress((VOCABULARIES / name / "tokenizer.json.gz").read_bytes()))
        return path

    def test_llama3(self):
        path = self.unpacked("llama3")
        same_as_tokenizers(self, path, Tokenizer.from_file(str(path)), 100)

    def test_qwen3(self):
        path = self.unpacked("qwen2")
        same_as_tokenizers(self, path, Tokenizer.from_file(str(path)), 101)

    def test_tinystories(self):
        path = SHARED / "models/tinystories-656k/tokenizer.json"
        same_as_tokenizers(self, path, Tokenizer.from_file(str(path)), 102, skips=False)

    def test_sentencepiece(self):
        path = VOCABULARIES / "llama2/tokenizer.model"
        model = sentencepiece.SentencePieceProcessor(model_file=str(path))
        texts, spoiled = draw(103, ["<s>", "</s>", "<unk>", "<0x41>"])
        theirs = model.encode(texts)
        self.same(texts, encode(path, texts, "--no-add-special"), theirs)
        self.same(spoiled, encode_raw(path, spoiled), model.encode(spoiled))
        self.same(theirs, decode(path, theirs), model.decode(theirs))
        few = texts[:FEW]
        self.same(few, encode(path, few), [[model.bos_id()] + ids for ids in theirs[:FEW]])

    def tiktoken_encoding(self, name, path):
        if name == "llama3":
            specials = {"<|begin_of_text|>": 128000, "<|end_of_text|>": 128001, "<|start_header_id|>": 128006,
                        "<|end_header_id|>": 128007, "<|eot_id|>": 128009}
            return tiktoken.Encoding(name, pat_str=LLAMA3, special_tokens=specials,
                                     mergeable_ranks=tiktoken.load.load_tiktoken_bpe(str(path)))
        load = lambda *_args, **_more: tiktoken.load.load_tiktoken_bpe(str(path))
        with mock.patch.object(openai, "load_tiktoken_bpe", load):
            return tiktoken.Encoding(**getattr(openai, name)())

    def same_as_tiktoken(self, path, encoding, seed):
        texts, spoiled = draw(seed, encoding.special_tokens_set)
        theirs = [encoding.encode(text, allowed_special="all") for text in texts]
        self.same(texts, encode(path, texts), theirs)
        self.same(theirs, decode(path, theirs, "--keep-special"), [encoding.decode(ids) for ids in theirs])
        self.same(spoiled, encode_raw(path, spoiled),
                  [encoding.encode(text.decode(errors="replace"), allowed_special="all") for text in spoiled])
        few = texts[:FEW]
        self.same(few, encode(path, few, "--ordinary"), [encoding.encode_ordinary(text) for text in few])

    def test_tiktoken(self):
        for name, file in [("cl100k_base", "tiktoken/cl100k_base.tiktoken"),
                           ("o200k_base", "tiktoken/o200k_base.tiktoken"),
                           ("llama3", "llama3/tokenizer.model")]:
            with self.subTest(name):
                path = VOCABULARIES / file
                self.same_as_tiktoken(path, self.tiktoken_encoding(name, path), 104)

    def test_gpt2_pair(self):
        folder = VOCABULARIES / "gpt2"
        vocabulary = json.loads((folder / "encoder.json").read_text())
        with mock.patch.object(openai, "data_gym_to_mergeable_bpe_ranks", lambda **_: {
                byte_text(token): rank for token, rank in vocabulary.items() if rank < 50256}):
            self.same_as_tiktoken(folder, tiktoken.Encoding(**openai.gpt2()), 105)


def byte_text(token):
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    table = {chr(byte): byte for byte in printable}
    table.update({chr(256 + i): byte for i, byte in enumerate(others)})
    return bytes(table[character] for character in token)


@needs_shared_data
class Golden(Base):
    """Ids that other implementations gave, and llama.cpp's own test inputs."""
    FILES = {
        "gpt2": VOCABULARIES / "gpt2", "cl100k_base": VOCABULARIES / "tiktoken/cl100k_base.tiktoken",
        "o200k_base": VOCABULARIES / "tiktoken/o200k_base.tiktoken",
        "llama3": VOCABULARIES / "llama3/tokenizer.model", "qwen3": VOCABULARIES / "qwen2",
        "llama2_spm": VOCABULARIES / "llama2/tokenizer.model",
        "tinystories_656k": SHARED / "models/tinystories-656k/tokenizer.json",
        "stories260K_tok512": MODELS / "stories260K/tok512.bin"}

    def check(self, name, path):
        rows = [json.loads(line) for line in (GOLDEN / f"{name}.jsonl").read_text().split("\n")[:-1]]
        # Qwen3's tokenizer.json has <|fim_prefix|> as an added token that is not special; vocab.json
        # does not know it.
        rows = [row for row in rows if name != "qwen3" or "<|fim_" not in row["text"]]
        texts = [row["text"] for row in rows]
        ordinary = encode(path, texts, "--no-add-special", "--ordinary")
        self.same(texts, ordinary, [row["ids"] for row in rows])
        # twofold's cl100k_base has the reference's chat marks, tiktoken's has not.
        rows = [row for row in rows if name != "cl100k_base" or "<|im_" not in row["text"]]
        texts = [row["text"] for row in rows]
        self.same(texts, encode(path, texts, "--no-add-special"),
                  [row.get("ids_special", row["ids"]) for row in rows])

    def test_all(self):
        for name, path in self.FILES.items():
            with self.subTest(name):
                self.check(name, path)

    def test_packed(self):
        for name, packed in [("llama3", "llama3"), ("qwen3", "qwen2")]:
            with self.subTest(name):
                path = self.path / f"{name}.json"
                path.write_bytes(
                    gzip.decompress((VOCABULARIES / packed / "tokenizer.json.gz").read_bytes()))
                self.check(name, path)

    def test_llama_cpp(self):
        for vocab, name in [("gpt-2", "gpt2"), ("llama-bpe", "llama3"), ("qwen2", "qwen3"),
                            ("llama-spm", "llama2_spm")]:
            with self.subTest(vocab):
                stem = VOCABULARIES / f"llama.cpp/ggml-vocab-{vocab}.gguf"
                texts = stem.with_suffix(".gguf.inp").read_text().split("\n__ggml_vocab_test__\n")
                theirs = [[int(word) for word in line.split()]
                          for line in stem.with_suffix(".gguf.out").read_text().split("\n")]
                ours = encode(self.FILES[name], texts, "--no-add-special")
                self.same(texts, ours, theirs[:len(texts)])


if __name__ == "__main__":
    unittest.main()
