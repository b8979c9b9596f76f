"""Small models whose weights are the same wherever they are made, with published tokenizers."""
import gzip
import json
import pathlib
import shutil

import numpy
from safetensors.numpy import save_file

SOURCE = pathlib.Path(__file__).resolve().parents[3]
SHARED = SOURCE.parent / "shared"
TOKENIZERS = SHARED / "data/tokenizers"
WIDTH, LAYERS, HEADS, CONTEXT = 32, 2, 4, 256


def matrix(random, rows, columns, scale):
    return (random.standard_normal((rows, columns)) * scale).astype(numpy.float32)


def gpt2_weights(random, vocabulary):
    weights = {"transformer.wte.weight": matrix(random, vocabulary, WIDTH, 0.3),
               "transformer.wpe.weight": matrix(random, CONTEXT, WIDTH, 0.3)}
    for layer in range(LAYERS):
        for name, shape in {"attn.c_attn": (WIDTH, 3 * WIDTH), "attn.c_proj": (WIDTH, WIDTH),
                            "mlp.c_fc": (WIDTH, 4 * WIDTH), "mlp.c_proj": (4 * WIDTH, WIDTH)}.items():
            weights[f"transformer.h.{layer}.{name}.weight"] = matrix(random, *shape, 0.25)
            weights[f"transformer.h.{layer}.{name}.bias"] = matrix(random, 1, shape[1], 0.1)[0]
        for name in ("ln_1", "ln_2"):
            add_norm(weights, f"transformer.h.{layer}.{name}")
    add_norm(weights, "transformer.ln_f")
    return weights


def add_norm(weights, name):
    weights[name + ".weight"] = numpy.ones(WIDTH, numpy.float32)
    weights[name + ".bias"] = numpy.zeros(WIDTH, numpy.float32)


def llama_weights(random, vocabulary, biases):
    weights = {"model.embed_tokens.weight": matrix(random, vocabulary, WIDTH, 1.0),
               "lm_head.weight": matrix(random, vocabulary, WIDTH, 0.3),
               "model.norm.weight": numpy.ones(WIDTH, numpy.float32)}
    half = WIDTH // 2
    for layer in range(LAYERS):
        place = f"model.layers.{layer}."
        for name, shape in {"self_attn.q_proj": (WIDTH, WIDTH), "self_attn.k_proj": (half, WIDTH),
                            "self_attn.v_proj": (half, WIDTH), "self_attn.o_proj": (WIDTH, WIDTH),
                            "mlp.gate_proj": (64, WIDTH), "mlp.up_proj": (64, WIDTH),
                            "mlp.down_proj": (WIDTH, 64)}.items():
            weights[f"{place}{name}.weight"] = matrix(random, *shape, 0.25)
            if biases and name[-6] in "qkv" and name.startswith("self"):
                weights[f"{place}{name}.bias"] = matrix(random, 1, shape[0], 0.1)[0]
        for name in ("input_layernorm", "post_attention_layernorm"):
            weights[f"{place}{name}.weight"] = numpy.ones(WIDTH, numpy.float32)
    return weights


def llama_config(kind, vocabulary, **more):
    return {"architectures": [f"{kind}ForCausalLM"], "model_type": kind.lower(), "vocab_size": vocabulary,
            "hidden_size": WIDTH, "intermediate_size": 64, "num_hidden_layers": LAYERS,
            "num_attention_heads": HEADS, "num_key_value_heads": HEADS // 2, "hidden_act": "silu",
            "max_position_embeddings": CONTEXT, "rms_norm_eps": 1e-6, "rope_theta": 10000.0,
            "tie_word_embeddings": False, "torch_dtype": "float32", **more}


def write_json(path, value):
    path.write_text(json.dumps(value, indent=1))


def unpack(packed, folder):
    (folder / "tokenizer.json").write_bytes(gzip.decompress(packed.read_bytes()))


def make_gpt2(folder):
    vocabulary = 50257
    write_json(folder / "config.json", {
        "architectures": ["GPT2LMHeadModel"], "model_type": "gpt2", "vocab_size": vocabulary, "n_embd": WIDTH,
        "n_layer": LAYERS, "n_head": HEADS, "n_positions": CONTEXT, "n_ctx": CONTEXT, "bos_token_id": 50256,
        "eos_token_id": 50256, "torch_dtype": "float32", "layer_norm_epsilon": 1e-5,
        "activation_function": "gelu_new"})
    shutil.copy(TOKENIZERS / "gpt2/encoder.json", folder / "vocab.json")
    shutil.copy(TOKENIZERS / "gpt2/vocab.bpe", folder / "merges.txt")
    end = "<|endoftext|>"
    write_json(folder / "tokenizer_config.json", {"tokenizer_class": "GPT2Tokenizer", "bos_token": end,
                                                  "eos_token": end, "unk_token": end})
    return gpt2_weights(numpy.random.default_rng(1), vocabulary)


def make_llama(folder):
    vocabulary = 128256
    write_json(folder / "config.json", llama_config("Llama", vocabulary, bos_token_id=128000, eos_token_id=128001))
    unpack(TOKENIZERS / "llama3/tokenizer.json.gz", folder)
    write_json(folder / "tokenizer_config.json", {"tokenizer_class": "PreTrainedTokenizerFast",
                                                  "bos_token": "<|begin_of_text|>", "eos_token": "<|end_of_text|>"})
    return llama_weights(numpy.random.default_rng(2), vocabulary, biases=False)


def make_qwen(folder):
    vocabulary = 151936
    write_json(folder / "config.json", llama_config("Qwen2", vocabulary, eos_token_id=151643))
    unpack(TOKENIZERS / "qwen2/tokenizer.json.gz", folder)
    write_json(folder / "tokenizer_config.json", {
        "tokenizer_class": "Qwen2Tokenizer", "bos_token": None, "eos_token": "<|endoftext|>",
        "pad_token": "<|endoftext|>", "unk_token": None, "add_bos_token": False})
    return llama_weights(numpy.random.default_rng(3), vocabulary, biases=True)


RANDOM = {"gpt2": make_gpt2, "llama": make_llama, "qwen": make_qwen}
TINYSTORIES = "tinystories-656k"
NAMES = (*RANDOM, TINYSTORIES)


def make(name, folder):
    """The model's folder: a new one below `folder`, or the published one."""
    if name == TINYSTORIES:
        return SHARED / "models" / name
    made = folder / name
    made.mkdir(parents=True)
    save_file(RANDOM[name](made), made / "model.safetensors", metadata={"format": "pt"})
    return made
