"""GGUF models and GGUF LoRA adapters of ours in llama.cpp (xllamacpp), against transformers on the
merged Hugging Face folder of the same run.

llama.cpp keeps activations in float32 for f32 weights; what is left are its own approximations (tables
of f16 for GELU and exp, an f16 key-value cache by default, which these tests turn off). Stated
tolerances, on log-probabilities of every next token: see TOLERANCE.
"""
import json
import pathlib
import sys
import unittest

import torch
import transformers
import xllamacpp

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "jobs"))
from model_cases import lora_job  # noqa: E402
from support import LOGGING, RunTest  # noqa: E402

VOCABULARY = 257
# Mean loss over the sequence, and the largest difference of a likely token's log-probability.
TOLERANCE = {"f32": (5e-5, 2e-3), "f16": (1e-3, 2e-2), "bf16": (1e-2, 1e-1), "q8_0": (2e-2, 3e-1)}


COMMON = dict(vocab_size=VOCABULARY, num_hidden_layers=2, max_position_embeddings=64, bos_token_id=256,
              eos_token_id=256, pad_token_id=None)
SMALL = dict(COMMON, hidden_size=96, num_attention_heads=6, num_key_value_heads=2, intermediate_size=128)
WIDE = dict(SMALL, head_dim=32)
YARN = dict(rope_type="yarn", factor=4.0, original_max_position_embeddings=16)


def llamas():
    return {
        "llama": transformers.LlamaConfig(**WIDE, rope_theta=5e4),
        "llama-biases-tied": transformers.LlamaConfig(**SMALL, attention_bias=True, mlp_bias=True,
                                                      tie_word_embeddings=True),
        "llama3": transformers.LlamaConfig(**SMALL, rope_scaling=dict(
            rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
            original_max_position_embeddings=16)),
        "llama-linear": transformers.LlamaConfig(**SMALL, rope_scaling=dict(rope_type="linear", factor=4.0)),
        "llama-yarn": transformers.LlamaConfig(**SMALL, rope_scaling=YARN),
        "mistral": transformers.MistralConfig(**SMALL, sliding_window=48),
        "smollm3": transformers.SmolLM3Config(**dict(SMALL, num_hidden_layers=5), tie_word_embeddings=True),
        "qwen2": transformers.Qwen2Config(**SMALL, rope_scaling=YARN),
        "qwen3": transformers.Qwen3Config(**WIDE),
        "qwen3-tied": transformers.Qwen3Config(**dict(WIDE, head_dim=20), tie_word_embeddings=True),
    }


def gemmas():
    gemma = dict(WIDE, sliding_window=5, num_hidden_layers=3)
    return {
        "gemma": transformers.GemmaConfig(**WIDE),
        "gemma2": transformers.Gemma2Config(**gemma, query_pre_attn_scalar=24, attn_logit_softcapping=3.0,
                                            final_logit_softcapping=5.0),
        "gemma2-no-caps": transformers.Gemma2Config(**gemma, query_pre_attn_scalar=32, attn_logit_softcapping=None,
                                                    final_logit_softcapping=None),
        "gemma3": transformers.Gemma3TextConfig(**dict(gemma, num_hidden_layers=7), query_pre_attn_scalar=20),
        "gemma3-scaled": transformers.Gemma3TextConfig(
            **dict(gemma, num_hidden_layers=4), query_pre_attn_scalar=32, sliding_window_pattern=2,
            final_logit_softcapping=6.0, rope_parameters=dict(
                full_attention=dict(rope_type="linear", factor=8.0, rope_theta=1e6),
                sliding_attention=dict(rope_type="default", rope_theta=500.0))),
    }


