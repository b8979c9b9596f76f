"""Folders as the hub has them: the fields of published config.json files, oddities included, at small sizes.

The weights are transformers'; config.json is put back as it was published, and buffers and names of the published
files are put into the tensors. Losses within 2e-5, greedy ids equal.
"""
import json
import subprocess
import unittest

import torch
import transformers
from safetensors.torch import load_file, save_file

from model_cases import BINARY, Folder, VOCABULARY, make_weights, twofold

SIZES = dict(vocab_size=VOCABULARY, hidden_size=48, intermediate_size=40, num_hidden_layers=6, num_attention_heads=6,
             num_key_value_heads=2, max_position_embeddings=64, initializer_range=0.02, use_cache=True)
ENDS = dict(bos_token_id=1, eos_token_id=2)
LLAMA = dict(SIZES, **ENDS, architectures=["LlamaForCausalLM"], model_type="llama", hidden_act="silu",
             pretraining_tp=1, rms_norm_eps=1e-05, rope_scaling=None, tie_word_embeddings=False, torch_dtype="bfloat16",
             transformers_version="4.42.3")
SCALING = dict(factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=16,
               rope_type="llama3")
MISTRAL = dict(SIZES, **ENDS, architectures=["MistralForCausalLM"], hidden_act="silu", model_type="mistral",
               rms_norm_eps=1e-05, tie_word_embeddings=False)
QWEN = dict(SIZES, **ENDS, attention_dropout=0.0, hidden_act="silu", rms_norm_eps=1e-06, rope_theta=1000000.0,
            use_sliding_window=False, torch_dtype="bfloat16")
GEMMA = dict(SIZES, bos_token_id=2, eos_token_id=1, pad_token_id=0, attention_bias=False, attention_dropout=0.0,
             head_dim=10, rms_norm_eps=1e-06, torch_dtype="bfloat16")
GEMMA3 = dict(GEMMA, architectures=["Gemma3ForCausalLM"], model_type="gemma3_text", attn_logit_softcapping=None,
              final_logit_softcapping=None, hidden_activation="gelu_pytorch_tanh", query_pre_attn_scalar=256,
              rope_scaling=None, sliding_window=5)
GPT2 = dict(activation_function="gelu_new", architectures=["GPT2LMHeadModel"], attn_pdrop=0.1, bos_token_id=50256,
            embd_pdrop=0.1, eos_token_id=50256, initializer_range=0.02, layer_norm_epsilon=1e-05, model_type="gpt2",
            n_ctx=64, n_embd=36, n_head=3, n_layer=2, n_positions=64, n_special=0, predict_special_tokens=True,
            resid_pdrop=0.1, summary_activation=None, summary_first_dropout=0.1, summary_proj_to_labels=True,
            summary_type="cls_index", summary_use_proj=True, vocab_size=VOCABULARY,
            task_specific_params={"text-generation": {"do_sample": True, "max_length": 50}})
NEOX = {**{key: value for key, value in SIZES.items() if key != "num_key_value_heads"},
        **dict(architectures=["GPTNeoXForCausalLM"], bos_token_id=0, eos_token_id=0, layer_norm_eps=1e-05,
               model_type="gpt_neox", rotary_emb_base=10000, rotary_pct=0.25, tie_word_embeddings=False,
               torch_dtype="float16", transformers_version="4.24.0", use_parallel_residual=True)}


def slides(*layers):
    return ["sliding_attention" if layer else "full_attention" for layer in layers]


