"""Every code point, beside `tokenizers` and tiktoken: how patterns class it, how texts with it are cut,
and its normal forms.

twofold's PCRE2 and utf8proc have other versions of Unicode than the clients; here is shown that nothing
is left of that."""
import base64
import itertools
import unittest
from unittest import mock

import tiktoken
import tiktoken_ext.openai_public as openai
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers

from tokenizers_support import BYTES, LLAMA3, QWEN2, Base, encode, encode_theirs

CODES = [code for code in range(0x110000) if not 0xD800 <= code < 0xE000]
ALL = "".join(map(chr, CODES))
CATEGORIES = ("Cn Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So Zs Zl Zp Cc Cf "
              "Co").split()
SCRIPTS = "Greek Han Hangul Hebrew Hiragana Katakana Latin Thai".split()
PER_TEXT = 32  # code points whose contexts share a text
MARK = "\u2581"


def assigned():
    """As the clients know them, and of the others, which are all alike, every 97th; of the private ones
    every 23rd."""
    unassigned = set(ALL) - set(normalizers.Replace(Regex(r"\p{Cn}"), "").normalize_str(ALL))
    return [char for char in ALL
            if (ord(char) % 97 == 0 if char in unassigned else ord(char) < 0xF0000 or ord(char) % 23 == 0)]


ASSIGNED = assigned()


def in_contexts(context, chars=ASSIGNED):
    """Texts with each character in place of each "#" of the context."""
    parts = [context.replace("#", char) for char in chars]
    return ["\n".join(parts[i:i + PER_TEXT]) for i in range(0, len(parts), PER_TEXT)]


SPLIT = "a#1 ##'s #."


def bytes_apart(vocabulary=(), **parts):
    """A tokenizer whose ids are the bytes of the text, and MARK."""
    tokenizer = Tokenizer(models.BPE(
        vocab={token: i for i, token in enumerate(["<unk>", *BYTES, MARK, *vocabulary])}, merges=[],
        unk_token="<unk>", byte_fallback=True))
    for name, part in parts.items():
        setattr(tokenizer, name, part)
    tokenizer.decoder = decoders.ByteFallback()
    return tokenizer


def shows_cuts(*steps):
    """A tokenizer that writes a mark at the beginning of each piece."""
    return bytes_apart(pre_tokenizer=pre_tokenizers.Sequence(
        [*steps, pre_tokenizers.Metaspace(MARK, "always", split=False)]))


class Unicode(Base):
    def same_ids(self, tokenizer, texts, name):
        with self.subTest(name):
            self.same(texts, encode(self.save(tokenizer, "probe"), texts), encode_theirs(tokenizer, texts))

    def test_categories(self):
        """All 1 112 064 code points: each is replaced by one that stands for its category. Those are of
        category Cn, which is the first to be replaced."""
        steps = [normalizers.Replace(Regex(rf"\p{{{name}}}"), chr(0x50000 + i))
                 for i, name in enumerate(CATEGORIES)]
        texts = [ALL[i:i + 4096] for i in range(0, len(ALL), 4096)]
        self.same_ids(bytes_apart(normalizer=normalizers.Sequence(steps)), texts, "categories")

    def test_classes(self):
        """Those in the class removed, or cut apart."""
        texts = ["".join(ASSIGNED[i:i + 1024]) for i in range(0, len(ASSIGNED), 1024)]
        for pattern in [r"\w", r"[\w]", r"\W", r"\d", r"\s", r"\S", *(rf"\p{{{name}}}" for name in SCRIPTS)]:
            self.same_ids(bytes_apart(normalizer=normalizers.Replace(Regex(pattern), "")), texts, pattern)
        for strip in (pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Digits(individual_digits=True)):
            self.same_ids(shows_cuts(strip), texts, strip)

    def test_patterns(self):
        texts = in_contexts(SPLIT)
        patterns = {"gpt2": openai.r50k_pat_str, "llama3": LLAMA3, "qwen2": QWEN2, "cl100k": None, "o200k": None,
                    "deepseek": r"[\p{L}\p{M}]+|\p{P}+|\p{S}|\p{N}{1,3}|\s+", "words": r"\w+|[^\w\s]+"}
        with mock.patch.object(openai, "load_tiktoken_bpe", lambda *_args, **_more: {}):
            patterns.update(cl100k=openai.cl100k_base()["pat_str"].replace("++", "+").replace("?+", "?")
                            .replace("*+", "*").replace("{1,3}+", "{1,3}"),
                            o200k=openai.o200k_base()["pat_str"])
        for name, pattern in patterns.items():
            self.same_ids(shows_cuts(pre_tokenizers.Split(Regex(pattern), "isolated")), texts, name)

    def test_added_tokens(self):
        tokenizer = bytes_apart()
        tokenizer.add_tokens([AddedToken("<w>", single_word=True), AddedToken("<l>", lstrip=True),
                              AddedToken("<r>", rstrip=True)])
        self.same_ids(tokenizer, in_contexts("#<w> <w># #<w># <l>#<l><r>#<r>#"), "flags")

    def test_normal_forms(self):
        texts = in_contexts("#e#\u0301 \u0327##\u0323 \u1100#\u11a8 \uac00#")
        for form in (normalizers.NFC, normalizers.NFD, normalizers.NFKC, normalizers.NFKD):
            self.same_ids(bytes_apart(normalizer=form()), texts, form)

    def test_tiktoken(self):
        """Rank files made so that the bytes around each character are merged first, if they are in one
        piece: cuts beside it are seen."""
        texts = in_contexts(SPLIT)
        kinds = {"r50k_base": 50256, "cl100k_base": 100256, "o200k_base": 199998, "llama3": 128000}
        for name, size in kinds.items():
            with self.subTest(name):
                ranks = made_ranks(size)
                path = self.path / f"{name}.tiktoken"
                path.write_text("".join(f"{base64.b64encode(token).decode()} {rank}\n"
                                        for token, rank in ranks.items()))
                theirs = self.encoding(name, ranks)
                self.same(texts, encode(path, texts), [theirs.encode_ordinary(text) for text in texts])

    def encoding(self, name, ranks):
        if name == "llama3":
            return tiktoken.Encoding(name, pat_str=LLAMA3, mergeable_ranks=ranks, special_tokens={})
        with mock.patch.object(openai, "load_tiktoken_bpe", lambda *_args, **_more: ranks):
            return tiktoken.Encoding(**getattr(openai, name)())


def made_ranks(size):
    """Single bytes; a lead byte with what comes before it; a last byte with what comes after it; and
    tokens that no text has."""
    tokens = [bytes([byte]) for byte in range(256)]
    tokens += [bytes(pair) for pair in itertools.product(range(0xC0), range(0xC2, 0xF5))]
    tokens += [bytes(pair) for pair in itertools.product(range(0x80, 0xC0), range(0x80))]
    tokens += [b"\xff" + bytes([i >> 16, i >> 8 & 255, i & 255]) for i in range(size - len(tokens))]
    return {token: rank for rank, token in enumerate(tokens)}


if __name__ == "__main__":
    unittest.main()