def gpts():
    return {
        "gpt2": transformers.GPT2Config(vocab_size=VOCABULARY, n_layer=2, n_embd=96, n_head=6, n_positions=64,
                                        bos_token_id=256, eos_token_id=256),
        "gpt2-untied": transformers.GPT2Config(vocab_size=VOCABULARY, n_layer=2, n_embd=96, n_head=6, n_positions=64,
                                               bos_token_id=256, eos_token_id=256, tie_word_embeddings=False),
        "gpt_neox": transformers.GPTNeoXConfig(**dict(COMMON, hidden_size=96, num_attention_heads=6,
                                                      intermediate_size=160, rotary_pct=0.25)),
        "gpt_neox-sequential": transformers.GPTNeoXConfig(**dict(
            COMMON, hidden_size=96, num_attention_heads=6, intermediate_size=160, rotary_pct=0.5,
            use_parallel_residual=False, attention_bias=False)),
    }


def families():
    """name → transformers config: odd shapes, one of each architecture that GGUF has."""
    return {**llamas(), **gemmas(), **gpts()}


JOB = {"llama": "llama", "mistral": "llama", "smollm3": "llama", "gemma": "llama", "gemma2": "llama",
       "gemma3_text": "llama", "qwen2": "qwen", "qwen3": "qwen", "gpt2": "gpt", "gpt_neox": "gpt_neox"}


def save_model(config, folder):
    """A random model whose predictions are far from uniform, so that a misplaced row shows."""
    torch.manual_seed(1)
    model = transformers.AutoModelForCausalLM.from_config(config)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.dim() == 1:
                parameter.add_(0.3 * torch.randn_like(parameter))
            else:
                parameter.mul_(4)
    model.save_pretrained(folder)


class Llama:
    """A GGUF file in llama.cpp; answers are log-probabilities of every token."""

    def __init__(self, path, lora=None):
        params = xllamacpp.CommonParams()
        params.model.path = str(path)
        params.n_ctx = 64
        params.n_parallel = 1
        params.warmup = False
        params.cache_type_k = params.cache_type_v = xllamacpp.ggml_type.GGML_TYPE_F32
        params.flash_attn_type = xllamacpp.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_DISABLED
        params.fit_params = False
        params.verbosity = 0
        if lora:
            params.lora_adapters = [xllamacpp.CommonAdapterLoraInfo(str(lora), 1.0)]
        self.server = xllamacpp.Server(params)

    def logprobs(self, ids):
        """Of every token after `ids`, float64. The sampled token is forced to be an ASCII letter: the
        server says nothing of a token that is half of a character; what it reports is unbiased."""
        answer = self.server.handle_completions({
            "prompt": list(ids), "n_predict": 1, "n_probs": VOCABULARY, "temperature": 1.0, "top_k": 1,
            "samplers": ["top_k"], "logit_bias": [[65, 1000.0]], "cache_prompt": False})
        answer = json.loads(answer) if isinstance(answer, (str, bytes)) else answer
        out = torch.full((VOCABULARY,), float("nan"), dtype=torch.float64)
        for entry in answer["choices"][0]["logprobs"]["content"][0]["top_logprobs"]:
            out[entry["id"]] = entry["logprob"]
        return out

    def greedy(self, ids, tokens):
        ids = list(ids)
        for _ in range(tokens):
            ids.append(int(self.logprobs(ids).argmax()))
        return ids[-tokens:]


