#!/usr/bin/env python3
"""Makes bible-656k: a small Llama, its tokenizer and its goldens, with transformers, from examples/demo/kjv.txt.

    .venv-clients/bin/python tests/models/make_bible_656k.py OUT

Kept so that the model has no history that is not here. Another machine gives other weights (sums have another
order); goldens belong to the weights beside them, so all files are replaced together.
"""
import json
import pathlib
import sys

import torch
import transformers
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, processors, trainers

SOURCE = pathlib.Path(__file__).resolve().parents[2]
BEGIN, END, UNKNOWN = "<|begin|>", "<|end|>", "<unk>"
VOCABULARY, CONTEXT, STEPS, BATCH, ROW = 2048, 512, 1200, 8, 96


def passages():
    """The text in pieces of three verses."""
    verses = [line for line in (SOURCE / "examples/demo/kjv.txt").read_text().splitlines() if line.strip()]
    return [" ".join(verses[i:i + 3]) for i in range(0, len(verses), 3)]


def make_tokenizer(texts):
    """As SentencePiece's BPE is converted, but without a token for each byte, and merged across spaces."""
    tokenizer = Tokenizer(models.BPE(unk_token=UNKNOWN, fuse_unk=True, byte_fallback=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(),
                                           decoders.Strip(" ", 1, 0)])
    special = [AddedToken(text, special=True, normalized=True) for text in (UNKNOWN, BEGIN, END)]
    tokenizer.train_from_iterator(texts, trainers.BpeTrainer(vocab_size=VOCABULARY, special_tokens=special,
                                                             show_progress=False))
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{BEGIN} $A", pair=f"{BEGIN} $A {BEGIN}:1 $B:1", special_tokens=[(BEGIN, 1)])
    return transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token=BEGIN, eos_token=END,
                                                unk_token=UNKNOWN, pad_token=UNKNOWN)


def make_model():
    torch.manual_seed(656)
    return transformers.LlamaForCausalLM(transformers.LlamaConfig(
        hidden_size=128, intermediate_size=384, num_hidden_layers=2, num_attention_heads=8, num_key_value_heads=4,
        vocab_size=VOCABULARY, max_position_embeddings=CONTEXT, rms_norm_eps=1e-6, tie_word_embeddings=True,
        bos_token_id=1, eos_token_id=2, attn_implementation="eager"))


def loss_of(model, x, y, reduction="mean"):
    logits = model(x).logits
    return torch.nn.functional.cross_entropy(logits.flatten(0, 1), y.flatten(), reduction=reduction)


def train(model, ids):
    optimizer = torch.optim.AdamW(model.parameters(), lr=4e-3, betas=(0.9, 0.95), weight_decay=0.1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, total_steps=STEPS, pct_start=0.05)
    for step in range(STEPS):
        starts = torch.randint(0, len(ids) - ROW - 1, (BATCH,))
        rows = torch.stack([ids[start:start + ROW + 1] for start in starts])
        loss = loss_of(model, rows[:, :-1], rows[:, 1:])
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if step % 50 == 0:
            print(f"step {step}: loss {loss.item():.3f}", flush=True)


def greedy(model, ids, length):
    """The likeliest tokens, each with a margin that no rounding bridges."""
    for _ in range(length):
        logits = model(torch.tensor([ids])).logits[0, -1]
        best, second = logits.topk(2).values.tolist()
        if best - second < 1e-3:
            break
        ids = ids + [int(logits.argmax())]
        if ids[-1] == 2:
            break
    return ids


def summary(tensor):
    return {"l2": tensor.norm().item(), "sum": tensor.sum().item(), "first8": tensor.flatten()[:8].tolist()}


def losses_after(optimizer, loss, steps=9):
    found = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss().backward()
        optimizer.step()
        with torch.no_grad():
            found.append(loss().item())
    return found


def golden_full(model, x, y):
    loss = loss_of(model, x, y)
    loss.backward()
    out = {"loss0": loss.item(), "grads": {name: summary(p.grad) for name, p in model.named_parameters()}}
    settings = {"lr": 1e-3, "betas": [0.9, 0.95], "eps": 1e-8, "weight_decay": 0.1}
    optimizer = torch.optim.AdamW(model.parameters(), **settings)
    out["adamw"] = {**settings, "loss_after_steps_1_to_9": losses_after(optimizer, lambda: loss_of(model, x, y))}
    return out


