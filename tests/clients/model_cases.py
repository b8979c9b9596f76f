"""Models of every family, written by transformers at odd shapes, and how they are compared."""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest
import warnings

import torch
import transformers

BINARY = os.environ["TWOFOLD_BINARY"]
transformers.logging.set_verbosity_error()
transformers.logging.disable_progress_bar()
warnings.filterwarnings("ignore")
torch.set_num_threads(1)

VOCABULARY = 67
COMMON = dict(vocab_size=VOCABULARY, hidden_size=48, intermediate_size=40, num_hidden_layers=3,
              num_attention_heads=6, num_key_value_heads=2, max_position_embeddings=64,
              bos_token_id=1, eos_token_id=2, pad_token_id=0)
LONGROPE = dict(rope_type="longrope", rope_theta=10000.0, original_max_position_embeddings=20, factor=4.0,
                short_factor=[1.0, 1.1, 1.3, 1.7], long_factor=[1.0, 1.5, 3.0, 4.0])


def scaled(**settings):
    return dict(COMMON, rope_parameters=dict(rope_theta=10000.0, **settings))


# name: (configuration class, settings, lengths of the rows scored)
CASES = {
    "llama": ("LlamaConfig", dict(COMMON), None),
    "llama, wide heads, biases, tied": (
        "LlamaConfig", dict(COMMON, head_dim=10, attention_bias=True, mlp_bias=True, tie_word_embeddings=True), None),
    "llama, linear": ("LlamaConfig", scaled(rope_type="linear", factor=2.5), None),
    "llama, dynamic": ("LlamaConfig", dict(scaled(rope_type="dynamic", factor=4.0), max_position_embeddings=20),
                       (11, 30, 50)),
    "llama, llama3": ("LlamaConfig", scaled(rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
                                            original_max_position_embeddings=16), None),
    "llama, yarn": ("LlamaConfig", scaled(rope_type="yarn", factor=4.0, original_max_position_embeddings=16), None),
    "llama, yarn with everything": (
        "LlamaConfig", scaled(rope_type="yarn", factor=4.0, original_max_position_embeddings=16, beta_fast=16.0,
                              beta_slow=2.0, mscale=0.8, mscale_all_dim=0.5, truncate=False), None),
    "llama, longrope": ("LlamaConfig", dict(COMMON, rope_parameters=LONGROPE), (11, 20, 21, 60)),
    "llama, proportional": ("LlamaConfig", scaled(rope_type="proportional", factor=2.0, partial_rotary_factor=0.5), None),
    "mistral, short window": ("MistralConfig", dict(COMMON, sliding_window=5, head_dim=12), None),
    "mistral, no window": ("MistralConfig", dict(COMMON, sliding_window=None), None),
    "smollm3": ("SmolLM3Config", dict(COMMON, num_hidden_layers=5), None),
    "gemma": ("GemmaConfig", dict(COMMON, head_dim=10), None),
    "gemma2": ("Gemma2Config", dict(COMMON, head_dim=10, sliding_window=4, query_pre_attn_scalar=24,
                                    attn_logit_softcapping=3.0, final_logit_softcapping=5.0), None),
    "gemma2, no caps": ("Gemma2Config", dict(COMMON, head_dim=8, sliding_window=7, attn_logit_softcapping=None,
                                             final_logit_softcapping=None, attention_bias=True), None),
    "gemma3": ("Gemma3TextConfig", dict(COMMON, head_dim=10, num_hidden_layers=7, sliding_window=5), None),
    "gemma3, scaled": (
        "Gemma3TextConfig",
        dict(COMMON, head_dim=10, num_hidden_layers=4, sliding_window=5, query_pre_attn_scalar=20, sliding_window_pattern=2,
             rope_parameters=dict(full_attention=dict(rope_type="linear", factor=8.0, rope_theta=1e6),
                                  sliding_attention=dict(rope_type="default", rope_theta=500.0))), None),
    "qwen2": ("Qwen2Config", dict(COMMON), None),
    "qwen2, windows above": ("Qwen2Config", dict(COMMON, use_sliding_window=True, sliding_window=6, max_window_layers=1,
                                                 tie_word_embeddings=True), None),
    "qwen3": ("Qwen3Config", dict(COMMON, head_dim=12, tie_word_embeddings=True), None),
    "qwen3, biases, window, yarn": (
        "Qwen3Config", dict(scaled(rope_type="yarn", factor=2.0, original_max_position_embeddings=32), head_dim=10,
                            attention_bias=True, use_sliding_window=True, sliding_window=6, max_window_layers=2), None),
    "gpt2, exact gelu": ("GPT2Config", dict(vocab_size=VOCABULARY, n_embd=36, n_layer=2, n_head=3, n_positions=64,
                                            activation_function="gelu", bos_token_id=1, eos_token_id=2), None),
    "gpt2": ("GPT2Config", dict(vocab_size=VOCABULARY, n_embd=36, n_layer=3, n_head=3, n_positions=64, n_inner=50,
                                bos_token_id=1, eos_token_id=2), None),
    "gpt2, untied": ("GPT2Config", dict(vocab_size=VOCABULARY, n_embd=36, n_layer=2, n_head=3, n_positions=64,
                                        tie_word_embeddings=False, bos_token_id=1, eos_token_id=2), None),
    "neox": ("GPTNeoXConfig", dict(COMMON, rope_parameters=dict(rope_type="default", rope_theta=1000.0,
                                                                partial_rotary_factor=0.5)), None),
    "neox, sequential, tied, no biases": (
        "GPTNeoXConfig", dict(COMMON, use_parallel_residual=False, tie_word_embeddings=True, attention_bias=False,
                              rope_parameters=dict(rope_type="default", rope_theta=10000.0, partial_rotary_factor=1.0)),
        None),
    "neox, gelu_fast": ("GPTNeoXConfig", dict(COMMON, hidden_act="gelu_fast"), None),
    "neox, linear": ("GPTNeoXConfig", dict(COMMON, rope_parameters=dict(rope_type="linear", factor=3.0, rope_theta=10000.0,
                                                                        partial_rotary_factor=0.75)), None),
}


