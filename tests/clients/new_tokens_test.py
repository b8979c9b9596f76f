"""Tokens that were added here, in transformers, PEFT, and llama.cpp: the same ids, the same losses."""
import json
import pathlib
import sys
import unittest
import urllib.request
import warnings

import sentencepiece
import torch
import transformers
import xllamacpp
from peft import LoraConfig, PeftModel, get_peft_model
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import AutoModelForCausalLM, AutoTokenizer, GPT2Config, GPTNeoXConfig, LlamaConfig, Qwen2Config

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "jobs"))
from model_cases import lora_job  # noqa: E402
from support import LOGGING, RunTest  # noqa: E402

transformers.logging.set_verbosity_error()
WIDTH, SIZE = 32, 300
NEW = ["<call>", "<|result|>", "naïve tool"]
TEXTS = ["To be<call>or not<|result|>to be", "<call><call> a naïve tool<|result|>", "no new token at all",
         " <call> between spaces <|result|> ", "naïve<call>tool naïve toolbox"]
SHAPE = dict(vocab_size=SIZE, hidden_size=24, intermediate_size=40, num_hidden_layers=2, num_attention_heads=4,
             num_key_value_heads=2, max_position_embeddings=WIDTH)
GPT = dict(vocab_size=SIZE, n_embd=24, n_layer=2, n_head=4, n_positions=WIDTH, resid_pdrop=0.0, embd_pdrop=0.0,
           attn_pdrop=0.0)
MODELS = {  # job family, transformers' configuration; the tokenizer has SIZE tokens
    "llama": ("llama", LlamaConfig(**SHAPE)),
    "spare rows": ("llama", LlamaConfig(**dict(SHAPE, vocab_size=SIZE + 8))),
    "one spare row": ("llama", LlamaConfig(**dict(SHAPE, vocab_size=SIZE + 1))),
    "tied": ("qwen", Qwen2Config(**SHAPE, tie_word_embeddings=True)),
    "gpt2": ("gpt", GPT2Config(**GPT)),
    "neox": ("gpt_neox", GPTNeoXConfig(**{k: v for k, v in SHAPE.items() if k != "num_key_value_heads"})),
}


