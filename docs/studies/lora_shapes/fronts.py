"""fronts.svg: learned against forgotten, a panel a cell. A dot is a run; a line is what an arm forgot at equal learning, with its
95 % band over seeds, where all of its seeds were measured. Rates above the one at which most was learned are not drawn."""
from checks import LORA, cells
from checks_more import base_lines, forgotten_at, front_points, upto_most
from intervals import of_values

COLOURS = {"full": "#444444", "r1": "#e69f00", "r4": "#009e73", "r16": "#0072b2", "r64": "#cc79a7"}
WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 360, 290, 52, 34, 12, 40
PIECES = 40  # of a line


def paths(cell, arm, before):
    """[[(learned, forgotten)] of a seed]"""
    return [upto_most(points) for points in front_points(cell, (arm,), before).values() if points]


def band(of_seeds):
    """[(learned, forgotten as an interval)] on straight lines between rates, from where every seed was measured to where the
    last of them was; empty where they share nothing, or there is one seed."""
    low, high = max(points[0][0] for points in of_seeds), min(points[-1][0] for points in of_seeds)
    if low >= high or len(of_seeds) < 2:
        return []
    levels = [low + (high - low) * k / PIECES for k in range(PIECES)] + [high]
    return [(level, of_values(forgotten_at(points, level) for points in of_seeds)) for level in levels]


class Panel:
    """Its axes reach as far as the dots; what of a band lies further out is cut off."""

    def __init__(self, dots, left, top):
        self.left, self.top = left + LEFT, top + TOP
        self.width, self.height = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
        self.axes = []
        for values in zip(*dots):
            margin = 0.05 * ((max(values) - min(values)) or 1.0)
            self.axes.append((min(values) - margin, max(values) + margin))

    def place(self, learned, forgotten):
        """Within the panel, from its upper left."""
        (left, right), (low, high) = self.axes
        return f"{self.width * (learned - left) / (right - left):.1f},{self.height * (high - forgotten) / (high - low):.1f}"

    def text(self, x, y, words, anchor="middle", turn=0):
        return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" transform="rotate({turn} {x:.1f} {y:.1f})">{words}</text>'

    def frame(self, title):
        under, middle = self.top + self.height, self.left + self.width / 2
        yield f'<rect x="{self.left}" y="{self.top}" width="{self.width}" height="{self.height}" fill="none" stroke="#999"/>'
        yield self.text(middle, self.top - 10, title)
        yield self.text(middle, under + 30, "learned, nats a token")
        yield self.text(self.left - 40, self.top + self.height / 2, "forgotten, nats a token", turn=-90)
        for share in (0.0, 0.5, 1.0):
            learned, forgotten = (low + share * (high - low) for low, high in self.axes)
            yield self.text(self.left + share * self.width, under + 14, f"{learned:.2f}", "end" if share == 1 else "middle")
            yield self.text(self.left - 4, under - share * self.height + 4, f"{forgotten:.2f}", "end")

    def arm(self, arm, of_seeds):
        colour, found = COLOURS[arm], band(of_seeds)
        if found:
            edge = [(x, y.high) for x, y in found] + [(x, y.low) for x, y in reversed(found)]
            yield f'<polygon points="{" ".join(self.place(*each) for each in edge)}" fill="{colour}" fill-opacity="0.15"/>'
            line = " ".join(self.place(x, y.value) for x, y in found)
            yield f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="1.5"/>'
        for dot in (dot for points in of_seeds for dot in points):
            x, y = self.place(*dot).split(",")
            yield f'<circle cx="{x}" cy="{y}" r="2" fill="{colour}" fill-opacity="0.6"/>'


def panel(cell, arms, place):
    dots = [dot for of_seeds in arms.values() for points in of_seeds for dot in points]
    drawn = Panel(dots, place % 2 * WIDTH, place // 2 * HEIGHT + 24)
    yield from drawn.frame(cell.name)
    yield f'<svg x="{drawn.left}" y="{drawn.top}" width="{drawn.width}" height="{drawn.height}">'
    for arm, of_seeds in arms.items():
        yield from drawn.arm(arm, of_seeds)
    yield "</svg>"


def svg(lines):
    """The figure; empty where nothing can be drawn."""
    bases, shown = base_lines(lines), []
    for cell in cells(lines):
        arms = {arm: paths(cell, arm, bases[cell.base]["stories"]) for arm in ("full", *LORA)} if cell.base in bases else {}
        if arms := {arm: of_seeds for arm, of_seeds in arms.items() if of_seeds}:
            shown.append((cell, arms))
    if not shown:
        return ""
    height = 24 + HEIGHT * ((len(shown) + 1) // 2)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {2 * WIDTH} {height}" font-family="sans-serif" font-size="11">',
             f'<rect width="{2 * WIDTH}" height="{height}" fill="white"/>']
    for place, (arm, colour) in enumerate(COLOURS.items()):
        parts.append(f'<text x="{LEFT + 60 * place}" y="16" fill="{colour}">● {arm}</text>')
    for place, (cell, arms) in enumerate(shown):
        parts += panel(cell, arms, place)
    return "\n".join([*parts, "</svg>", ""])


def write(path, lines):
    """Whether there was something to draw."""
    drawing = svg(lines)
    if drawing:
        path.write_text(drawing)
    return bool(drawing)
