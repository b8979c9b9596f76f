"""What the tests with PEFT share: models, variants, runs of ours beside training in PEFT."""
import json
import pathlib
import sys
import warnings

import numpy
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from peft.optimizers import create_loraplus_optimizer
from transformers import AutoModelForCausalLM, GPT2Config, GPTNeoXConfig, LlamaConfig, Qwen2Config

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "jobs"))
from support import RunTest, write_tokens  # noqa: E402

VOCABULARY, WIDTH, ROWS, STEPS, RATE = 61, 16, 4, 3, 0.01
BETAS, EPS = (0.9, 0.95), 1e-8

MODELS = {
    "llama": lambda: LlamaConfig(
        vocab_size=VOCABULARY, hidden_size=24, intermediate_size=40, num_hidden_layers=2,
        num_attention_heads=6, num_key_value_heads=2, max_position_embeddings=WIDTH,
        tie_word_embeddings=False),
    "qwen": lambda: Qwen2Config(
        vocab_size=VOCABULARY, hidden_size=24, intermediate_size=40, num_hidden_layers=2,
        num_attention_heads=6, num_key_value_heads=2, max_position_embeddings=WIDTH,
        tie_word_embeddings=True),
    "gpt": lambda: GPT2Config(
        vocab_size=VOCABULARY, n_embd=24, n_layer=2, n_head=4, n_positions=WIDTH, resid_pdrop=0.0,
        embd_pdrop=0.0, attn_pdrop=0.0),
    "gpt_neox": lambda: GPTNeoXConfig(
        vocab_size=VOCABULARY, hidden_size=24, intermediate_size=40, num_hidden_layers=2,
        num_attention_heads=4, max_position_embeddings=WIDTH),
}
TARGETS = {
    "llama": ["q_proj", "v_proj", "down_proj"],
    "qwen": ["q_proj", "k_proj", "up_proj"],
    "gpt": ["c_attn", "mlp.c_proj"],
    "gpt_neox": ["query_key_value", "dense_4h_to_h"],
}
# Every variant: what PEFT is told (beside r, alpha and targets) and what twofold is told beyond
# what the adapter's folder says.
VARIANTS = {
    "plain": ({}, []),
    "rslora": ({"use_rslora": True}, []),
    "dora": ({"use_dora": True}, []),
    "loraplus": ({}, ["optimization.lora.lr_ratio=8"]),
    "patterns": ({"rank_pattern": {"q_proj": 2, "layers.1.self_attn.v_proj": 5},
                  "alpha_pattern": {"down_proj": 3}}, []),
    "all_linear": ({"target_modules": "all-linear"}, []),
    "regex": ({"target_modules": r".*\.(q_proj|gate_proj)"}, []),
    "one_layer": ({"layers_to_transform": [1]}, []),
    "excluded": ({"exclude_modules": ["layers.0.self_attn.q_proj"]}, []),
    "modules_to_save": ({"modules_to_save": ["lm_head", "model.norm"]}, []),
    "embeddings": ({"target_modules": ["embed_tokens", "q_proj", "lm_head"]}, []),
    "dora_embeddings": ({"target_modules": ["embed_tokens", "q_proj", "lm_head"], "use_dora": True}, []),
}


# Ways to start that draw numbers, each program its own.
RANDOM_STARTS = {"reference", "gaussian", "kaiming"}


def hf_rows():
    """The rows that twofold's dataset holds, as (ROWS, WIDTH + 1) ids."""
    return torch.from_numpy(
        numpy.random.default_rng(3).integers(1, VOCABULARY, (ROWS, WIDTH + 1)).astype(numpy.int64))


def mean_loss(model, rows):
    logits = model(input_ids=rows[:, :-1]).logits.float()
    return torch.nn.functional.cross_entropy(logits.flatten(0, 1), rows[:, 1:].flatten())


