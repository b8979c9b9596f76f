"""The study's data: from the published files in ../shared to what twofold reads. Nothing is drawn at random."""
import json
import pathlib

#: SCAN's actions as letters: the tokenizer of the bases takes twelve tokens for one of these words.
LETTERS = {"I_TURN_RIGHT": "R", "I_TURN_LEFT": "L", "I_WALK": "W", "I_LOOK": "K", "I_RUN": "U", "I_JUMP": "J"}


def scan(line):
    command, actions = line.strip().removeprefix("IN: ").split(" OUT: ")
    return {"prompt": command + "\n", "completion": "".join(LETTERS[action] for action in actions.split())}


def e2e(line):
    meaning, sentence = line.strip().split("||")
    return {"prompt": meaning + "\n", "completion": sentence.strip()}


def write_lines(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def pairs(make, sources, folder, name):
    """Training lines as they come; the test's are spread out, since neighbours in a file are alike."""
    train, test = ([make(line) for line in pathlib.Path(source).read_text().splitlines()] for source in sources)
    write_lines(folder / f"{name}.jsonl", train)
    write_lines(folder / f"{name}_test.jsonl", [row for start in range(20) for row in test[start::20]])


def stories(source):
    return [text.strip() for text in pathlib.Path(source).read_text().split("<|endoftext|>") if text.strip()]


def write_sources(study, folder):
    """{dataset: its source} of all targets and of the text that bases are made of."""
    folder.mkdir(parents=True, exist_ok=True)
    named = {name: target["sources"][0] for name, target in study["targets"].items()}
    for name, make in (("scan", scan), ("e2e", e2e)):
        pairs(make, study["targets"][name]["sources"], folder, name)
        named[name] = str(folder / f"{name}.jsonl")
    train, held_out = map(stories, study["forgotten"]["sources"])
    write_lines(folder / "stories.jsonl", [{"text": text} for text in train])
    write_lines(folder / "stories_b.jsonl", [{"text": text} for text in held_out if len(text) < 1000])
    return named | {"stories": str(folder / "stories.jsonl")}
