"""Three real fine-tunings as a new user would: a base that is trained here, adapters by `twofold finetune` and by YAML,
and transformers asks both. Long: minutes of training (ctest -L long)."""
import json
import pathlib
import random
import re
import shutil
import subprocess
import sys
import unittest

import torch
from peft import PeftModel
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedTokenizerFast

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "jobs"))
from support import BINARY, SHARED_DATA, RunTest, needs_shared_data  # noqa: E402

HELD_OUT = 100
DATA = SHARED_DATA / "finetune"
END, OPEN, CLOSE = "<|endoftext|>", "<|im_start|>", "<|im_end|>"
PRETRAIN = """job: llama/train/pretrain
architecture: {n_layers: 4, n_embd: 192, n_head: 6, n_kv_head: 6, intermediate_size: 512, block_size: 256, vocab_size: 2048,
  tie_word_embeddings: false, max_position_embeddings: 1024, eos_token_id: [0], dtype: {activation: float32}}
optimization: {optimizer: muon, lr: 0.015}
training: {tokens: 2500000, dataset: [{name: plain, rate: 1.0, style: PMD}], batch_size: 16, decay_pct: 0.5, validation: false}
logging: {report_interval: 20}
"""


def instructions():
    """Short instructions and answers, in Alpaca's form."""
    return [row for row in json.loads((DATA / "instruction-data.json").read_text()) if row["output"]]


def alpaca():
    """Alpaca's own records with short answers and those of instruction-data.json, shuffled."""
    rows = [row for row in json.loads((DATA / "alpaca_en_demo.json").read_text())
            if len(row["output"]) + len(row["input"]) < 200]
    rows += instructions()
    random.Random(1).shuffle(rows)
    return rows


def question_of(row):
    return row["instruction"] + ("\n" + row["input"] if row["input"] else "")


def gsm8k():
    """Problems with short answers: of two or three lines."""
    rows = [json.loads(line) for line in (DATA / "gsm8k_train.jsonl").read_text().splitlines()]
    return [row for row in rows if len(row["answer"]) < 220]


def stories():
    text = (SHARED_DATA / "pretrain/tinystories_a.txt").read_text()[:1_200_000]
    return [story.strip() for story in text.split(END) if story.strip()]


def plain_texts():
    """What the base reads: nothing that is held out, no marks of a chat, no last line of GSM8K's."""
    held_out = instructions()[-HELD_OUT:] + alpaca()[-HELD_OUT:]
    rows = instructions() + json.loads((DATA / "alpaca_en_demo.json").read_text())
    texts = [question_of(row) + "\n" + row["output"] for row in rows if row not in held_out]
    texts += [row["question"] + "\n" + re.sub(r"\n#### .*", "", row["answer"]) for row in gsm8k()[:-HELD_OUT]]
    return texts + stories()