PUBLISHED = {
    "decapoda-research/llama-7b-hf": dict(
        **{key: value for key, value in LLAMA.items()
           if key not in ("pretraining_tp", "rope_scaling", "max_position_embeddings", "num_key_value_heads")},
        max_sequence_length=64, pad_token_id=-1),
    "Llama-2-13b-hf, first revision": dict(LLAMA, _name_or_path="meta-llama/Llama-2-13b-hf", pad_token_id=0,
                                           pretraining_tp=2),
    "Yarn-Llama-2-7b-64k": dict(
        LLAMA, auto_map={"AutoModelForCausalLM": "modeling_llama_together_yarn.LlamaForCausalLM"},
        rope_scaling=dict(factor=4.0, finetuned=True, original_max_position_embeddings=16, type="yarn")),
    "Llama-3.1-8B-Instruct": dict(LLAMA, attention_bias=False, eos_token_id=[2, 5, 9], mlp_bias=False,
                                  rope_scaling=SCALING, rope_theta=500000.0),
    "unsloth/Llama-3.2-3B-Instruct": dict(LLAMA, head_dim=8, pad_token_id=4, rope_theta=500000.0, unsloth_fixed=True,
                                          rope_scaling=dict(SCALING, factor=32.0), tie_word_embeddings=True),
    "SmolLM2-135M": dict(LLAMA, bos_token_id=0, eos_token_id=0, is_llama_config=True, rope_interleaved=False,
                         rope_theta=100000, tie_word_embeddings=True),
    "SmolLM3-3B": dict(LLAMA, architectures=["SmolLM3ForCausalLM"], model_type="smollm3", pretraining_tp=2,
                       layer_types=slides(*[0] * 6), max_window_layers=28, no_rope_layer_interval=4,
                       no_rope_layers=[1, 1, 1, 0, 1, 1], pad_token_id=4, sliding_window=None, use_sliding_window=False,
                       rope_theta=5000000.0, tie_word_embeddings=True),
    "Mistral-7B-v0.1": dict(MISTRAL, rope_theta=10000.0, sliding_window=13),
    "Mistral-Nemo": dict(MISTRAL, attention_dropout=0.0, head_dim=10, rope_theta=1000000.0, sliding_window=None),
    "Qwen2.5-0.5B": dict(QWEN, architectures=["Qwen2ForCausalLM"], model_type="qwen2", max_window_layers=6,
                         sliding_window=64, tie_word_embeddings=True, use_mrope=False),
    "Qwen3-8B, scaled as its card says": dict(
        QWEN, architectures=["Qwen3ForCausalLM"], attention_bias=False, head_dim=12, model_type="qwen3",
        max_window_layers=6, sliding_window=None, tie_word_embeddings=False,
        rope_scaling=dict(rope_type="yarn", factor=4.0, original_max_position_embeddings=32)),
    "gpt2-medium": GPT2,
    "pythia-70m": dict(NEOX, hidden_act="gelu"),
    "gpt-neox-20b": dict(NEOX, attention_probs_dropout_prob=0, hidden_act="gelu_fast", hidden_dropout_prob=0),
    "gemma-2b": dict(GEMMA, architectures=["GemmaForCausalLM"], hidden_act="gelu", hidden_activation=None,
                     model_type="gemma", rope_scaling=None, rope_theta=10000.0),
    "gemma-2-9b-it": dict(GEMMA, architectures=["Gemma2ForCausalLM"], attn_logit_softcapping=50.0,
                          cache_implementation="hybrid", eos_token_id=[1, 7], final_logit_softcapping=30.0,
                          hidden_act="gelu_pytorch_tanh", hidden_activation="gelu_pytorch_tanh", model_type="gemma2",
                          query_pre_attn_scalar=256, rope_theta=10000.0, sliding_window=7, sliding_window_size=7),
    "gemma-3-1b-it": dict(GEMMA3, cache_implementation="hybrid", eos_token_id=[1, 6], rope_local_base_freq=10000,
                          rope_theta=1000000, sliding_window_pattern=6),
    "gemma-3-270m": dict(GEMMA3, _sliding_window_pattern=6, layer_types=slides(1, 1, 1, 1, 1, 0),
                         rope_local_base_freq=10000.0, rope_theta=1000000.0, use_bidirectional_attention=False),
    "gemma-3-270m, another pattern": dict(GEMMA3, _sliding_window_pattern=3, layer_types=slides(1, 1, 0, 1, 1, 0),
                                          rope_local_base_freq=10000.0, rope_theta=1000000.0),
}


