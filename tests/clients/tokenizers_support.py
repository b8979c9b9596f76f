"""What the tests of tokenizers share: the binary as a filter, random text, small tokenizers trained
here with the `tokenizers` library."""
import json
import os
import pathlib
import random
import subprocess
import unicodedata

from tokenizers import (AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers,
                        processors, trainers)

SOURCE = pathlib.Path(__file__).resolve().parents[2]
SHARED = SOURCE.parent / "shared"
BINARY = pathlib.Path(os.environ.get("TWOFOLD_BINARY", SOURCE / "build/release/twofold"))
STRINGS = int(os.environ.get("TWOFOLD_TOKENIZER_STRINGS", "5000"))
LLAMA3 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
          r"|\s*[\r\n]+|\s+(?!\S)|\s+")
QWEN2 = LLAMA3.replace(r"\p{N}{1,3}", r"\p{N}")


def run(verb, path, text, *flags):
    return subprocess.run([BINARY, verb, "--tokenizer", path, *flags], input=text.encode(),
                          capture_output=True)


def lines(verb, path, rows, *flags):
    result = run(verb, path, "".join(json.dumps(row) + "\n" for row in rows), *flags)
    if result.returncode:
        raise AssertionError(result.stderr.decode())
    return [json.loads(line) for line in result.stdout.decode().split("\n")[:-1]]


def encode(path, texts, *flags):
    return [row["ids"] for row in lines("encode", path, [{"text": text} for text in texts], *flags)]


def decode(path, all_ids, *flags):
    return [row["text"] for row in lines("decode", path, [{"ids": ids} for ids in all_ids], *flags)]


def demo_text():
    return [(SOURCE / "examples/demo" / name).read_text() for name in ("kjv.txt", "shakespeare.txt")]


class RandomText:
    """Strings of all that trips tokenizers up. Code points that are assigned in Python's Unicode (14, as
    in Debian's PCRE2; those of Unicode 15 and 16 are unassigned to it), of all planes."""
    PLANES = [(0x20, 0x7F), (0x80, 0x250), (0x250, 0x3000), (0x3000, 0xD800), (0xE000, 0x10000),
              (0x10000, 0x20000), (0x1F300, 0x1FA00), (0x20000, 0x30000), (0xE0000, 0xE01F0),
              (0xF0000, 0x110000)]
    SPACES = [" ", " ", " ", "\n", "\t", "\r\n", "\r", "\u00a0", "\u3000", "\u2028", "\u0085", "\v"]
    ODD = ["'s", "'S", "'ll", "'\u017f", "\u212a", "\u200d", "\ufeff", "\u0000", "\u2581", "\u2581\u2581",
           "\U0001F469\u200d\U0001F467", "e\u0301", "\u1100\u1161\u11a8", "\ufdfa", "\u00bd", "<0x0A>",
           "\u0344", "\u212b", "\ufb01", "\u0958", "<0x", "\u0130", "1234567", "3.14", "\u0663\u0664",
           "\u4f60\u597d", "don't", "it's", "I'M", "x_y", "__init__", "//", "\ufffd", "\uffff",
           "the\u24d2", "\ua7f2", "\U00011935\U00011930", "\u1abf\u0301", "\u32ff", "\u00b2x"]

    def __init__(self, seed, specials=()):
        self.random = random.Random(seed)
        self.specials = list(specials) or ["<s>"]
        self.demo = demo_text()

    def character(self):
        while True:
            code = self.random.randrange(*self.random.choice(self.PLANES))
            if unicodedata.category(chr(code)) not in ("Cn", "Cs"):
                return chr(code)

    def part(self):
        rnd = self.random
        kind = rnd.randrange(8)
        if kind <= 1:
            text = rnd.choice(self.demo)
            start = rnd.randrange(len(text) - 60)
            return text[start:start + rnd.randrange(1, 60)]
        if kind == 2:
            return rnd.choice(self.SPACES) * rnd.choice([1, 1, 1, 2, 3, 8, 40])
        if kind == 3:
            return "".join(self.character() for _ in range(rnd.randrange(1, 6)))
        if kind == 4:
            return rnd.choice(self.ODD) * rnd.choice([1, 1, 2])
        if kind == 5:
            special = rnd.choice(self.specials)
            return special if rnd.random() < 0.7 else special[:rnd.randrange(len(special)) + 1]
        if kind == 6:
            return "".join(rnd.choice("aAbB01.,!?'\"-_ \n") for _ in range(rnd.randrange(1, 12)))
        return rnd.choice(self.SPACES)

    def text(self):
        return "".join(self.part() for _ in range(self.random.randrange(0, 9)))

    def texts(self, count):
        return ["", " ", "  ", "\n"] + [self.text() for _ in range(count)]


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