def make_tokenizer(texts, folder):
    """A token for every byte, 2048 in all, with ChatML's marks."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(texts, trainers.BpeTrainer(
        vocab_size=2048, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False,
        special_tokens=[AddedToken(text, special=True) for text in (END, OPEN, CLOSE)]))
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token=END, pad_token=END).save_pretrained(folder)


@needs_shared_data
class Tuning(RunTest):
    def ours(self, *arguments):
        done = subprocess.run([str(BINARY), *map(str, arguments)], capture_output=True, text=True, timeout=1500)
        self.assertEqual(done.returncode, 0, " ".join(map(str, arguments)) + "\n" + done.stdout + done.stderr)
        return done.stdout

    def make_base(self):
        plain = plain_texts()
        make_tokenizer(plain, self.root / "tokenizer")
        (self.root / "plain.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in plain))
        tokenizer = ["tokenizer.backend=huggingface", f"tokenizer.file={self.root / 'tokenizer'}"]
        self.ours("tokenize", self.config("job: data/tokenize_variable_dataset\n", "plain.yaml"), self.root,
                  "data.dataset=plain", f"data.source={self.root / 'plain.jsonl'}", *tokenizer)
        self.ours("run", "base", self.config(PRETRAIN), self.root, *tokenizer)
        self.ours("export", "base", self.root, "--to", "merged", self.root / "base")
        return self.root / "base"

    def answers(self, model, tokenizer, prompts, end):
        """What the model says to each prompt up to `end`; None where it does not end."""
        rows = [tokenizer(prompt, add_special_tokens=False)["input_ids"] for prompt in prompts]
        width = max(map(len, rows))
        ids = torch.tensor([[0] * (width - len(row)) + row for row in rows])
        mask = torch.tensor([[0] * (width - len(row)) + [1] * len(row) for row in rows])
        with torch.no_grad():
            made = model.generate(ids, attention_mask=mask, max_new_tokens=400, do_sample=False, eos_token_id=end,
                                  pad_token_id=0)[:, width:].tolist()
        return [tokenizer.decode(new[:new.index(end)]) if end in new else None for new in made]

    def check(self, name, base, out, prompts, pattern, mark):
        tokenizer = AutoTokenizer.from_pretrained(out)
        end = tokenizer.convert_tokens_to_ids(mark)
        model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32).eval()
        fits = {}
        for who in ("base", "tuned"):
            if who == "tuned":
                model = PeftModel.from_pretrained(model, out).eval()  # changes the model
            answers = self.answers(model, tokenizer, prompts, end)
            fits[who] = sum(answer is not None and re.search(pattern, answer) is not None for answer in answers)
            print(f"{name}: {who} {fits[who]} of {len(prompts)}; such as {answers[0]!r}", flush=True)
        self.assertGreaterEqual(fits["tuned"], 90, name)
        self.assertLessEqual(fits["base"], 5, name)

    def write_lines(self, name, rows):
        path = self.root / name
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        return path

    def chat_prompts(self, out, questions):
        tokenizer = AutoTokenizer.from_pretrained(out)
        return [tokenizer.apply_chat_template([{"role": "user", "content": question}], tokenize=False,
                                              add_generation_prompt=True) for question in questions]

    def tune_chat(self, base):
        rows, out = instructions(), self.root / "chat"
        data = self.write_lines("chat.jsonl", [
            {"conversations": [{"from": "human", "value": question_of(row)}, {"from": "gpt", "value": row["output"]}]}
            for row in rows[:-HELD_OUT]])
        print(self.ours("finetune", base, data, out, *FAST), flush=True)
        asked = [question_of(row) for row in rows[-HELD_OUT:]]
        self.check("chat", base, out, self.chat_prompts(out, asked), r"(?s)\A\S.*\S\Z", CLOSE)

    def tune_alpaca(self, base):
        rows, out = alpaca(), self.root / "alpaca"
        data = self.root / "alpaca.json"
        data.write_text(json.dumps(rows[:-HELD_OUT]))
        print(self.ours("finetune", base, data, out, *FAST), flush=True)
        asked = [question_of(row) for row in rows[-HELD_OUT:]]
        self.check("alpaca", base, out, self.chat_prompts(out, asked), r"(?s)\A\S.*\S\Z", CLOSE)

    def tune_gsm8k(self, base):
        rows, out = gsm8k(), self.root / "gsm8k"
        data = self.write_lines("gsm8k.jsonl", rows[:-HELD_OUT])
        yaml = self.root / "gsm8k.yaml"
        entry = "{name: gsm8k, rate: 1.0, style: PACKED, source: %s}" % data
        self.ours("configure", "llama/train/lora", yaml, f"architecture.backbone.weights={base}",
                  "architecture.block_size=512", "training.pre_lora_tokens=[]", "training.pre_lora_dataset=[]",
                  f"training.post_lora_dataset=[[{entry}]]", "training.post_lora_tokens=[1000000]",
                  "training.batch_size=4", "data.fields={prompt: question, completion: answer}",
                  "optimization.lora.alpha=64", "optimization.lora.init=kaiming", "optimization.lora.lr=0.001",
                  "optimization.schedule=cosine", "optimization.lora.base_dtype=float32",
                  "tokenizer.backend=huggingface", f"tokenizer.file={base}", *FAST)
        self.ours("run", "gsm8k", yaml, self.root)
        self.ours("export", "gsm8k", self.root, "--to", "peft", out)
        shutil.copy(base / "tokenizer.json", out)
        shutil.copy(base / "tokenizer_config.json", out)
        self.check("gsm8k", base, out, [row["question"] for row in rows[-HELD_OUT:]], r"#### \d+", END)

    def test_three_formats(self):
        base = self.make_base()
        for tune in (self.tune_chat, self.tune_alpaca, self.tune_gsm8k):
            with self.subTest(tune.__name__):
                tune(base)


FAST = ["optimization.lora.rank=32", "architecture.dtype.activation=float32"]

if __name__ == "__main__":
    unittest.main()
