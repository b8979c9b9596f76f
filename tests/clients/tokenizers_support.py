"""What the tests of tokenizers share: the binary as a filter, comparing, and small tokenizers trained
here with the `tokenizers` library."""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest
from json.encoder import encode_basestring_ascii

from tokenizers import (AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers,
                        processors, trainers)

SOURCE = pathlib.Path(__file__).resolve().parents[2]
MODELS = SOURCE / "tests/models"
SHARED = SOURCE.parent / "shared"
needs_shared_data = unittest.skipUnless((SHARED / "data").exists(), "needs ../shared/data (published tokenizers, under "
                                        "licences of their own)")
BINARY = pathlib.Path(os.environ.get("TWOFOLD_BINARY", SOURCE / "build/release/twofold"))
LLAMA3 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
          r"|\s*[\r\n]+|\s+(?!\S)|\s+")
QWEN2 = LLAMA3.replace(r"\p{N}{1,3}", r"\p{N}")


def rows_of(command, data):
    result = subprocess.run(command, input=data, capture_output=True)
    if result.returncode:
        raise AssertionError(result.stderr.decode())
    return json.loads("[" + result.stdout.decode().replace("\n", ",")[:-1] + "]")  # quicker than by line


def encode(path, texts, *flags):
    data = "".join(f'{{"text": {encode_basestring_ascii(text)}}}\n' for text in texts)
    rows = rows_of([BINARY, "encode", "--tokenizer", path, *flags], data.encode())
    return [row["ids"] for row in rows]


def encode_offsets(path, texts, *flags):
    """Ids with the characters that each stands for."""
    data = "".join(f'{{"text": {encode_basestring_ascii(text)}}}\n' for text in texts)
    rows = rows_of([BINARY, "encode", "--tokenizer", path, "--no-add-special", "--offsets", *flags], data.encode())
    return [(row["ids"], [tuple(span) for span in row["offsets"]]) for row in rows]


def encode_raw(path, texts):
    """Of bytes, which need not be UTF-8."""
    data = b"".join(b"%d\n%b" % (len(text), text) for text in texts)
    return [row["ids"] for row in rows_of([BINARY.parent / "encode_raw", path], data)]


def decode(path, all_ids, *flags):
    data = "".join(f'{{"ids": {ids}}}\n' for ids in all_ids)
    rows = rows_of([BINARY, "decode", "--tokenizer", path, *flags], data.encode())
    return [row["text"] for row in rows]


def encode_theirs(tokenizer, texts, add_special=True):
    """Ids of `tokenizers`."""
    return [each.ids for each in tokenizer.encode_batch_fast(texts, add_special_tokens=add_special)]


def demo_text():
    return [(SOURCE / "examples/demo" / name).read_text() for name in ("kjv.txt", "shakespeare.txt")]


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


def _train(tokenizer, trainer):
    text = "\n".join(part[:60_000] for part in demo_text())
    tokenizer.train_from_iterator(text.splitlines(keepends=True), trainer)
    return tokenizer


def _byte_level(pre_tokenizer, marks, normalizer=None, **model):
    tokenizer = Tokenizer(models.BPE(**model))
    tokenizer.pre_tokenizer = pre_tokenizer
    if normalizer:
        tokenizer.normalizer = normalizer
    tokenizer.decoder = decoders.ByteLevel()
    return _train(tokenizer, trainers.BpeTrainer(
        vocab_size=1200, special_tokens=marks, show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))


def _split_bytes(pattern):
    return pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(pattern), "isolated"),
                                    pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])


def _begin(tokenizer, mark, end=None):
    single = f"{mark} $A" + (f" {end}" if end else "")
    tokenizer.post_processor = processors.TemplateProcessing(
        single=single, special_tokens=[(m, tokenizer.token_to_id(m)) for m in (mark, end) if m])
    return tokenizer