def save_tokenizer(folder):
    """A byte-level BPE tokenizer of SIZE tokens, the last one special."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=SIZE - 1, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
                                  show_progress=False)
    tokenizer.train_from_iterator(["to be or not to be that is the question " * 3, "a tool between spaces"] * 9, trainer)
    filler = [f"filler{i}" for i in range(SIZE - 1 - tokenizer.get_vocab_size())]
    tokenizer.add_tokens(filler)
    fast = transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<|endoftext|>")
    assert len(fast) == SIZE, len(fast)
    fast.save_pretrained(folder)


def save_pieces(folder):
    """A SentencePiece model of SIZE pieces and nothing beside it."""
    text = folder / "text"
    text.write_text("\n".join(["to be or not to be that is the question", "a tool between spaces", *TEXTS] * 9))
    sentencepiece.SentencePieceTrainer.train(
        input=str(text), model_prefix=str(folder / "tokenizer"), vocab_size=SIZE, model_type="bpe", byte_fallback=True,
        normalization_rule_name="identity", remove_extra_whitespaces=False, minloglevel=2)


def mean_loss(model, ids):
    with torch.no_grad():
        return model(torch.tensor([ids]), labels=torch.tensor([ids])).loss.item()


class Clients(RunTest):
    def trained(self, name, save=save_tokenizer):
        """A run on weights that transformers wrote; their folder and a function that loads them."""
        family, config = MODELS[name]
        folder = self.root / f"base-{name.replace(' ', '-')}"
        torch.manual_seed(7)
        model = AutoModelForCausalLM.from_config(config)
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.add_(torch.randn_like(parameter), alpha=0.05)
        model.save_pretrained(folder)
        save(folder)
        source = self.root / "text.txt"
        source.write_text("\n\n".join(TEXTS * 40))
        tokenizer = f"{{backend: huggingface, file: {folder}, add_tokens: {json.dumps(NEW)}}}"
        data = self.config(f"job: data/tokenize_variable_dataset\ntokenizer: {tokenizer}\n"
                           f"data: {{dataset: {folder.name}, source: {source}, val_pct: 0.2}}\n", "data.yaml")
        done = self.twofold("tokenize", data, self.root)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        job = lora_job(family, folder, tokenizer, folder.name, alpha=16.0)
        self.run_job(folder.name, self.config(job + LOGGING, f"{folder.name}.yaml"))
        return folder, lambda: AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()

    def export(self, name, to, *more):
        out = self.root / f"{name}-{to}"
        done = self.twofold("export", name, self.root, "--to", to, out, *more)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("verified", done.stdout)
        return out

    def losses(self, model, rows):
        done = self.twofold("score", *model, "--ids", "-", input="".join(json.dumps({"ids": r}) + "\n" for r in rows))
        self.assertEqual(done.returncode, 0, done.stderr)
        return [json.loads(line)["loss"] for line in done.stdout.splitlines()]

    def encode(self, folder):
        done = self.twofold("encode", "--tokenizer", folder,
                            input="".join(json.dumps({"text": text}) + "\n" for text in TEXTS))
        self.assertEqual(done.returncode, 0, done.stderr)
        return [json.loads(line)["ids"] for line in done.stdout.splitlines()]


class NewTokens(Clients):
    def test_every_client_gives_the_same_ids_and_losses(self):
        for name in MODELS:
            with self.subTest(name):
                folder, load = self.trained(name)
                merged = self.export(folder.name, "merged", "--dtype", "float32")
                peft = self.export(folder.name, "peft")
                rows = self.encode(merged)
                self.assertEqual(rows, self.encode(peft))
                self.assertTrue({SIZE, SIZE + 1, SIZE + 2} <= {i for row in rows for i in row})
                for place in (merged, peft):
                    tokenizer = AutoTokenizer.from_pretrained(place)
                    self.assertEqual([tokenizer.encode(text, add_special_tokens=False) for text in TEXTS], rows)
                    self.assertEqual([tokenizer.decode(row) for row in rows], TEXTS)
                wanted = self.losses((folder.name, self.root), rows)
                with warnings.catch_warnings():
                    warnings.simplefilter("error")
                    warnings.filterwarnings("ignore", message=".*is_gradient_checkpointing.*")
                    base = load()
                    if base.config.vocab_size < SIZE + 3:
                        base.resize_token_embeddings(SIZE + 3, mean_resizing=False)
                    adapted = PeftModel.from_pretrained(base, peft).eval()
                whole = AutoModelForCausalLM.from_pretrained(merged, dtype=torch.float32).eval()
                for client, model in (("merged", whole), ("peft", adapted), ("unloaded", adapted.merge_and_unload())):
                    error = max(abs(mean_loss(model, row) - loss) for row, loss in zip(rows, wanted, strict=True))
                    self.assertLess(error, 2e-5, client)
                    print(f"{name:14} {client:9} {error:.1e}")
                self.assertGreater(abs(mean_loss(load(), rows[2]) - wanted[2]), 1e-2)

    def test_llama_cpp_knows_them(self):
        folder, _ = self.trained("llama")
        rows = self.encode(self.export(folder.name, "merged", "--dtype", "float32"))
        params = xllamacpp.CommonParams()
        params.model.path = str(self.export(folder.name, "gguf", "--dtype", "f32"))
        params.n_ctx, params.n_parallel, params.port, params.verbosity = 64, 1, 0, 0
        params.warmup = params.fit_params = False
        server = xllamacpp.Server(params)
        for text, ids in zip(TEXTS, rows, strict=True):
            request = urllib.request.Request(f"{server.listening_address}/tokenize",
                                             json.dumps({"content": text}).encode(),
                                             {"Content-Type": "application/json"})
            with urllib.request.urlopen(request, timeout=60) as answer:
                self.assertEqual(json.load(answer)["tokens"], ids, text)


    def test_a_sentencepiece_model_alone_is_read_again_as_it_was_trained_with(self):
        folder, _ = self.trained("llama", save_pieces)
        merged = self.export(folder.name, "merged", "--dtype", "float32")
        pieces = sentencepiece.SentencePieceProcessor(model_file=str(folder / "tokenizer.model"))
        ids = [1, *pieces.encode("To be"), SIZE, *pieces.encode("or not"), SIZE + 1, *pieces.encode("to be")]
        self.assertEqual(self.encode(merged)[0], ids)
        self.assertEqual(AutoTokenizer.from_pretrained(merged).encode(TEXTS[0]), ids)


class FromPeft(Clients):
    def test_adapters_of_peft_with_token_rows_are_read(self):
        for name, tokens in (("spare rows", {"embed_tokens": [SIZE, 7, SIZE + 2], "lm_head": [5]}),
                             ("spare rows", [SIZE + 1, SIZE]), ("tied", [3, SIZE - 1]), ("gpt2", {"wte": [11, 12]})):
            with self.subTest(name, tokens=tokens):
                family, config = MODELS[name]
                base, out = self.root / f"theirs-{name}", self.root / f"adapter-{name}-{len(tokens)}-{type(tokens)}"
                torch.manual_seed(3)
                model = AutoModelForCausalLM.from_config(config)
                model.save_pretrained(base)
                target = {"gpt2": "c_attn"}.get(name, "q_proj")
                adapted = get_peft_model(model, LoraConfig(
                    r=3, target_modules=[target], task_type="CAUSAL_LM", fan_in_fan_out=name == "gpt2",
                    trainable_token_indices=tokens))
                with torch.no_grad():
                    for parameter in adapted.parameters():
                        if parameter.requires_grad:
                            parameter.add_(torch.randn_like(parameter), alpha=0.2)
                adapted.eval().save_pretrained(out)
                row = [3, 7, 5, SIZE - 1, 11, 12, 9] + ([SIZE, SIZE + 1, SIZE + 2] if name == "spare rows" else [])
                wanted = mean_loss(adapted, row)
                with adapted.disable_adapter():
                    self.assertGreater(abs(mean_loss(adapted, row) - wanted), 1e-3)
                self.assertLess(abs(self.losses((base, "--adapter", out), [row])[0] - wanted), 2e-5)

    def test_a_table_that_peft_resized_and_saved_is_compared_but_for_its_rows(self):
        base, grown, out = self.root / "base", self.root / "grown", self.root / "adapter"
        torch.manual_seed(3)
        AutoModelForCausalLM.from_config(MODELS["llama"][1]).save_pretrained(base)
        model = AutoModelForCausalLM.from_pretrained(base)
        model.resize_token_embeddings(SIZE + 2, mean_resizing=False)
        model.save_pretrained(grown)
        adapted = get_peft_model(model, LoraConfig(r=3, target_modules=["q_proj"], task_type="CAUSAL_LM",
                                                   trainable_token_indices=[SIZE, SIZE + 1]))
        adapted.peft_config["default"].base_model_name_or_path = str(base)
        with torch.no_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it tells that it saves the table
            for parameter in adapted.parameters():
                if parameter.requires_grad:
                    parameter.add_(torch.randn_like(parameter), alpha=0.2)
            adapted.eval().save_pretrained(out)
        row = [3, SIZE, 5, SIZE + 1, 9]
        self.assertLess(abs(self.losses((grown, "--adapter", out), [row])[0] - mean_loss(adapted, row)), 2e-5)


if __name__ == "__main__":
    unittest.main()