class Adapted(torch.nn.Module):
    """x·W + scale·(x·A)·B, spelt out."""

    def __init__(self, base, layer, rank, scale):
        super().__init__()
        self.base, self.scale = base, scale
        index = torch.arange(rank * base.in_features, dtype=torch.float64).view(rank, base.in_features)
        self.A = torch.nn.Parameter(0.05 * torch.sin(0.37 * index + layer))
        self.B = torch.nn.Parameter(torch.zeros(base.out_features, rank, dtype=torch.float64))

    def forward(self, x):
        return self.base(x) + self.scale * ((x @ self.A.T) @ self.B.T)


def golden_lora(model, x, y):
    model.requires_grad_(False)
    adapters = {}
    for number, layer in enumerate(model.model.layers):
        for name in ("q_proj", "v_proj"):
            adapter = Adapted(getattr(layer.self_attn, name), number, rank=4, scale=2.0)
            setattr(layer.self_attn, name, adapter)
            adapters[f"model.layers.{number}.self_attn.{name}.weight"] = adapter
    gradients = lambda which: {name: summary(getattr(adapter, which).grad) for name, adapter in adapters.items()}
    settings = {"lr": 1e-2, "betas": [0.9, 0.999], "eps": 1e-8, "weight_decay": 0.0}
    optimizer = torch.optim.AdamW([p for a in adapters.values() for p in (a.A, a.B)], **settings)
    loss = lambda: loss_of(model, x, y)
    out = {"r": 4, "alpha": 8.0, "scale": 2.0, "loss0": loss().item()}
    loss().backward()
    out["grad_B"] = gradients("B")
    optimizer.step()
    after = [loss().item()]
    optimizer.zero_grad()
    loss().backward()
    out["after_step1"] = {"grad_A": gradients("A"), "grad_B": gradients("B")}
    after += losses_after(optimizer, loss, 8)
    out["adamw"] = {**settings, "loss_after_steps_1_to_9": after}
    return out


def golden(model, tokenizer, texts):
    """Everything in float64, but for the places where transformers itself goes by way of float32."""
    fresh = lambda: make_model_like(model).double()
    prompt = tokenizer(texts[7]).input_ids[:32]
    rows = torch.tensor([tokenizer(text).input_ids[:65] for text in (texts[20], texts[4000])])
    x, y = rows[:, :-1], rows[:, 1:]
    with torch.no_grad():
        exact = fresh()
        logits = exact(torch.tensor([prompt])).logits[0]
        nll = loss_of(exact, torch.tensor([prompt[:-1]]), torch.tensor([prompt[1:]]), "none")
        told = greedy(exact, [1], 120)
    print(tokenizer.decode(told))
    return {"how": f"transformers {transformers.__version__}, torch {torch.__version__}, float64",
            "prompt_ids": prompt, "logits_after_bos": logits[0].tolist(), "prompt_logits_last": logits[-1].tolist(),
            "prompt_nll": nll.tolist(), "greedy_ids_from_bos": told,
            "train_batch": {"x": x.tolist(), "y": y.tolist()},
            "full": golden_full(fresh(), x, y), "lora": golden_lora(fresh(), x, y)}


def rounded(value):
    """Nine digits: what tolerances of 1e-5 need, in half the bytes."""
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [rounded(item) for item in value]
    return float(f"{value:.9g}") if isinstance(value, float) else value


def make_model_like(model):
    copy = make_model()
    copy.load_state_dict(model.state_dict())
    return copy


def main():
    out = pathlib.Path(sys.argv[1])
    torch.set_num_threads(1)
    texts = passages()
    tokenizer = make_tokenizer(texts)
    ids = torch.tensor([id for text in texts for id in [*tokenizer(text).input_ids, 2]])
    print(f"{len(ids)} tokens", flush=True)
    model = make_model()
    train(model, ids)
    model.save_pretrained(out)
    tokenizer.save_pretrained(out)
    config = {"add_bos_token": True, "add_eos_token": False, "bos_token": BEGIN, "eos_token": END, "legacy": False,
              "pad_token": UNKNOWN, "tokenizer_class": "LlamaTokenizer", "unk_token": UNKNOWN}
    (out / "tokenizer_config.json").write_text(json.dumps(config, indent=1) + "\n")
    (out / "golden.json").write_text(json.dumps(rounded(golden(model, tokenizer, texts))) + "\n")


if __name__ == "__main__":
    main()
