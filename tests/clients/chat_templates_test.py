"""Chat templates in every place where a folder may have them: what transformers finds in the folder it finds in the
merged export, and llama.cpp's converter's keys for them are in the GGUF."""
import json
import pathlib
import sys
import unittest

import gguf
import transformers

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "jobs"))
from support import PRETRAIN, RunTest  # noqa: E402

BYTES = PRETRAIN.replace("optimization:", "tokenizer: {backend: bytes}\noptimization:", 1)
DEFAULT, TOOLS, RAG = "{% for m in messages %}{{ m.content }}{% endfor %}", "{{ tools }} é", "{{ documents }}"
MANY = {"default": DEFAULT, "tool_use": TOOLS, "rag-2": RAG}


def in_config(value):
    """Sets chat_template in tokenizer_config.json."""
    def write(folder):
        file = folder / "tokenizer_config.json"
        file.write_text(json.dumps(json.loads(file.read_text()) | {"chat_template": value}))
    return write


def in_files(templates):
    def write(folder):
        (folder / "chat_template.jinja").write_text(templates["default"])
        (folder / "additional_chat_templates").mkdir()
        for name in templates.keys() - {"default"}:
            (folder / "additional_chat_templates" / f"{name}.jinja").write_text(templates[name])
    return write


def both(first, second):
    return lambda folder: (first(folder), second(folder))


#: How the folder is written, and what it means.
PLACES = {
    "a text in the config": (in_config(DEFAULT), {"default": DEFAULT}),
    "a list in the config": (in_config([{"name": n, "template": t} for n, t in MANY.items()]), MANY),
    "files": (in_files(MANY), MANY),
    "files and a text": (both(in_config("no"), in_files(MANY)), MANY),
    "one file": (lambda folder: (folder / "chat_template.jinja").write_text(DEFAULT), {"default": DEFAULT}),
    "none": (lambda folder: None, {}),
}


class ChatTemplates(RunTest):
    def export(self, name, to, out):
        done = self.twofold("export", name, self.root, "--to", to, out)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return out

    def base(self):
        self.run_job("seed", self.config(BYTES), "training.tokens=64")
        return {path.name: path.read_text() for path in self.export("seed", "merged", self.root / "seed").iterdir()
                if path.name.startswith("tokenizer")}

    def transformers_finds(self, folder):
        found = transformers.AutoTokenizer.from_pretrained(folder).chat_template
        return {"default": found} if isinstance(found, str) else found or {}

    def gguf_has(self, file):
        fields = gguf.GGUFReader(file).fields
        key = "tokenizer.chat_template"
        found = {name[len(key) + 1:] or "default": field.contents() for name, field in fields.items()
                 if name == key or name.startswith(key + ".")}
        names = fields[key + "s"].contents() if key + "s" in fields else []
        self.assertEqual(sorted(names), sorted(found.keys() - {"default"}))
        return found

    def exported(self, name, files, write):
        """The folder of a run's tokenizer, its merged export and its GGUF."""
        folder = self.root / f"tokenizer-{name}"
        folder.mkdir()
        for file, text in files.items():
            (folder / file).write_text(text)
        write(folder)
        text = BYTES.replace("{backend: bytes}", f"{{backend: huggingface, file: {folder}}}")
        self.run_job(name, self.config(text), "training.tokens=64")
        return (folder, self.export(name, "merged", self.root / f"{name}-merged"),
                self.export(name, "gguf", self.root / f"{name}.gguf"))

    def test_every_place(self):
        files = self.base()
        for number, (place, (write, meant)) in enumerate(PLACES.items()):
            with self.subTest(place):
                folder, merged, file = self.exported(f"r{number}", files, write)
                self.assertEqual(self.transformers_finds(folder), meant)
                self.assertEqual(self.transformers_finds(merged), meant)
                keys = {"".join(c if c.isalnum() else "_" for c in name): text for name, text in meant.items()}
                self.assertEqual(self.gguf_has(file), keys)

    def test_a_processors_file_is_what_llama_cpps_converter_takes_it_for(self):
        write = lambda folder: (folder / "chat_template.json").write_text(json.dumps({"chat_template": DEFAULT}))
        folder, merged, file = self.exported("r", self.base(), write)
        theirs = gguf.SpecialVocab(folder).chat_template
        self.assertEqual(theirs, DEFAULT)
        self.assertEqual(self.gguf_has(file), {"default": theirs})
        self.assertEqual((merged / "chat_template.json").read_text(), (folder / "chat_template.json").read_text())

    def test_a_tokenizer_of_bytes_is_one_in_transformers(self):
        self.run_job("r", self.config(BYTES), "training.tokens=64")
        tokenizer = transformers.AutoTokenizer.from_pretrained(self.export("r", "merged", self.root / "out"))
        text = "one\r\n two  é 中 😀\t"
        self.assertEqual(tokenizer.encode(text), list(text.encode()))
        self.assertEqual(tokenizer.decode(list(text.encode())), text)
        self.assertEqual((len(tokenizer), tokenizer.eos_token_id), (257, 256))


if __name__ == "__main__":
    unittest.main()
