#!/usr/bin/env python3
"""Checks that includes go only where the layer table of src/CMakeLists.txt allows.

A file belongs to the deepest declared layer above it, and includes headers of that layer and of the
layers it USES. So does a public header, include/twofold/LAYER/NAME; include/twofold/NAME belongs to
the layer that names it after PUBLIC. Public headers include public headers only. The command line (src/cli) is a guest: it sees the public headers.

Errors: an include that is not allowed or not there, a layer that is granted and not used, a folder
that is neither a layer nor one of its PARTS, a public header without a layer, a cycle.

    tools/check_layers.py [REPOSITORY]
"""
import re
import sys
from pathlib import Path
from typing import NamedTuple

PUBLIC = "twofold"  # include/twofold: the public headers
GUEST = "cli"
KEYWORDS = {"TORCH", "COMPONENT", "PUBLIC", "USES", "PARTS", "LINKS", "LEVELS"}

LAYER = re.compile(r"^\s*twofold_layer\(\s*([\w/]+)([^)]*)\)", re.MULTILINE)
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')


class Include(NamedTuple):
    line: int
    quoted: bool
    name: str


class Layer(NamedTuple):
    uses: list
    parts: list
    public: list


def words_after(keyword, words):
    """The words between a keyword of twofold_layer and the next one."""
    if keyword not in words:
        return []
    rest = words[words.index(keyword) + 1:]
    end = next((i for i, word in enumerate(rest) if word in KEYWORDS), len(rest))
    return rest[:end]


def layer_table(cmake):
    """{name: Layer} in the order of the file"""
    table = {}
    for name, rest in LAYER.findall(cmake.read_text()):
        words = rest.split()
        if "USES" not in words:
            raise SystemExit(f"{cmake}: twofold_layer({name} …) has no USES")
        table[name] = Layer(*(words_after(keyword, words) for keyword in ("USES", "PARTS", "PUBLIC")))
    if not table:
        raise SystemExit(f"{cmake}: no twofold_layer(…) found")
    for name, layer in table.items():
        for other in set(layer.uses) - set(table):
            raise SystemExit(f"{cmake}: {name} USES {other}, which is no layer")
    return table


def sources(root):
    return sorted(p for p in root.rglob("*") if p.suffix in (".h", ".cpp") and p.is_file())


def includes(path):
    return [Include(number, match[1] == '"', match[2])
            for number, line in enumerate(path.read_text().splitlines(), 1) if (match := INCLUDE.match(line))]


class House:
    """A repository and its layer table; `used` collects which layer includes which."""

    def __init__(self, repository):
        self.repository = repository
        self.table = layer_table(repository / "src" / "CMakeLists.txt")
        self.owner = {f"{PUBLIC}/{header}": name for name, layer in self.table.items() for header in layer.public}
        self.used = {name: set() for name in self.table}

    def layer_of(self, name):
        """The layer of "layer/file.h" or "twofold/file.h"; None for what is not ours."""
        if name in self.owner:
            return self.owner[name]
        folders = [str(folder) for folder in Path(name.removeprefix(PUBLIC + "/")).parents]
        return next((f for f in folders if f in self.table or f == GUEST), None)

    def exists(self, name):
        base = "include" if name.startswith(PUBLIC + "/") else "src"
        return (self.repository / base / name).is_file()

    def placed(self, name):
        """Whether the folder of a source is a layer, or part of one."""
        layer = self.layer_of(name)
        folder = str(Path(name).parent)
        return folder in (layer, GUEST) or (
            layer in self.table and folder.removeprefix(f"{layer}/") in self.table[layer].parts)

    def problem_of(self, include, layer, public):
        """What is wrong with an include in a file of `layer`, or None."""
        target = self.layer_of(include.name)
        is_public = include.name.startswith(PUBLIC + "/")
        if target is None and not is_public:
            return 'write "layer/file.h", from src/' if include.quoted else None
        if not self.exists(include.name):
            return "there is no such file"
        if layer == GUEST:
            return None if is_public or target == GUEST else f"{GUEST} may include {PUBLIC}/ and itself"
        if target not in (layer, *self.table[layer].uses):
            return f"{layer} may include {', '.join(sorted([layer, *self.table[layer].uses]))}"
        if public and not is_public:
            return f"a public header may include {PUBLIC}/ only"
        self.used[layer].add(target)
        return None

    def check_file(self, path):
        base = "include" if path.is_relative_to(self.repository / "include") else "src"
        name = str(path.relative_to(self.repository / base))
        public = base == "include"
        layer = self.layer_of(name)
        if layer is None:
            yield f"{base}/{name}:1: no layer of src/CMakeLists.txt has this {'header' if base == 'include' else 'file'}"
            return
        if base == "src" and not self.placed(name):
            yield f"{base}/{name}:1: {Path(name).parent} is neither a layer nor one of the PARTS of {layer}"
        for include in includes(path):
            if problem := self.problem_of(include, layer, public):
                yield f'{base}/{name}:{include.line}: include of "{include.name}": {problem}'

    def check_table(self):
        for name, layer in self.table.items():
            for other in sorted(set(layer.uses) - self.used[name]):
                yield f"src/CMakeLists.txt: {name} USES {other}, and includes nothing of it"
            for header in layer.public:
                if not self.exists(f"{PUBLIC}/{header}"):
                    yield f"src/CMakeLists.txt: {name} names a PUBLIC header that is not there: {header}"
        if cycle := find_cycle({name: layer.uses for name, layer in self.table.items()}):
            yield "cycle in the layer table: " + " → ".join(cycle)

    def include_graph(self):
        edges = {}
        for base in (self.repository / "src", self.repository / "include"):
            for path in sources(base):
                edges[str(path.relative_to(base))] = [include.name for include in includes(path)]
        return {node: [t for t in targets if t in edges] for node, targets in edges.items()}


def find_cycle(edges):
    """One cycle of the graph as a list of nodes, or None."""
    done, path = set(), []

    def visit(node):
        if node in path:
            return path[path.index(node):] + [node]
        if node in done:
            return None
        path.append(node)
        for target in edges.get(node, ()):
            if cycle := visit(target):
                return cycle
        path.pop()
        done.add(node)
        return None

    return next((cycle for node in edges if (cycle := visit(node))), None)


def main():
    house = House(Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent).resolve())
    files = sources(house.repository / "src") + sources(house.repository / "include")
    errors = [error for path in files for error in house.check_file(path)]
    errors += house.check_table()
    if cycle := find_cycle(house.include_graph()):
        errors.append("cycle of includes: " + " → ".join(cycle))
    print("\n".join(errors + [f"{len(files)} files, {len(house.table)} layers, {len(errors)} errors"]))
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
