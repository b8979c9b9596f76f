"""Small chat models' folders, without weights: a tokenizer that is trained here, special tokens, templates."""
import json

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, processors, trainers

from tokenizers_support import demo_text, llama2, qwen2, unigram_bytes

MARKS = ["<s>", "</s>", "<|im_start|>", "<|im_end|>", "<|user|>", "<|assistant|>", "<|system|>", "<|end|>"]


def byte_level(trim_offsets):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=trim_offsets)
    tokenizer.train_from_iterator([text[:200_000] for text in demo_text()],
                                  trainers.BpeTrainer(vocab_size=800, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
                                                      show_progress=False))
    tokenizer.add_special_tokens([AddedToken(mark, special=True) for mark in MARKS])
    return tokenizer


def with_marks(tokenizer):
    tokenizer.add_special_tokens([AddedToken(mark, special=True) for mark in MARKS])
    return tokenizer


#: name: what makes it; the last three change what they read
TOKENIZERS = {"whole": lambda: byte_level(False), "trimming": lambda: byte_level(True),
              "prepending": lambda: with_marks(llama2()), "composing": lambda: with_marks(qwen2()),
              "unigram": lambda: with_marks(unigram_bytes())}


def model_folder(folder, name, template):
    folder.mkdir()
    TOKENIZERS[name]().save(str(folder / "tokenizer.json"))
    config = {"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<s>",
              "eos_token": {"content": "</s>", "__type": "AddedToken"}}
    (folder / "tokenizer_config.json").write_text(json.dumps(config))
    if template is not None:
        (folder / "chat_template.jinja").write_text(template)
    return folder


def write_named(folder, named, form):
    if form == "list":
        file = folder / "tokenizer_config.json"
        file.write_text(json.dumps({**json.loads(file.read_text()), "chat_template": named}))
        return
    (folder / "additional_chat_templates").mkdir()
    for each in named:
        name = "chat_template.jinja" if each["name"] == "default" else f"additional_chat_templates/{each['name']}.jinja"
        (folder / name).write_text(each["template"])
