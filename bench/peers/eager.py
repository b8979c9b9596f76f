#!/usr/bin/env python3
"""A GPT-2 training step in plain eager PyTorch: all parameters, or LoRA on every linear of the blocks.

bf16, full: autocast over float32 weights. bf16, lora: the frozen base is stored in bfloat16 and the
adapters in float32, under autocast. Both keep float32 optimizer state.
"""
import timing

ARGS = timing.arguments(__doc__)

import torch
from torch import nn
from torch.nn import functional as F

LAYERS, WIDTH, HEADS, TOKENS, ROWS = timing.SIZES[ARGS.size]


class LoraLinear(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.base = nn.Linear(inputs, outputs)
        self.lora_a = nn.Parameter(torch.randn(timing.LORA_RANK, inputs) / timing.LORA_RANK)
        self.lora_b = nn.Parameter(torch.zeros(outputs, timing.LORA_RANK))
        self.scale = timing.LORA_ALPHA / timing.LORA_RANK

    def forward(self, x):
        return self.base(x) + self.scale * F.linear(F.linear(x, self.lora_a), self.lora_b)


Linear = LoraLinear if ARGS.mode == "lora" else nn.Linear


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm_1, self.norm_2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.attention_in, self.attention_out = Linear(WIDTH, 3 * WIDTH), Linear(WIDTH, WIDTH)
        self.mlp_in, self.mlp_out = Linear(WIDTH, 4 * WIDTH), Linear(4 * WIDTH, WIDTH)

    def forward(self, x):
        heads = self.attention_in(self.norm_1(x)).view(ROWS, TOKENS, 3, HEADS, WIDTH // HEADS)
        query, key, value = heads.permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(query, key, value, is_causal=True)
        x = x + self.attention_out(mixed.transpose(1, 2).reshape(ROWS, TOKENS, WIDTH))
        return x + self.mlp_out(F.gelu(self.mlp_in(self.norm_2(x)), approximate="tanh"))


class Gpt(nn.Module):
    """Tied head, learned positions, no dropout."""

    def __init__(self):
        super().__init__()
        self.wte, self.wpe = nn.Embedding(timing.VOCABULARY, WIDTH), nn.Embedding(TOKENS, WIDTH)
        self.blocks = nn.Sequential(*(Block() for _ in range(LAYERS)))
        self.norm = nn.LayerNorm(WIDTH)
        for name, parameter in self.named_parameters():
            if parameter.dim() == 2 and "lora" not in name:
                nn.init.normal_(parameter, std=0.02)

    def forward(self, ids, labels):
        hidden = self.norm(self.blocks(self.wte(ids) + self.wpe.weight))
        logits = F.linear(hidden, self.wte.weight).view(-1, timing.VOCABULARY)
        return F.cross_entropy(logits.float(), labels.reshape(-1))


def freeze_base(model):
    for name, parameter in model.named_parameters():
        if "lora" in name:
            continue
        parameter.requires_grad_(False)
        if ARGS.prec == "bf16":
            parameter.data = parameter.data.bfloat16()


def main():
    torch.set_num_threads(ARGS.threads)
    torch.manual_seed(0)
    model = Gpt()
    if ARGS.mode == "lora":
        freeze_base(model)
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=1e-4, betas=(0.9, 0.95), weight_decay=0.0, fused=True)
    data = torch.Generator().manual_seed(1)

    def step():
        rows = torch.randint(timing.VOCABULARY, (ROWS, TOKENS + 1), generator=data)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=ARGS.prec == "bf16"):
            loss = model(rows[:, :-1], rows[:, 1:])
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        return loss.item()

    timing.run("eager", ARGS, step)


if __name__ == "__main__":
    main()
