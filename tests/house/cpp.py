"""What the house's checks know of C++: text without comments and strings, and where functions begin and end."""
import re
from typing import NamedTuple

NOISE = re.compile(r'//[^\n]*|/\*.*?\*/|R"(?P<tag>[^ ()\\]{0,16})\(.*?\)(?P=tag)"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'',
                   re.DOTALL)
DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n\\]|\\.|\\\n)*", re.MULTILINE)
NAMESPACE = re.compile(r"\b(?:namespace|extern)\b[^;(){}]*$")
TYPE = re.compile(r"\b(?:class|struct|union|enum)\b[^;(){}=]*$")
PARENTHESES = re.compile(r"\([^()]*\)")
#: Braces that hold a value: a member's in a constructor, an argument's.
INITIALISER = re.compile(r"(?<=[\w>])(\s*)\{([^{};]*)\}(?=\s*[,{)])")
NAME = re.compile(r"(operator\s*[^\s\w(]+|[\w:~]+)\s*$")


class Function(NamedTuple):
    name: str
    line: int
    length: int


def blank(match):
    """Spaces instead of a match: a brace in a string is none, and lines stay where they are."""
    return re.sub(r"[^\n]", " ", match[0])


def code_of(text):
    """Without comments, strings and directives, each character in its place. A ' between digits is no quote."""
    text = re.sub(r"(?<=[0-9a-fA-F])'(?=[0-9a-fA-F])", "_", text)
    return INITIALISER.sub(r"\1(\2)", DIRECTIVE.sub(blank, NOISE.sub(blank, text)))


def statement_before(code, brace):
    """Where the statement that a brace belongs to begins."""
    begin = max(code.rfind(character, 0, brace) for character in ";{}") + 1
    label = re.match(r"\s*(?:public|private|protected)\s*:", code[begin:brace])
    return begin + (label.end() if label else 0)


def signature(code, brace):
    """(where it begins, its name) if the brace opens a function's body, else None. Asked at the level of
    namespaces and classes only, where other braces belong to namespaces, types and initial values."""
    begin = statement_before(code, brace)
    head = code[begin:brace].replace("operator()", "operator_2")
    while (shorter := PARENTHESES.sub(lambda match: "\0" * len(match[0]), head)) != head:
        head = shorter  # innermost first, until what is left is the parameters as one block
    block = head.find("\0")
    if block < 0 or re.search(r"[^=!<>]=[^=]", head[:block]):
        return None
    name = NAME.search(head[:block].replace("\0", " "))
    begin += len(head) - len(head.lstrip())
    return (begin, name[1].replace("operator_2", "operator()")) if name else None


def functions(text):
    """Every function with a body, members too; lambdas are part of the function that they are in."""
    code = code_of(text)
    depth = []  # of open braces: True where declarations are (namespaces, types)
    body = None  # of the open function: (level of its brace, begin, name)
    for match in re.finditer(r"[{}]", code):
        at = match.start()
        if match[0] == "}":
            if depth:
                depth.pop()
            if body and len(depth) == body[0]:
                line = code.count("\n", 0, body[1]) + 1
                yield Function(body[2], line, code.count("\n", 0, at) + 2 - line)
                body = None
            continue
        declares = all(depth)
        head = code[statement_before(code, at):at]
        if body is None and declares and not NAMESPACE.search(head) and not TYPE.search(head):
            if found := signature(code, at):
                body = (len(depth), *found)
        depth.append(declares and body is None and bool(NAMESPACE.search(head) or TYPE.search(head)))