def lora_job(family, weights, tokenizer, dataset, alpha):
    """A few steps of phase 2 alone, on the weights in a folder; `tokenizer`: the settings in braces."""
    return f"""job: {family}/train/lora
architecture: {{backbone: {{weights: {weights}}}, dtype: {{activation: float32}}}}
optimization: {{lora: {{rank: 4, alpha: {alpha}, lr: 0.02, base_dtype: float32, target_modules: [kernel]}}}}
training:
  batch_size: 2
  validation_steps: 2
  pre_lora_tokens: []
  pre_lora_dataset: []
  post_lora_tokens: [640]
  post_lora_dataset: [[{{name: {dataset}, rate: 1.0, style: PMD}}]]
tokenizer: {tokenizer}
"""


def make_model(kind, settings, seed=0):
    known = {k: v for k, v in settings.items() if not (kind == "GPTNeoXConfig" and k == "num_key_value_heads")}
    return make_weights(getattr(transformers, kind)(**known), seed)


def make_weights(config, seed=0):
    """A model whose every parameter matters: larger weights, norms and biases away from 1 and 0."""
    torch.manual_seed(seed)
    config._attn_implementation = "eager"
    model = transformers.AutoModelForCausalLM.from_config(config, attn_implementation="eager").float().eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            spread = 0.3 if parameter.dim() == 1 else 0.15
            parameter.add_(torch.randn(parameter.shape) * spread)
    return model


def twofold(*arguments, lines=(), code=0):
    text = "".join(json.dumps(line) + "\n" for line in lines)
    done = subprocess.run([BINARY, *map(str, arguments)], input=text, capture_output=True, text=True, timeout=280)
    if done.returncode != code:
        raise AssertionError(f"exit code {done.returncode}: {done.stdout[-500:]}{done.stderr[-2000:]}")
    return [json.loads(line) for line in done.stdout.splitlines()] if code == 0 else done.stderr


def expected(folder, rows, dtype=torch.float32):
    """Each row's loss, log-probabilities and logits, by a freshly loaded model (some scalings keep a state)."""
    results = []
    for row in rows:
        model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=dtype, attn_implementation="eager")
        model = model.float().eval()
        ids = torch.tensor([row])
        with torch.no_grad():
            out = model(ids, labels=ids)
        logprobs = out.logits[0].log_softmax(-1)[:-1].gather(1, ids[0, 1:, None])[:, 0]
        results.append((out.loss.item(), logprobs, out.logits[0]))
    return results


class Folder(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="twofold-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def rows(self, lengths):
        generator = torch.Generator().manual_seed(3)
        return [torch.randint(3, VOCABULARY, (length,), generator=generator).tolist() for length in lengths]

    def compare(self, name, folder, lengths=None, dtype=torch.float32):
        rows = self.rows(lengths or (2, 13, 40))
        found = twofold("score", folder, "--ids", "-", "--logits", lines=[{"ids": row} for row in rows])
        self.assertEqual(len(found), len(rows))
        worst = [0.0, 0.0, 0.0]
        for line, row, (loss, logprobs, logits) in zip(found, rows, expected(folder, rows, dtype)):
            self.assertEqual(line["tokens"], len(row) - 1)
            errors = (abs(line["loss"] - loss), (torch.tensor(line["logprobs"]) - logprobs).abs().max().item(),
                      (torch.tensor(line["logits"]) - logits).abs().max().item())
            worst = [max(pair) for pair in zip(worst, errors)]
        if os.environ.get("TWOFOLD_REPORT"):
            print(f"| {name} | {worst[0]:.1e} | {worst[1]:.1e} | {worst[2]:.1e} |")
        self.assertLess(worst[0], 2e-5)
        self.assertLess(worst[1], 1e-4)
        self.assertLess(worst[2], 1e-4)

    @staticmethod
    def change_config(folder, change):
        config = json.loads((folder / "config.json").read_text())
        change(config)
        (folder / "config.json").write_text(json.dumps(config))
