"""The rules that the house is checked for: each finds (where, what) of everything that breaks it."""
import ast
import pathlib
import re
import sys

from cpp import functions

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import check_raw_memory  # noqa: E402

OURS = ("src", "include", "bench", "examples", "tools")
MAX_FUNCTION, SCREEN, SHARE_WITHIN_A_SCREEN = 40, 20, 0.9
MAX_FILE = {**{top: 250 for top in OURS}, "tests": 400}


def sources(*tops, endings=(".h", ".cpp", ".py")):
    """(path from the root, text) of every source below these folders."""
    for top in tops:
        for path in sorted((ROOT / top).rglob("*")):
            if path.suffix in endings and "__pycache__" not in path.parts:
                yield path.relative_to(ROOT).as_posix(), path.read_text()


def python_functions(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.name, node.end_lineno - node.lineno + 1


def all_functions(*tops):
    """(path, name, lines) of every function with a body."""
    for path, text in sources(*tops):
        found = python_functions(text) if path.endswith(".py") else ((f.name, f.length) for f in functions(text))
        yield from ((path, name, length) for name, length in found)


def long_files():
    for top, most in MAX_FILE.items():
        for path, text in sources(top):
            if (lines := text.count("\n")) > most:
                yield path, f"{lines} lines, more than {most}"


def long_functions():
    for path, name, length in all_functions(*MAX_FILE):
        if length > MAX_FUNCTION:
            yield f"{path} {name}", f"{length} lines, more than {MAX_FUNCTION}"


def share_within_a_screen():
    lengths = [length for _, _, length in all_functions("src", "include")]
    return sum(length <= SCREEN for length in lengths) / len(lengths)


VARIANT = re.compile(r"\bdora|_dora|magnitude|token_?rows|token rows|trained_?rows|trained rows", re.IGNORECASE)
#: Who may know what an adapter variant is made of.
KNOW_VARIANTS = ("src/lora/variants/", "src/lora/config", "include/twofold/lora/config", "src/interop/")
#: Where "magnitude" has its everyday meaning.
OTHER_MEANING = ("src/tensor/nf4.", "src/ops/vector_math.h", "src/ops/cpu/vector_math.h", "src/model/checkpointing.cpp",
                 "include/twofold/train/run_state.h")  # a key of its files


def named_variants():
    """DoRA, its magnitude and trained token rows are known to their own files, and to those of other programs' formats."""
    for path, text in sources("src", "include"):
        if not path.startswith(KNOW_VARIANTS + OTHER_MEANING) and (found := VARIANT.findall(text)):
            yield path, f"names {', '.join(sorted(set(found)))}"


PHASE = re.compile(r"phase(?:\(\))?\s*(?:[=!]=|<=?|>=?)\s*[0-9]|\b[0-9]\s*[=!]=\s*[\w.>()-]*phase\b|\bfind\(\s*[0-9]\s*\)",
                   re.IGNORECASE)


def numbered_phases():
    """A phase is an object: nobody asks for the first or the second."""
    for path, text in sources("src", "include", "bench", "examples"):
        if found := [line.strip() for line in text.splitlines() if PHASE.search(line)]:
            yield path, f"{len(found)}: {found[0]}"


def raw_memory():
    """Tensors may lie where the host cannot read: tools/check_raw_memory.py."""
    for path, text in sources("src", "include", endings=(".h", ".cpp")):
        if found := check_raw_memory.faults_at(path, text):
            yield path, f"{len(found)}: line {found[0][0]}: {found[0][1]}"


#: What known.txt may list, until its owners are done.
RULES = {"long file": long_files, "long function": long_functions, "variant named": named_variants,
         "phase numbered": numbered_phases, "raw memory": raw_memory}