def llama3():
    tokenizer = _byte_level(_split_bytes(LLAMA3), ["<|begin_of_text|>", "<|eot_id|>"],
                            ignore_merges=True)
    return _begin(tokenizer, "<|begin_of_text|>")


def qwen2():
    tokenizer = _byte_level(_split_bytes(QWEN2), ["<|endoftext|>", "<|im_start|>"], normalizers.NFC())
    tokenizer.add_tokens([AddedToken("<think>", normalized=False), AddedToken("\u00c5ng")])
    return tokenizer


def gpt2():
    tokenizer = _byte_level(pre_tokenizers.ByteLevel(add_prefix_space=True), ["<|endoftext|>"])
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=True)
    return tokenizer


def neox():
    """Runs of spaces as added tokens, and every flag that they can have."""
    tokenizer = _byte_level(pre_tokenizers.ByteLevel(add_prefix_space=False), ["<|endoftext|>"])
    tokenizer.add_tokens([AddedToken(" " * n, normalized=True) for n in range(2, 12)])
    tokenizer.add_tokens([AddedToken("<l>", lstrip=True), AddedToken("<r>", rstrip=True),
                          AddedToken("<lr>", lstrip=True, rstrip=True, normalized=False),
                          AddedToken("the", single_word=True)])
    tokenizer.add_special_tokens([AddedToken("<mask>", lstrip=True), "<mask><mask>"])
    return tokenizer


def smollm():
    return _byte_level(pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True),
                                                pre_tokenizers.ByteLevel(add_prefix_space=False)]),
                       ["<|im_end|>"])


BYTES = [f"<0x{byte:02X}>" for byte in range(256)]


def _byte_fallback(vocab_size=1200):
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    _train(tokenizer, trainers.BpeTrainer(vocab_size=vocab_size, show_progress=False,
                                          special_tokens=["<unk>", "<s>", "</s>"] + BYTES))
    return tokenizer


def _plain_bytes(tokenizer):
    """The byte tokens belong to the model, not to the added tokens."""
    data = json.loads(tokenizer.to_str())
    data["added_tokens"] = [token for token in data["added_tokens"] if token["content"] not in BYTES]
    return Tokenizer.from_str(json.dumps(data))


def llama2():
    tokenizer = _plain_bytes(_byte_fallback())
    tokenizer.pre_tokenizer = None
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(),
                                           decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    return _begin(tokenizer, "<s>", "</s>")


def mistral():
    """As newer conversions write it: Metaspace, the mark before the first piece only."""
    tokenizer = llama2()
    tokenizer.normalizer = None
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first", split=False)
    return tokenizer


def gemma():
    tokenizer = _plain_bytes(_byte_fallback())
    tokenizer.normalizer = normalizers.Replace(" ", "▁")
    tokenizer.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(),
                                           decoders.Fuse()])
    return tokenizer


def unknown_apart():
    """No byte tokens, and each unknown character by itself."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return _train(tokenizer, trainers.BpeTrainer(vocab_size=600, show_progress=False,
                                                 special_tokens=["<unk>"]))


def unigram():
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    _train(tokenizer, trainers.UnigramTrainer(vocab_size=800, unk_token="<unk>", show_progress=False,
                                              special_tokens=["<unk>", "<s>", "</s>"]))
    return _begin(tokenizer, "<s>")


def unigram_bytes():
    data = json.loads(unigram().to_str())
    data["model"]["vocab"] += [[token, -20.0] for token in BYTES]
    data["model"]["byte_fallback"] = True
    data["normalizer"] = None
    data["pre_tokenizer"]["split"] = False
    data["decoder"] = {"type": "Sequence", "decoders": [
        {"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"},
        {"type": "Fuse"}]}
    return Tokenizer.from_str(json.dumps(data))


TRAINED = [llama3, qwen2, gpt2, neox, smollm, llama2, mistral, gemma, unknown_apart, unigram,
           unigram_bytes]