class PeftTest(RunTest):
    def setUp(self):
        super().setUp()
        self.rows = hf_rows()
        folder = self.root / "data/rows"
        for split in ("train", "val"):
            write_tokens(folder / f"{split}.bin", self.rows.flatten().tolist())
            (folder / f"{split}.bin.mask").write_bytes(bytes([1] * self.rows.numel()))
        shape = list(self.rows.shape)
        (folder / "shape.json").write_text(json.dumps({"train": shape, "val": shape}))

    def base(self, family):
        """A model of the family, saved; (folder, a function that loads it)."""
        folder = self.root / f"base-{family}"
        if not folder.exists():
            torch.manual_seed(7)
            model = AutoModelForCausalLM.from_config(MODELS[family]())
            with torch.no_grad():  # biases that are not zero, norms that are not one
                for parameter in model.parameters():
                    parameter.add_(torch.randn_like(parameter), alpha=0.05)
            model.save_pretrained(folder)
        return folder, lambda: AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()

    def fit(self, name, family, *overrides, steps=STEPS, code=0):
        tokens = steps * ROWS * WIDTH
        config = self.config(f"""
job: {family}/train/lora
architecture: {{backbone: {{weights: {self.base(family)[0]}}}, dtype: {{activation: float32}}}}
runtime: {{threads: 1}}
logging: {{report_interval: 1, validation_interval: 100, checkpoint_interval: 0}}
optimization:
  lr: {RATE}
  clip: 0.0
  schedule: constant
  lora: {{base_dtype: float32}}
training:
  batch_size: {ROWS}
  validation_steps: {ROWS}
  pre_lora_tokens: []
  pre_lora_dataset: []
  post_lora_tokens: [{tokens}]
  post_lora_dataset: [[{{name: rows, rate: 1.0, style: PADDED}}]]
""", f"{name}.yaml")
        return self.run_job(name, config, *overrides, code=code)

    def losses(self, name):
        return [line["loss"] for line in self.metrics(name) if "loss" in line]

    def end_loss(self, name):
        return json.loads((self.final(name) / "state.json").read_text())["scores"]["end"]["rows"]

    def export(self, name, out):
        result = self.twofold("export", name, self.root, "--to", "peft", out)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        return out

    def load_quietly(self, model, folder):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            # transformers warns PEFT's own code of a name that it will drop.
            warnings.filterwarnings("ignore", message=".*is_gradient_checkpointing.*")
            return PeftModel.from_pretrained(model, folder).eval()

    @staticmethod
    def randomised(model):
        """Factors away from their start, so that every path carries something."""
        torch.manual_seed(11)
        with torch.no_grad():
            for parameter in model.parameters():
                if parameter.requires_grad:
                    parameter.add_(torch.randn_like(parameter), alpha=0.1)
        return model

    def peft_adapter(self, family, folder, **options):
        """A PEFT model with a random adapter, saved in `folder`."""
        options = {"r": 3, "lora_alpha": 5, "target_modules": TARGETS[family],
                   "fan_in_fan_out": family == "gpt", "task_type": "CAUSAL_LM", **options}
        base = self.base(family)[1]()
        torch.manual_seed(5)
        model = self.randomised(get_peft_model(base, LoraConfig(**options)))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it tells that it saves a targeted table
            model.save_pretrained(folder)
        return model

    def train_in_peft(self, model, ratio):
        model.train()
        if ratio:
            optimizer = create_loraplus_optimizer(
                model, torch.optim.AdamW, lr=RATE, loraplus_lr_ratio=ratio, betas=BETAS, eps=EPS,
                loraplus_weight_decay=0.0, weight_decay=0.0)
        else:
            trained = [p for p in model.parameters() if p.requires_grad]
            optimizer = torch.optim.Adam(trained, lr=RATE, betas=BETAS, eps=EPS)
        losses, felt = [], {}
        for _ in range(STEPS):
            optimizer.zero_grad()
            loss = mean_loss(model, self.rows)
            loss.backward()
            for name, parameter in model.named_parameters():
                if parameter.requires_grad:
                    size = parameter.grad.abs()
                    felt[name] = torch.maximum(felt.get(name, size), size)
            optimizer.step()
            losses.append(loss.item())
        model.eval()
        return losses, felt
