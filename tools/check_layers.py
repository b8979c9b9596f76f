#!/usr/bin/env python3
"""Checks that includes go only where the layer table of src/CMakeLists.txt allows.

Errors (exit 1): an include of a layer that is not allowed, an include of a file that is not there, a
cycle of includes. Warnings: files and functions that have outgrown a screen.

    tools/check_layers.py [REPOSITORY]
"""
import re
import sys
from pathlib import Path

MAX_FILE_LINES = 300
MAX_FUNCTION_LINES = 60
PUBLIC = "twofold"  # include/twofold: the library's face, open to every layer
GUEST = "cli"  # sees the public face and itself, nothing else

LAYER = re.compile(r"^\s*twofold_layer\(\s*(\w+)([^)]*)\)", re.MULTILINE)
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')
NOT_A_FUNCTION = re.compile(r"^(namespace|class|struct|union|enum|extern)\b|^[\w\s]*=")


def layer_table(cmake):
    """{layer: set of the layers it may include, itself among them}"""
    table = {}
    for name, rest in LAYER.findall(cmake.read_text()):
        words = rest.split()
        if "USES" not in words:
            raise SystemExit(f"{cmake}: twofold_layer({name} …) has no USES")
        used = words[words.index("USES") + 1:]
        table[name] = {name, *(used[:used.index("LINKS")] if "LINKS" in used else used)}
    if not table:
        raise SystemExit(f"{cmake}: no twofold_layer(…) found")
    for name, used in table.items():
        for other in used - set(table):
            raise SystemExit(f"{cmake}: {name} USES {other}, which is no layer")
    return table


def sources(root):
    return sorted(p for p in root.rglob("*") if p.suffix in (".h", ".cpp") and p.is_file())


def includes(path):
    """(line number, quoted or angled, what) of every include"""
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if match := INCLUDE.match(line):
            yield number, match[1] == '"', match[2]


def check_file(path, repository, table):
    source = repository / "src"
    layer = path.relative_to(source).parts[0]
    allowed = {GUEST} if layer == GUEST else table.get(layer)
    where = path.relative_to(repository)
    if allowed is None:
        yield f"{where}:1: {layer} is not in the table of src/CMakeLists.txt"
        return
    for number, quoted, name in includes(path):
        target = name.split("/")[0]
        if target == PUBLIC:
            if not (repository / "include" / name).is_file():
                yield f'{where}:{number}: include of "{name}", which does not exist'
        elif target not in table and target != GUEST:
            if quoted:
                yield f'{where}:{number}: include of "{name}": write "layer/file.h", from src/'
        elif target not in allowed:
            names = ", ".join(sorted(allowed | {PUBLIC}))
            yield f'{where}:{number}: include of "{name}": {layer} may include {names}'
        elif not (source / name).is_file():
            yield f'{where}:{number}: include of "{name}", which does not exist'


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

    for node in edges:
        if cycle := visit(node):
            return cycle
    return None


def include_graph(repository):
    edges = {}
    for base in (repository / "src", repository / "include"):
        for path in sources(base):
            node = str(path.relative_to(base))
            edges[node] = [name for _, _, name in includes(path)]
    return {node: [t for t in targets if t in edges] for node, targets in edges.items()}


def long_functions(path):
    """(line, length) of each top-level braced block that is a function, by clang-format's layout:
    its brace ends an unindented line and closes one."""
    begin = None
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if line.startswith("}") and begin:
            if number - begin + 1 > MAX_FUNCTION_LINES:
                yield begin, number - begin + 1
            begin = None
        elif line.rstrip().endswith("{") and "(" in line and not NOT_A_FUNCTION.match(line.strip()):
            if begin is None and not line.startswith((" ", "\t", "#", "/")):
                begin = number


def check_sizes(path, repository):
    where = path.relative_to(repository)
    lines = len(path.read_text().splitlines())
    if lines > MAX_FILE_LINES:
        yield f"{where}:1: warning: {lines} lines, more than {MAX_FILE_LINES}"
    for number, length in long_functions(path):
        yield f"{where}:{number}: warning: a function of {length} lines, more than {MAX_FUNCTION_LINES}"


def main():
    repository = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent).resolve()
    table = layer_table(repository / "src" / "CMakeLists.txt")
    files = sources(repository / "src")
    errors, warnings = [], []
    for path in files:
        errors += check_file(path, repository, table)
        warnings += check_sizes(path, repository)
    for path in sources(repository / "include"):
        warnings += check_sizes(path, repository)
    if cycle := find_cycle(include_graph(repository)):
        errors.append("cycle of includes: " + " → ".join(cycle))
    if order := find_cycle({name: sorted(used - {name}) for name, used in table.items()}):
        errors.append("cycle in the layer table: " + " → ".join(order))
    print("\n".join(warnings + errors + [f"{len(files)} files, {len(errors)} errors, {len(warnings)} warnings"]))
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
