"""fronts.svg: learned against forgotten, a panel a cell, a line an arm through its rates, with 95 % bands over seeds."""
from checks import LORA, SMALL, cells
from intervals import of_values

COLOURS = {"full": "#444444", "r1": "#e69f00", "r4": "#009e73", "r16": "#0072b2", "r64": "#cc79a7"}
WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 360, 290, 52, 34, 12, 40


def points(cell, arm, before):
    """[(learned, forgotten)], both as intervals, by rising rate; without what diverged or learned nothing."""
    lines, found = cell.of(arm, SMALL), []
    for rate in sorted({rate for rate, _ in lines}):
        of_seed = [line for (at, _), line in lines.items() if at == rate and not line["diverged"]]
        pair = [of_values(values) for values in ([line["start"] - line["end"] for line in of_seed],
                                                 [line["stories"] - before for line in of_seed])]
        if None not in pair and pair[0].value > 0:
            found.append(pair)
    return found


class Panel:
    def __init__(self, all_points, left, top):
        self.left, self.top = left + LEFT, top + TOP
        self.width, self.height = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
        self.low = min([0.0, *(y.value for _, y in all_points)])
        self.most = [max(interval.value for interval in axis) * 1.05 for axis in zip(*all_points)]

    def x(self, value):
        return self.left + self.width * min(1.0, max(0.0, value / self.most[0]))

    def y(self, value):
        return self.top + self.height * (1 - min(1.0, max(0.0, (value - self.low) / (self.most[1] - self.low))))

    def text(self, x, y, words, anchor="middle", turn=0):
        return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" transform="rotate({turn} {x:.1f} {y:.1f})">{words}</text>'

    def frame(self, title):
        under, middle = self.top + self.height, self.left + self.width / 2
        yield f'<rect x="{self.left}" y="{self.top}" width="{self.width}" height="{self.height}" fill="none" stroke="#999"/>'
        yield self.text(middle, self.top - 10, title)
        yield self.text(middle, under + 30, "learned, nats a token")
        yield self.text(self.left - 38, self.top + self.height / 2, "forgotten, nats a token", turn=-90)
        for share in (0.0, 0.5, 1.0):
            value = self.low + share * (self.most[1] - self.low)
            yield self.text(self.x(share * self.most[0]), under + 14, f"{share * self.most[0]:.2f}")
            yield self.text(self.left - 4, self.y(value) + 4, f"{value:.2f}", "end")

    def line(self, arm, found):
        """The band is between the bounds of what was forgotten, at the means of what was learned."""
        colour = COLOURS[arm]
        band = [(x.value, y.high) for x, y in found] + [(x.value, y.low) for x, y in reversed(found)]
        for tag, places, paint in (("polygon", band, f'fill="{colour}" fill-opacity="0.15"'),
                                   ("polyline", [(x.value, y.value) for x, y in found], f'fill="none" stroke="{colour}" stroke-width="1.5"')):
            yield f'<{tag} points="{" ".join(f"{self.x(x):.1f},{self.y(y):.1f}" for x, y in places)}" {paint}/>'
        for x, y in found:
            yield f'<circle cx="{self.x(x.value):.1f}" cy="{self.y(y.value):.1f}" r="2.5" fill="{colour}"/>'
            yield (f'<path d="M{self.x(x.low):.1f} {self.y(y.value):.1f}H{self.x(x.high):.1f}M{self.x(x.value):.1f} '
                   f'{self.y(y.low):.1f}V{self.y(y.high):.1f}" stroke="{colour}" stroke-width="1"/>')


def panel(cell, before, place):
    arms = {arm: points(cell, arm, before) for arm in ("full", *LORA)}
    drawn = Panel([pair for found in arms.values() for pair in found], place % 2 * WIDTH, place // 2 * HEIGHT + 24)
    yield from drawn.frame(cell.name)
    for arm, found in arms.items():
        if found:
            yield from drawn.line(arm, found)


def svg(lines):
    """The figure; empty where nothing can be drawn."""
    before = {line["base"]: line["stories"] for line in lines if line["target"] is None}
    shown = [cell for cell in cells(lines) if cell.base in before and points(cell, "full", before[cell.base])]
    if not shown:
        return ""
    height = 24 + HEIGHT * ((len(shown) + 1) // 2)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {2 * WIDTH} {height}" font-family="sans-serif" font-size="11">',
             f'<rect width="{2 * WIDTH}" height="{height}" fill="white"/>']
    for place, (arm, colour) in enumerate(COLOURS.items()):
        parts.append(f'<text x="{LEFT + 60 * place}" y="16" fill="{colour}">● {arm}</text>')
    for place, cell in enumerate(shown):
        parts += panel(cell, before[cell.base], place)
    return "\n".join([*parts, "</svg>", ""])


def write(path, lines):
    """Whether there was something to draw."""
    drawing = svg(lines)
    if drawing:
        path.write_text(drawing)
    return bool(drawing)
