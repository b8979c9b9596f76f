"""llama.cpp (xllamacpp) tokenizes with the vocabularies that we write into GGUF files: its ids are those of
`twofold encode`, and those that llama.cpp's own tests expect."""
import gzip
import json
import shutil
import sys
import unittest
import urllib.request

import gguf
import sentencepiece
import xllamacpp
from tokenizers.processors import ByteLevel

import tokenizers_support as support
from tokenizers_support import MODELS, SHARED, decode, encode, needs_shared_data

sys.path.insert(0, str(support.SOURCE / "tests/jobs"))
from support import RunTest  # noqa: E402

VOCABULARIES = SHARED / "data/tokenizers"
RUN = """
job: llama/train/pretrain
architecture: {{n_layers: 1, n_embd: 32, n_head: 2, intermediate_size: 32, block_size: 16, vocab_size: {rows},
               tie_word_embeddings: true, dtype: {{activation: float32}}}}
logging: {{report_interval: 1, validation_interval: 10, checkpoint_interval: 7}}
runtime: {{threads: 1}}
optimization: {{lr: 0.003}}
training: {{batch_size: 1, validation_steps: 1, tokens: 16, dataset: [{{name: first, rate: 1.0, style: PMD}}]}}
tokenizer: {tokenizer}
"""