def as_published(name, tensors):
    """The tensors under the names, and with the buffers, of the published files."""
    mask = torch.ones(1, 1, 64, 64).tril()
    if name.startswith("gpt2"):
        masks = {f"h.{i}.attn.bias": mask.clone() for i in range(2)}
        return {key.removeprefix("transformer."): value for key, value in tensors.items()} | masks
    if name.startswith("pythia"):
        for i in range(6):
            tensors[f"gpt_neox.layers.{i}.attention.bias"] = mask.bool()
            tensors[f"gpt_neox.layers.{i}.attention.masked_bias"] = torch.tensor(-1e9).half()
            tensors[f"gpt_neox.layers.{i}.attention.rotary_emb.inv_freq"] = torch.rand(1)
    if name.startswith("Llama-2"):
        for i in range(6):
            tensors[f"model.layers.{i}.self_attn.rotary_emb.inv_freq"] = torch.rand(4)
    if name.startswith("unsloth"):  # tied, and stored for the head as well
        tensors["lm_head.weight"] = tensors["model.embed_tokens.weight"].clone()
    return tensors


class Published(Folder):
    def write(self, name):
        folder = self.folder / name.replace("/", "_").replace(" ", "_")
        folder.mkdir()
        (folder / "config.json").write_text(json.dumps(PUBLISHED[name]))
        make_weights(transformers.AutoConfig.from_pretrained(folder)).save_pretrained(folder)
        (folder / "config.json").write_text(json.dumps(PUBLISHED[name]))
        (folder / "generation_config.json").unlink(missing_ok=True)
        weights = folder / "model.safetensors"
        tensors = {key: value.contiguous() for key, value in as_published(name, load_file(weights)).items()}
        save_file(tensors, weights, metadata={"format": "pt"})
        return folder

    def greedy(self, folder):
        """The same greedy ids as transformers, with the settings of the folder."""
        rows = self.rows((1, 7, 15))
        found = twofold("generate", folder, "--ids", "-", "--temperature", "0", "--tokens", "20",
                        lines=[{"ids": row} for row in rows])
        model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
        ends = model.generation_config.eos_token_id
        ends = ends if isinstance(ends, list) else [ends]
        for row, line in zip(rows, found, strict=True):
            ids = torch.tensor([row])
            out = model.generate(ids, max_new_tokens=20, do_sample=False, attention_mask=torch.ones_like(ids))
            new = out[0, len(row):].tolist()
            self.assertEqual(line["ids"], new[:next((i for i, token in enumerate(new) if token in ends), None)])

    def test_they_are_read_as_transformers_reads_them(self):
        for name in PUBLISHED:
            with self.subTest(name):
                folder = self.write(name)
                shown = subprocess.run([BINARY, "inspect", str(folder)], capture_output=True, text=True, check=True)
                self.assertNotIn("refuses", shown.stdout)
                self.compare(name, folder, lengths=(40,))
                self.greedy(folder)

    def test_generation_settings(self):
        folder = self.write("Llama-3.1-8B-Instruct")
        full = dict(do_sample=False, temperature=1.0, num_beams=1, min_length=0, min_new_tokens=0, guidance_scale=1.0,
                    suppress_tokens=[], no_repeat_ngram_size=0, encoder_repetition_penalty=1.0, bad_words_ids=None)
        for settings in (dict(bos_token_id=1, do_sample=True, eos_token_id=[3, 40], temperature=0.6, top_p=0.9,
                              transformers_version="4.42.3"),
                         dict(_from_model_config=True, cache_implementation="hybrid", eos_token_id=1, pad_token_id=0),
                         dict(do_sample=True, eos_token_id=[2, 3], repetition_penalty=1.1, temperature=0.7, top_k=20),
                         dict(full, eos_token_id=2)):
            with self.subTest(settings):
                (folder / "generation_config.json").write_text(json.dumps(settings))
                self.greedy(folder)
        (folder / "generation_config.json").unlink()
        self.change_config(folder, lambda config: config.update(repetition_penalty=1.3))  # as before there was the file
        self.greedy(folder)


if __name__ == "__main__":
    unittest.main()
