#!/usr/bin/env python3
"""The same step with transformers' GPT-2, and PEFT for its adapters; precisions as in eager.py."""
import timing

ARGS = timing.arguments(__doc__)

import torch
from peft import LoraConfig, get_peft_model
from transformers import GPT2Config, GPT2LMHeadModel

LAYERS, WIDTH, HEADS, TOKENS, ROWS = timing.SIZES[ARGS.size]


def build():
    config = GPT2Config(vocab_size=timing.VOCABULARY, n_positions=TOKENS, n_embd=WIDTH, n_layer=LAYERS,
                        n_head=HEADS, resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0, use_cache=False,
                        attn_implementation="sdpa")
    model = GPT2LMHeadModel(config)
    if ARGS.mode == "full":
        return model
    if ARGS.prec == "bf16":
        model = model.bfloat16()
    return get_peft_model(model, LoraConfig(
        r=timing.LORA_RANK, lora_alpha=timing.LORA_ALPHA, lora_dropout=0.0, fan_in_fan_out=True,
        target_modules=["c_attn", "c_proj", "c_fc"], task_type="CAUSAL_LM"))


def main():
    torch.set_num_threads(ARGS.threads)
    torch.manual_seed(0)
    model = build().train()
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=1e-4, betas=(0.9, 0.95), weight_decay=0.0, fused=True)
    data = torch.Generator().manual_seed(1)

    def step():
        rows = torch.randint(timing.VOCABULARY, (ROWS, TOKENS), generator=data)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=ARGS.prec == "bf16"):
            loss = model(input_ids=rows, labels=rows).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        return loss.item()

    timing.run("hf+peft" if ARGS.mode == "lora" else "hf", ARGS, step)


if __name__ == "__main__":
    main()
