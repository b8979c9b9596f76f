"""What is run on both binaries: the demo, each adapter variant, family, optimizer, schedule and kind of data.

A case is a list of runs; a run is a config, overrides and where its weights come from. Every run is
exported in every format and scored; a format that both binaries refuse is as good as one that both write.
"""
import dataclasses
import pathlib
import random
import sys

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tests/jobs"))
from support import LORA, NO_PHASE_1, PRETRAIN, make_padded, make_pmd, on_weights  # noqa: E402

FORMATS = ("merged", "peft", "gguf", "gguf-lora")


@dataclasses.dataclass(frozen=True)
class Run:
    name: str
    config: str  # text of the YAML
    overrides: tuple = ()
    restore: str = ""  # a checkpoint, relative to checkpoints/
    formats: tuple = FORMATS


def lora(*options, config=LORA, name="r", more=()):
    """One run of two phases with these keys of optimization/lora."""
    return [Run(name, config, tuple(f"optimization.lora.{option}" for option in options) + tuple(more))]


def pretrain(*options, config=PRETRAIN):
    return [Run("r", config, options, formats=("merged", "gguf"))]


def of_family(family, *architecture, text=LORA):
    """The tiny config for another family, whose keys differ a little."""
    text = text.replace("llama/", f"{family}/")
    if family in ("gpt", "gpt_neox"):
        text = text.replace("  n_kv_head: 2\n", "")
    return text, tuple(f"architecture.{option}" for option in architecture)


def family(name, *architecture, options=()):
    config, more = of_family(name, *architecture)
    return lora(*options, config=config, more=more)


def data(*stages, phase="post"):
    """The mixtures of a phase, in YAML's short form."""
    return (f"training.{phase}_lora_dataset=[{','.join(f'[{stage}]' for stage in stages)}]",
            f"training.{phase}_lora_tokens=[{','.join(['960'] * len(stages))}]")


FIRST = "{name: first, rate: 1.0, style: PMD}"
MIXED = "{name: padded, rate: 0.4, style: PADDED},{name: second, rate: 0.6, style: PMD}"


def on_folder(*options, family="llama", base=(), more=()):
    """Phase 2 alone on a Hugging Face folder that another run of the same binary has exported."""
    config, architecture = of_family(family, text=PRETRAIN)
    return [Run("base", config, architecture + ("training.tokens=640", *base), formats=("merged",)),
            *lora(*options, config=on_weights(family),
                  more=(*NO_PHASE_1, "architecture.backbone.weights=exports/base/merged", "architecture.block_size=16",
                        "architecture.dtype.activation=float32", *more))]


def with_rows(*options, base=()):
    """New tokens: rows of the tables that train beside the adapters."""
    return on_folder(*options, base=base, more=("tokenizer.backend=bytes", "tokenizer.add_tokens=[<a>, <b>]"))


def restored():
    """Phase 2 begun again from pre_lora_checkpoint, with other adapters."""
    first = lora()
    return first + [Run("again", LORA, ("optimization.lora.rank=2", *NO_PHASE_1),
                        restore="general/default/r/pre_lora_checkpoint")]


def continued():
    """Adapters that go on from a PEFT folder, and adapters stacked on one."""
    first = on_folder()
    second = first[-1]
    follow = lambda name, option: dataclasses.replace(second, name=name, overrides=second.overrides + (option,))
    return first + [follow("warm", "optimization.lora.from_adapter=exports/r/peft"),
                    follow("stacked", "optimization.lora.base_adapters=['exports/r/peft:0.5']")]


def demo(*overrides):
    """The demo's own config, some steps of each phase; two threads, as there are two."""
    return [Run("r", (SOURCE / "examples/demo/demo.yaml").read_text(),
                ("training.pre_lora_tokens=[32768]", "training.post_lora_tokens=[32768]", "logging.samples=0",
                 "training.validation_steps=8", "logging.report_interval=1", "logging.validation_interval=6",
                 "logging.checkpoint_interval=5", "runtime.threads=2", *overrides))]


TABLES = "target_modules=[all-linear, wte, lm_head]"
BF16 = ("architecture.dtype.activation=bfloat16",)
PATTERNS = ("rank_pattern={q_proj: 2, blocks/1/: 3}", "alpha_pattern={attn: 16.0}")