class LlamaCpp(RunTest):
    PROMPT = [(7 * i * i + 3 * i) % 256 for i in range(16)]

    def adapt(self, name, config, folder):
        job = lora_job(JOB[config.model_type], folder, "{backend: bytes}", "first", alpha=8.0)
        self.run_job(name, self.config(job + LOGGING))

    def trained(self, name, config):
        """A run whose adapters matter, on a model that transformers wrote; its merged folder."""
        folder = self.root / f"hf-{name}"
        save_model(config, folder)
        self.adapt(name, config, folder)
        merged = self.root / f"merged-{name}"
        self.export(name, "merged", merged, "--dtype", "float32")
        return transformers.AutoModelForCausalLM.from_pretrained(merged, dtype=torch.float32).eval()

    def export(self, name, to, out, *more):
        done = self.twofold("export", name, self.root, "--to", to, out, *more)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("verified", done.stdout)
        return out

    def compare(self, label, reference, llama, tolerance):
        mean_allowed, largest_allowed = tolerance
        ids = torch.tensor([self.PROMPT])
        with torch.no_grad():
            wanted = reference(ids).logits[0].double().log_softmax(-1)
            text = self.PROMPT[:6]
            for _ in range(8):
                text = text + [int(reference(torch.tensor([text])).logits[0, -1].argmax())]
        loss, ours, largest = 0.0, 0.0, 0.0
        for end in range(1, len(self.PROMPT)):
            found = llama.logprobs(self.PROMPT[:end])
            self.assertFalse(found.isnan().any())
            likely = wanted[end - 1] > -8
            largest = max(largest, (found - wanted[end - 1])[likely].abs().max().item())
            loss -= found[self.PROMPT[end]].item() / (len(self.PROMPT) - 1)
            ours -= wanted[end - 1][self.PROMPT[end]].item() / (len(self.PROMPT) - 1)
        print(f"{label}: loss {ours:.6f}, llama.cpp {loss:.6f} ({loss - ours:+.1e}), largest {largest:.1e}",
              file=sys.stderr)
        self.assertLess(abs(loss - ours), mean_allowed, label)
        self.assertLess(largest, largest_allowed, label)
        return text[6:], llama.greedy(self.PROMPT[:6], 8)

    def test_every_family_merged_and_as_an_adapter(self):
        for name, config in families().items():
            with self.subTest(family=name):
                reference = self.trained(name, config)
                model = self.export(name, "gguf", self.root / f"{name}.gguf", "--dtype", "f32")
                wanted, found = self.compare(f"{name} gguf f32", reference, Llama(model), TOLERANCE["f32"])
                self.assertEqual(wanted, found)
                base = self.export(name, "gguf", self.root / f"{name}-base.gguf", "--dtype", "f32",
                                   "--adapters-off")
                adapter = self.export(name, "gguf-lora", self.root / f"{name}-lora.gguf")
                wanted, found = self.compare(f"{name} gguf-lora", reference, Llama(base, adapter), TOLERANCE["f32"])
                self.assertEqual(wanted, found)

    def test_what_llama_cpp_does_not_compute_is_refused_by_name(self):
        known = families()
        refused = {
            "attention_bias": transformers.Qwen3Config(**{**known["qwen3"].to_dict(), "attention_bias": True}),
            "tie_word_embeddings": transformers.GemmaConfig(**{**known["gemma"].to_dict(), "tie_word_embeddings": False}),
            "no_rope_layers": transformers.SmolLM3Config(
                **{**known["smollm3"].to_dict(), "no_rope_layer_interval": 2, "no_rope_layers": None}),
            "rope_scaling/rope_type": transformers.Qwen2Config(
                **{**known["qwen2"].to_dict(), "rope_parameters": known["llama3"].to_dict()["rope_parameters"]}),
        }
        for field, config in refused.items():
            with self.subTest(field=field):
                name = field.replace("/", "-")
                folder = self.root / f"hf-{name}"
                save_model(config, folder)
                self.adapt(name, config, folder)
                out = self.root / f"{name}.gguf"
                done = self.twofold("export", name, self.root, "--to", "gguf", out)
                self.assert_refused(done, "llama.cpp", field)
                self.assertFalse(out.exists())

    def test_every_dtype(self):
        reference = self.trained("llama", families()["llama"])
        for dtype in ("f16", "bf16", "q8_0"):
            with self.subTest(dtype=dtype):
                model = self.export("llama", "gguf", self.root / f"{dtype}.gguf", "--dtype", dtype)
                self.compare(f"llama gguf {dtype}", reference, Llama(model), TOLERANCE[dtype])


if __name__ == "__main__":
    unittest.main()
