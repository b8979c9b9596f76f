"""twofold's ids beside those of `tokenizers`, `tiktoken` and `sentencepiece`."""
import gzip
import json
import pathlib
import tempfile
import unittest
from unittest import mock

import sentencepiece
import tiktoken_ext.openai_public as openai
import tiktoken
import tiktoken.load
from tokenizers import Tokenizer

from tokenizers_support import SHARED, STRINGS, TRAINED, RandomText, decode, encode, llama3

VOCABULARIES = SHARED / "data/tokenizers"
GOLDEN = SHARED / "data/tokenizer_golden"
needs_shared = unittest.skipUnless(GOLDEN.exists(), f"no {GOLDEN}")


class Base(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = pathlib.Path(self.folder.name)

    def same(self, texts, ours, theirs):
        self.assertEqual(len(ours), len(theirs))
        different = [i for i in range(len(texts)) if ours[i] != theirs[i]]
        for i in different[:3]:
            print(f"\n{texts[i]!r}\n  ours   {ours[i]!r}\n  theirs {theirs[i]!r}")
        self.assertEqual(different, [], f"{len(different)} of {len(texts)} differ")

    def save(self, tokenizer, name):
        path = self.path / f"{name}.json"
        tokenizer.save(str(path))
        return path

    def same_as_tokenizers(self, path, tokenizer, seed, skips=True):
        """skips=False: `tokenizers` 0.23 does not skip special tokens that its normalizer changes
        (it looks for their normal form among the special texts); twofold does."""
        specials = [token.content for token in tokenizer.get_added_tokens_decoder().values()][:300]
        texts = RandomText(seed, specials).texts(STRINGS)
        theirs = [tokenizer.encode(text).ids for text in texts]
        self.same(texts, encode(path, texts), theirs)
        plain = [tokenizer.encode(text, add_special_tokens=False).ids for text in texts]
        self.same(texts, encode(path, texts, "--no-add-special"), plain)
        tokenizer.encode_special_tokens = True
        ordinary = [tokenizer.encode(text, add_special_tokens=False).ids for text in texts]
        self.same(texts, encode(path, texts, "--no-add-special", "--ordinary"), ordinary)
        tokenizer.encode_special_tokens = False
        if skips:
            self.same(theirs, decode(path, theirs), tokenizer.decode_batch(theirs))
        self.same(theirs, decode(path, theirs, "--keep-special"),
                  tokenizer.decode_batch(theirs, skip_special_tokens=False))
        size = tokenizer.get_vocab_size()
        draw = RandomText(seed + 1).random.randrange
        ids = [[draw(size) for _ in range(draw(12))] for _ in range(STRINGS)]
        self.same(ids, decode(path, ids, "--keep-special"),
                  tokenizer.decode_batch(ids, skip_special_tokens=False))


class Trained(Base):
    """Tokenizers made here: they need nothing that is not in the repository."""

    def check(self, make, seed):
        tokenizer = make()
        self.same_as_tokenizers(self.save(tokenizer, make.__name__), tokenizer, seed)


    def variants(self, name, changes, seed):
        """The small Llama 3 tokenizer with other parts: each is compared on a share of the strings."""
        base = json.loads(llama3().to_str())
        texts = RandomText(seed, ["<|eot_id|>"]).texts(max(100, STRINGS // 20))
        for number, change in enumerate(changes):
            with self.subTest(change):
                tokenizer = Tokenizer.from_str(json.dumps({**base, **change}))
                path = self.save(tokenizer, f"{name}{number}")
                self.same(texts, encode(path, texts), [tokenizer.encode(text).ids for text in texts])

    def test_patterns_and_behaviors(self):
        patterns = [r"\s+$", r"^\w+", r"a$|\d{1,3}+", r"\p{N}{1,2}", r"\W+", r"[\w.]+|x", r"(?i:'s|k)",
                    r"(?<=a)b|\p{Lu}", r" ?\p{L}++", r"\s*", r"\.\s(?!\S)", r"[^\r\n\s]+[\r\n/]*"]
        behaviors = ["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"]
        splits = [({"Regex": pattern}, behaviors[i % 5], False) for i, pattern in enumerate(patterns)]
        splits += [({"Regex": r"\s"}, behavior, invert)
                   for behavior in behaviors for invert in (False, True)]
        splits += [({"String": text}, behavior, False)
                   for text, behavior in zip([" ", "the", ".", "(", "\n"], behaviors)]
        byte_level = {"type": "ByteLevel", "add_prefix_space": False, "use_regex": False,
                      "trim_offsets": True}
        self.variants("split", [{"pre_tokenizer": {"type": "Sequence", "pretokenizers": [
            {"type": "Split", "pattern": pattern, "behavior": behavior, "invert": invert},
            byte_level]}} for pattern, behavior, invert in splits], 200)

    def test_normalizers(self):
        kinds = [{"type": form} for form in ("NFC", "NFD", "NFKC", "NFKD")]
        kinds += [{"type": "Strip", "strip_left": left, "strip_right": right}
                  for left in (True, False) for right in (True, False)]
        kinds += [{"type": "Replace", "pattern": pattern, "content": content} for pattern, content in
                  [({"String": "the"}, ""), ({"Regex": r"\s+"}, " "), ({"Regex": "[aeiou]"}, "ee")]]
        kinds += [{"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "x y"}, {"type": "NFC"}]}]
        self.variants("normal", [{"normalizer": kind} for kind in kinds], 201)

    def test_pre_tokenizers(self):
        def sequence(*steps):
            return {"pre_tokenizer": {"type": "Sequence", "pretokenizers": list(steps)}}
        byte_level = {"type": "ByteLevel", "add_prefix_space": False, "use_regex": True,
                      "trim_offsets": True}
        changes = [sequence({"type": "Digits", "individual_digits": each}, byte_level)
                   for each in (True, False)]
        changes += [sequence({"type": "WhitespaceSplit"}, {**byte_level, "add_prefix_space": True})]
        changes += [sequence({"type": "Metaspace", "replacement": "_", "prepend_scheme": scheme,
                              "split": split}, byte_level)
                    for scheme in ("always", "first", "never") for split in (True, False)]
        self.variants("pre", changes, 202)


for number, maker in enumerate(TRAINED):
    setattr(Trained, f"test_{maker.__name__}",
            lambda self, make=maker, seed=number: self.check(make, seed))


@needs_shared
class Published(Base):
    def unpacked(self, name):
        path = self.path / f"{name}.json"
        path.write_bytes(gzip.decompress((VOCABULARIES / name / "tokenizer.json.gz").read_bytes()))
        return path

    def test_llama3(self):
        path = self.unpacked("llama3")
        self.same_as_tokenizers(path, Tokenizer.from_file(str(path)), 100)

    def test_qwen3(self):
        path = self.unpacked("qwen2")
        self.same_as_tokenizers(path, Tokenizer.from_file(str(path)), 101)

    def test_tinystories(self):
        path = SHARED / "models/tinystories-656k/tokenizer.json"
        self.same_as_tokenizers(path, Tokenizer.from_file(str(path)), 102, skips=False)

    def test_sentencepiece(self):
        path = VOCABULARIES / "llama2/tokenizer.model"
        model = sentencepiece.SentencePieceProcessor(model_file=str(path))
        texts = RandomText(103, ["<s>", "</s>", "<unk>", "<0x41>"]).texts(STRINGS)
        theirs = model.encode(texts)
        self.same(texts, encode(path, texts, "--no-add-special"), theirs)
        self.same(texts, encode(path, texts), [[model.bos_id()] + ids for ids in theirs])
        self.same(theirs, decode(path, theirs), [model.decode(ids) for ids in theirs])

    def tiktoken_encoding(self, name, path):
        if name == "llama3":
            from tokenizers_support import LLAMA3
            return tiktoken.Encoding(name, pat_str=LLAMA3, special_tokens={},
                                     mergeable_ranks=tiktoken.load.load_tiktoken_bpe(str(path)))
        load = lambda *_args, **_more: tiktoken.load.load_tiktoken_bpe(str(path))
        with mock.patch.object(openai, "load_tiktoken_bpe", load):
            return tiktoken.Encoding(**getattr(openai, name)())

    def test_tiktoken(self):
        for name, file in [("cl100k_base", "tiktoken/cl100k_base.tiktoken"),
                           ("o200k_base", "tiktoken/o200k_base.tiktoken"),
                           ("llama3", "llama3/tokenizer.model")]:
            with self.subTest(name):
                path = VOCABULARIES / file
                encoding = self.tiktoken_encoding(name, path)
                # The chat marks are twofold's own addition to cl100k_base.
                specials = encoding.special_tokens_set or {"<|end|>"}
                texts = RandomText(104, specials).texts(STRINGS)
                theirs = [encoding.encode_ordinary(text) for text in texts]
                self.same(texts, encode(path, texts, "--ordinary"), theirs)
                self.same(theirs, decode(path, theirs), [encoding.decode(ids) for ids in theirs])
                if encoding.special_tokens_set:
                    all_ids = [encoding.encode(text, allowed_special="all") for text in texts]
                    self.same(texts, encode(path, texts), all_ids)

    def test_gpt2_pair(self):
        folder = VOCABULARIES / "gpt2"
        vocabulary = json.loads((folder / "encoder.json").read_text())
        with mock.patch.object(openai, "data_gym_to_mergeable_bpe_ranks", lambda **_: {
                byte_text(token): rank for token, rank in vocabulary.items() if rank < 50256}):
            encoding = tiktoken.Encoding(**openai.gpt2())
        texts = RandomText(105, ["<|endoftext|>"]).texts(STRINGS)
        self.same(texts, encode(folder, texts),
                  [encoding.encode(text, allowed_special="all") for text in texts])


def byte_text(token):
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    table = {chr(byte): byte for byte in printable}
    table.update({chr(256 + i): byte for i, byte in enumerate(others)})
    return bytes(table[character] for character in token)


@needs_shared
class Golden(Base):
    """Ids that other implementations gave, and llama.cpp's own test inputs."""
    FILES = {
        "gpt2": VOCABULARIES / "gpt2", "cl100k_base": VOCABULARIES / "tiktoken/cl100k_base.tiktoken",
        "o200k_base": VOCABULARIES / "tiktoken/o200k_base.tiktoken",
        "llama3": VOCABULARIES / "llama3/tokenizer.model", "qwen3": VOCABULARIES / "qwen2",
        "llama2_spm": VOCABULARIES / "llama2/tokenizer.model",
        "tinystories_656k": SHARED / "models/tinystories-656k/tokenizer.json",
        "stories260K_tok512": SHARED / "models/stories260K/tok512.bin"}

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