CASES = {
    # Adapters
    "plain": lora,
    "bf16": lambda: lora(more=BF16),
    "base_float32": lambda: lora("base_dtype=float32"),
    "base_nf4": lambda: lora("base_dtype=nf4"),
    "rslora": lambda: lora("rslora=true"),
    "lora_plus": lambda: lora("lr_ratio=4"),
    "dropout": lambda: lora("dropout=0.2"),
    "dropout_tables": lambda: lora("dropout=0.2", TABLES),
    "dora": lambda: lora("dora=true"),
    "dora_dropout": lambda: lora("dropout=0.2", "dora=true", "target_modules=[kernel, wte]"),
    "dora_bf16": lambda: lora("dora=true", TABLES, more=BF16),
    "dora_nf4": lambda: lora("dora=true", "base_dtype=nf4", "rslora=true"),
    "dora_tables": lambda: lora("dora=true", TABLES, "base_dtype=float32"),
    "tables": lambda: lora(TABLES),
    "tied_tables": lambda: lora("target_modules=[kernel, wte]", more=("architecture.tie_word_embeddings=true",)),
    "exclude": lambda: lora("exclude_modules=[v_proj]", "layers_to_transform=[1]", "target_modules=[attn, gate_proj]"),
    "patterns": lambda: lora(*PATTERNS),
    "patterns_rslora_dora": lambda: lora(*PATTERNS, "rslora=true", "dora=true"),
    "pissa": lambda: lora("init=pissa"),
    "pissa_tables_dora": lambda: lora("init=pissa", TABLES, "dora=true", "base_dtype=float32"),
    "olora": lambda: lora("init=olora", "target_modules=[kernel, wte]"),
    "kaiming": lambda: lora("init=kaiming", TABLES),
    "gaussian": lambda: lora("init=gaussian"),
    "whole": lambda: lora("modules_to_save=[lm_head, ln_f]", "bias=all"),
    "whole_tables": lambda: lora("modules_to_save=[wte, v_proj]"),
    "bias_all": lambda: family("gpt", options=("bias=all",)),
    "bias_lora_only": lambda: family("gpt", options=("bias=lora_only", "target_modules=[attn]")),
    "rows": with_rows,
    "rows_dora_tables": lambda: with_rows("dora=true", "target_modules=[kernel]", "base_dtype=float32"),
    "rows_tied": lambda: with_rows(base=("architecture.tie_word_embeddings=true",)),
    # Families
    "gpt": lambda: family("gpt", "dropout=0.1", "attn_dropout=0.1"),
    "gpt_learned": lambda: family("gpt", "rope=false", "tie_word_embeddings=false", options=("dora=true",)),
    "gpt_neox": lambda: family("gpt_neox", "partial_rotary_factor=0.25"),
    "qwen": lambda: family("qwen", "attention_bias=true"),
    "qwen3": lambda: family("qwen", "qk_norm=true", "attention_bias=false", "head_dim=16"),
    "mistral": lambda: family("llama", "sliding_window=5", "checkpointing=true"),
    "gemma": lambda: family("llama", "norm_offset=true", "scale_embedding=true", "hidden_act=gelu_tanh",
                            "tie_word_embeddings=true", "post_norms=true", "sliding_window=6",
                            "sliding_window_pattern=2", "query_pre_attn_scalar=16.0", "attn_logit_softcapping=30.0",
                            "final_logit_softcapping=20.0"),
    "llama3_rope": lambda: family("llama", "rope_scaling.rope_type=llama3", "rope_scaling.factor=4.0",
                                  "rope_scaling.original_max_position_embeddings=8"),
    # Optimizers, schedules, data
    "muon": lambda: lora(more=("optimization.optimizer=muon",)),
    "cosine": lambda: lora(more=("optimization.schedule=cosine", "training.warmup_pct=0.2")),
    "cosine_rewarm": lambda: lora(more=("optimization.schedule=cosine_rewarm", *data(FIRST, MIXED))),
    "wsds": lambda: lora(more=("optimization.schedule=wsds", "optimization.clip=0.1")),
    "padded_mixture": lambda: lora(more=(*data(MIXED), *data(MIXED, FIRST, phase="pre"),
                                         "training.per_device_batch_size=3")),
    "pretrain": pretrain,
    "pretrain_bf16_early": lambda: pretrain(*BF16, "training.patience=1", "optimization.lr=0.3",
                                            "logging.validation_interval=3"),
    # Weights and checkpoints that come from elsewhere
    "folder": on_folder,
    "folder_gpt": lambda: on_folder(family="gpt", base=("architecture.rope=false",)),
    "untied": lambda: on_folder(TABLES, base=("architecture.tie_word_embeddings=true",),
                                more=("architecture.backbone.untie=true",)),
    "restored": restored,
    "continued": continued,
    # Shapes that are not tiny
    "demo": demo,
    "demo_bf16": lambda: demo(*BF16),
    "demo_dora_nf4": lambda: demo("optimization.lora.dora=true", "optimization.lora.base_dtype=nf4"),
}


def make_data(root):
    """Everything that a case may read, the same each time."""
    make_pmd(root, "first", 1)
    make_pmd(root, "second", 2)
    make_padded(root, "padded")
    rng = random.Random(3)
    words = ["ab", "the ", "lord ", "said ", "unto ", "and ", "\n"]
    text = "".join(rng.choice(words) for _ in range(20000)).encode()
    for name, piece in (("kjv", text[:40000]), ("shakespeare", text[40000:])):
        folder = root / "data" / name
        folder.mkdir(parents=True)
        for split, part in (("train", piece[:-6000]), ("val", piece[-6000:])):
            (folder / f"{split}.bin").write_bytes(b"".join(byte.to_bytes(4, "little") for byte in part))