class Llama:
    """A GGUF file in llama.cpp, asked for ids and for text over HTTP: the wheel has no call for these."""

    def __init__(self, path):
        params = xllamacpp.CommonParams()
        params.model.path = str(path)
        params.n_ctx = 64
        params.n_parallel = 1
        params.port = 0
        params.warmup = False
        params.fit_params = False
        params.verbosity = 0
        self.server = xllamacpp.Server(params)

    def ask(self, verb, **body):
        request = urllib.request.Request(f"{self.server.listening_address}/{verb}", json.dumps(body).encode(),
                                         {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def encode(self, texts, **options):
        return [self.ask("tokenize", content=text, **options)["tokens"] for text in texts]

    def decode(self, all_ids):
        return [self.ask("detokenize", tokens=ids)["content"] for ids in all_ids]


class Tokenizers(RunTest):
    def run_of(self, name, rows, path):
        """Trains a tiny model of so many rows for a step."""
        tokenizer = f"{{backend: huggingface, file: {path}}}" if path else "{backend: bytes}"
        self.run_job(name, self.config(RUN.format(rows=rows, tokenizer=tokenizer)))

    def write(self, path, rows):
        """A tiny model with the tokenizer of `path` as a GGUF file, and what the export said."""
        name = f"r{rows}"
        self.run_of(name, rows, path)
        out = self.root / f"{name}.gguf"
        done = self.twofold("export", name, self.root, "--to", "gguf", out, "--dtype", "f16")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return out, done.stdout + done.stderr

    def check_notes(self, said, notes):
        """The export warned of these differences, and of no other."""
        warnings = [line for line in said.splitlines() if line.startswith("warning")]
        self.assertEqual(len(warnings), len(notes), said)
        for note in notes:
            self.assertIn(note, said)

    def same(self, texts, ours, theirs):
        different = [i for i in range(len(texts)) if ours[i] != theirs[i]]
        for i in different[:3]:
            print(f"\n{texts[i]!r}\n  twofold   {ours[i]!r}\n  llama.cpp {theirs[i]!r}", file=sys.stderr)
        self.assertEqual(different, [], f"{len(different)} of {len(texts)} differ")

    def compare(self, path, llama, texts, marked=(), parse=True):
        """`marked`: texts with special tokens in them. `parse`: whether llama.cpp looks for them in the other
        texts too; to SentencePiece models they are ordinary text wherever they stand."""
        texts = ["", *texts]
        options = {"parse_special": parse}
        self.same(texts, encode(path, texts, "--no-add-special"), llama.encode(texts, **options))
        self.same(texts, encode(path, texts), llama.encode(texts, add_special=True, **options))
        self.same(marked, encode(path, marked, "--no-add-special"), llama.encode(marked))
        ordinary = encode(path, marked, "--no-add-special", "--ordinary")
        self.same(marked, ordinary, llama.encode(marked, parse_special=False))

    def compare_texts(self, path, llama, texts):
        """Ids back to text. llama.cpp keeps the space that a SentencePiece text is given in front."""
        ids = encode(path, texts, "--no-add-special")
        theirs = llama.decode(ids)
        stripped = [text[1:] if text.startswith(" ") else text for text in theirs]
        ours = decode(path, ids, "--keep-special")
        self.same(texts, ours, stripped if ours != theirs else theirs)

    def check_near(self, path, rows, texts, notes, marked=()):
        """Tokenizers that llama.cpp has only nearly: equal for texts like these."""
        out, said = self.write(path, rows)
        self.check_notes(said, notes)
        llama = Llama(out)
        self.compare(path, llama, texts, marked)
        self.compare_texts(path, llama, texts)
        return llama


def chunks(text, size=400, count=25):
    """Slices from all over a text."""
    step = max(1, len(text) // count)
    return [text[at:at + size] for at in range(0, len(text) - size, step)]


class Trained(Tokenizers):
    """Tokenizers made here: they need nothing that is not in the repository."""
    TEXTS = [chunk for text in support.demo_text() for chunk in chunks(text)] + [
        " a", "  two", "a  b   c", "tab\there", "line\n\nbreaks \n", "don't I'LL 1234567 x1y22", "café Ünicode 你好", "🦙"]

    def check(self, make, specials, notes=()):
        tokenizer = make()
        path = self.root / "tokenizer.json"
        tokenizer.save(str(path))
        out, said = self.write(path, tokenizer.get_vocab_size() + 3)
        self.check_notes(said, notes)
        llama = Llama(out)
        marked = [f"{special} and {special}{special}end" for special in specials]
        self.compare(path, llama, self.TEXTS, marked)
        self.compare_texts(path, llama, self.TEXTS)

    def test_bytes(self):
        out, said = self.write(None, 257)
        self.check_notes(said, [])
        self.same(self.TEXTS, [list(text.encode()) for text in self.TEXTS], Llama(out).encode(self.TEXTS))

    def test_llama3(self):
        self.check(support.llama3, ["<|begin_of_text|>", "<|eot_id|>"])

    def test_qwen2(self):
        self.check(support.qwen2, ["<|endoftext|>", "<|im_start|>", "<think>"], notes=["NFC"])

    def test_smollm(self):
        self.check(support.smollm, ["<|im_end|>"], notes=["no token that ends a text"])

    def test_llama2(self):
        self.check(support.llama2, ["<s>", "</s>"], notes=["are not merged by this tokenizer"])

    def test_gemma(self):
        self.check(support.gemma, ["<s>", "</s>"], notes=["are not merged by this tokenizer"])

    def test_what_cannot_be_expressed_is_refused_by_name(self):
        for make, part in [(support.gpt2, "add_prefix_space"), (support.unigram, "Unigram"),
                           (support.unknown_apart, "WhitespaceSplit")]:
            with self.subTest(make.__name__):
                path = self.root / f"{make.__name__}.json"
                make().save(str(path))
                self.run_of(make.__name__, 1300, path)
                out = self.root / f"{make.__name__}.gguf"
                export = ("export", make.__name__, self.root, "--to", "gguf", out)
                self.assert_refused(self.twofold(*export), "llama.cpp cannot do what this tokenizer does", part,
                                    "--no-tokenizer")
                self.assertFalse(out.exists())
                done = self.twofold(*export, "--no-tokenizer")
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual(gguf.GGUFReader(out).fields["tokenizer.ggml.model"].contents(), "no_vocab")


class Kept(Tokenizers):
    """The models in tests/models."""

    def test_bible(self):
        """No bytes, and special tokens that the normalizer changes: llama.cpp stops at unknown characters."""
        path = MODELS / "bible-656k/tokenizer.json"
        known = json.loads(path.read_text())["model"]["vocab"]
        texts = chunks("".join(c for c in support.demo_text()[0] if c in known or c == " "))
        llama = self.check_near(path, 2048, texts, ["not every byte", "are not merged", "wherever its text stands"])
        self.assertEqual(llama.encode(["<|begin|>", "<|end|>"]), [[1], [2]])

    def test_stories260k(self):
        path = MODELS / "stories260K/tok512.bin"
        out, said = self.write(path, 512)
        self.check_notes(said, [])
        llama = Llama(out)
        self.compare(path, llama, Trained.TEXTS, parse=False)
        self.compare_texts(path, llama, Trained.TEXTS)


class Ends(Tokenizers):
    """What begins, ends and pads a text is what llama.cpp's converter takes, and further ends come after it."""
    IDS = {"<|begin_of_text|>": 0, "<|eot_id|>": 1, "<|end_of_text|>": 1200, "<|eom_id|>": 1201, "<|call|>": 1202}

    def ids(self, files, ends):
        """Those of a GGUF file and of the converter, for a folder with these files and a model with these ends."""
        folder = self.root / "folder"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        tokenizer = support.llama3()
        tokenizer.add_special_tokens(list(self.IDS))
        self.assertEqual({text: tokenizer.token_to_id(text) for text in self.IDS}, self.IDS)
        tokenizer.post_processor = ByteLevel()
        tokenizer.save(str(folder / "tokenizer.json"))
        for name, content in files.items():
            (folder / name).write_text(json.dumps(content))
        name = f"ends{len(list(self.root.glob('*.gguf')))}"
        run = RUN.format(rows=1203, tokenizer=f"{{backend: huggingface, file: {folder}}}")
        self.run_job(name, self.config(run), f"architecture.eos_token_id={ends}")
        out = self.root / f"{name}.gguf"
        done = self.twofold("export", name, self.root, "--to", "gguf", out)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        fields = gguf.GGUFReader(out).fields
        ours = {key: fields[f"tokenizer.ggml.{key}_token_id"].contents()
                for key in ("bos", "eos", "padding", "eot", "eom") if f"tokenizer.ggml.{key}_token_id" in fields}
        return ours, gguf.SpecialVocab(folder).special_token_ids, done.stdout + done.stderr

    def test_the_tokenizers_own_come_before_the_models(self):
        config = {"bos_token": "<|begin_of_text|>", "eos_token": "<|eot_id|>", "pad_token": "<|call|>"}
        ours, theirs, said = self.ids({"tokenizer_config.json": config}, [1200, 1201, 1])
        self.assertEqual((ours["bos"], ours["eos"], ours["padding"]), (theirs["bos"], theirs["eos"], theirs["pad"]))
        self.assertEqual(ours, {"bos": 0, "eos": 1, "padding": 1202, "eot": 1200, "eom": 1201})
        self.check_notes(said, [])

    def test_what_only_the_models_config_names_is_used(self):
        ours, theirs, _ = self.ids({"tokenizer_config.json": {}, "config.json": {"eos_token_id": 1200}}, [1200])
        self.assertEqual(ours["eos"], theirs["eos"])
        self.assertEqual(ours["eos"], 1200)
        self.assertNotIn("eot", ours)
        ours, _, _ = self.ids({"special_tokens_map.json": {"eos_token": "<|eot_id|>"}}, [])
        self.assertEqual(ours["eos"], 1)

    def test_more_ends_than_there_are_places_for_are_told(self):
        ours, _, said = self.ids({"tokenizer_config.json": {"eos_token": "<|eot_id|>"}}, [1, 1200, 1202, 1201])
        self.assertEqual((ours["eos"], ours["eot"], ours["eom"]), (1, 1200, 1201))
        self.check_notes(said, ["not told of: <|call|>"])


@needs_shared_data
class Published(Tokenizers):
    def setUp(self):
        super().setUp()
        corpora = SHARED / "data/pretrain"
        self.texts = [chunk for name in ("kjv.txt", "wikitext2_valid.txt")
                      for chunk in chunks((corpora / name).read_text())]

    def unpacked(self, name):
        path = self.root / f"{name}.json"
        path.write_bytes(gzip.decompress((VOCABULARIES / name / "tokenizer.json.gz").read_bytes()))
        return path

    def inputs(self, vocabulary):
        """llama.cpp's own test: texts and the ids that it expects."""
        stem = VOCABULARIES / f"llama.cpp/ggml-vocab-{vocabulary}.gguf"
        texts = stem.with_suffix(".gguf.inp").read_text().split("\n__ggml_vocab_test__\n")
        lines = stem.with_suffix(".gguf.out").read_text().split("\n")
        return texts, [[int(word) for word in line.split()] for line in lines[:len(texts)]]

    def check(self, path, rows, vocabulary, specials, notes=(), parse=True):
        out, said = self.write(path, rows)
        self.check_notes(said, notes)
        llama = Llama(out)
        texts, expected = self.inputs(vocabulary)
        self.same(texts, expected, llama.encode(texts))
        marked = [part for s in specials for part in (s, f"a{s}b", f" {s} {s}{s}\n")]
        self.compare(path, llama, texts + self.texts, marked, parse)
        self.compare_texts(path, llama, self.texts)
        return gguf.GGUFReader(out)

    def test_gpt2(self):
        self.check(VOCABULARIES / "gpt2", 50257, "gpt-2", ["<|endoftext|>"])

    def test_llama3_json(self):
        self.check(self.unpacked("llama3"), 128256, "llama-bpe",
                   ["<|begin_of_text|>", "<|eot_id|>", "<|reserved_special_token_5|>"])

    def test_llama3_ranks(self):
        self.check(VOCABULARIES / "llama3/tokenizer.model", 128256, "llama-bpe", ["<|end_of_text|>", "<|eot_id|>"])

    def test_qwen3_json(self):
        self.check(self.unpacked("qwen2"), 151936, "qwen2", ["<|endoftext|>", "<|im_start|>", "<tool_call>"],
                   notes=["NFC"])

    def test_qwen2_pair(self):
        self.check(VOCABULARIES / "qwen2", 151936, "qwen2", ["<|endoftext|>", "<|im_end|>"], notes=["NFC"])

    def test_llama2(self):
        path = VOCABULARIES / "llama2/tokenizer.model"
        reader = self.check(path, 32003, "llama-spm", [], parse=False)
        model = sentencepiece.SentencePieceProcessor(model_file=str(path))
        size = model.get_piece_size()
        fields = {key: reader.fields[f"tokenizer.ggml.{key}"].contents()
                  for key in ("tokens", "scores", "token_type", "bos_token_id", "eos_token_id", "unknown_token_id",
                              "add_bos_token", "add_eos_token", "add_space_prefix")}
        self.assertEqual(fields["tokens"][:size], [model.id_to_piece(i) for i in range(size)])
        self.assertEqual(fields["scores"][:size], [model.get_score(i) for i in range(size)])
        kinds = [2 if model.is_unknown(i) else 3 if model.is_control(i) else 6 if model.is_byte(i) else 1
                 for i in range(size)]
        self.assertEqual(fields["token_type"], kinds + [5, 5, 5])
        self.assertEqual([fields[key] for key in ("bos_token_id", "eos_token_id", "unknown_token_id")], [1, 2, 0])
        self.assertEqual([fields[key] for key in ("add_bos_token", "add_eos_token", "add_space_prefix")],
                         [True, False, True])

    def test_llama2_with_the_tokens_of_a_chat_beside_it(self):
        folder = self.root / "chat"
        folder.mkdir()
        shutil.copy(VOCABULARIES / "llama2/tokenizer.model", folder)
        (folder / "added_tokens.json").write_text('{"<|im_end|>": 32000, "<|im_start|>": 32001}')
        (folder / "tokenizer_config.json").write_text(json.dumps(
            {"tokenizer_class": "LlamaTokenizer", "eos_token": "<|im_end|>", "add_bos_token": True, "legacy": True}))
        out, said = self.write(folder, 32003)
        self.check_notes(said, ["before texts that begin with one"])
        fields = gguf.GGUFReader(out).fields
        self.assertEqual(fields["tokenizer.ggml.tokens"].contents()[32000:], ["<|im_end|>", "<|im_start|>", "[PAD32002]"])
        self.assertEqual(fields["tokenizer.ggml.token_type"].contents()[32000:], [3, 4, 5])
        self.assertEqual(fields["tokenizer.ggml.eos_token_id"].contents(), 32000)
        texts = ["<|im_start|>user\nhi<|im_end|>", "one<|im_end|><|im_start|>two", *self.texts[:9]]
        self.compare(folder, Llama(out), [text.strip() for text in texts])

    def test_llama2c(self):
        self.check(VOCABULARIES / "llama2/tokenizer.bin", 32000, "llama-spm", [], parse=False)

    def test_cl100k(self):
        texts = [text.rstrip() for text in self.inputs("gpt-2")[0] + self.texts]
        self.check_near(VOCABULARIES / "tiktoken/cl100k_base.tiktoken", 100288, texts, ["has no cl100k"],
                        ["<|endoftext|> a<|im_start|>", "<|fim_prefix|>"])

    def test_o200k(self):
        texts = [text for text in self.inputs("gpt-2")[0] + self.texts if text.isascii()]
        self.check_near(VOCABULARIES / "tiktoken/o200k_base.tiktoken", 200064, texts, ["o200k"],
                        ["<|endoftext|> a<|endofprompt|>"])


if __name__ == "__main__":
    unittest.main()
