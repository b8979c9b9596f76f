// The page is whole without this script, which adds exact values, zoom, switches, sorting, downloads and, under `twofold
// watch`, new numbers. A chart's data are parsed when somebody first points at it.
'use strict';
(() => {
const W = 4000, H = 2000, NS = 'http://www.w3.org/2000/svg';
const all = (s, at = document) => [...at.querySelectorAll(s)];
const make = (tag, put = {}, ...inner) => {
  const e = Object.assign(document.createElement(tag), put);
  e.append(...inner);
  return e;
};
const put = (e, values) => { for (const k in values) e.setAttribute(k, values[k]); return e; };
const shape = (at, tag, values) => at.appendChild(put(document.createElementNS(NS, tag), values));
const short = v => {
  const a = Math.abs(v += 0);
  if (a >= 1e6) return +(v / 1e6).toPrecision(4) + 'M';
  if (a >= 1e4) return +(v / 1e3).toPrecision(4) + 'k';
  return String(a && a < 1e-4 ? v.toExponential() : +v.toPrecision(6)).replace('e+', 'e');
};

// ── scales ──
const ticks = (lo, hi, most = 5) => {
  const raw = (hi - lo) / most, unit = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].find(m => m * unit >= raw * .999) * unit, found = [];
  for (let i = Math.ceil(lo / step - 1e-9); i * step <= hi + step * 1e-9; i++) found.push(i * step);
  return found;
};
const logTicks = (lo, hi) => {
  for (const steps of [[1], [1, 3], [1, 2, 5]]) {
    const found = [];
    for (let e = Math.floor(Math.log10(lo)); e <= Math.log10(hi); e++)
      for (const m of steps) if (m * 10 ** e >= lo && m * 10 ** e <= hi) found.push(m * 10 ** e);
    if (found.length >= 3) return found;
  }
  return ticks(lo, hi);
};

// ── what is remembered, by chart, also across updates ──
const kept = new Map(), zooms = {};
const memory = id => kept.get(id) || kept.set(id, {off: new Set(), log: false}).get(id);
const charts = new WeakMap();
const chart = figure => {
  if (!charts.has(figure)) charts.set(figure, JSON.parse(all('script', figure)[0].textContent));
  return charts.get(figure);
};
const zoomKey = (figure, data) => data.group || figure.id;

// ── drawing ──
const domain = (figure, data) => {
  const {off, log} = memory(figure.id), zoom = zooms[zoomKey(figure, data)];
  const shown = data.curves.filter((c, i) => !off.has(i));
  const xs = (shown.length ? shown : data.curves).flatMap(c => [c.x[0], c.x.at(-1)]).concat(data.marks.map(m => m[0]));
  let x0 = Math.min(...xs), x1 = Math.max(...xs);
  if (zoom) [x0, x1] = zoom;
  let lo = Infinity, hi = -Infinity;
  for (const c of shown) for (let i = 0; i < c.x.length; i++) {
    if (c.x[i] < x0 || c.x[i] > x1) continue;
    lo = Math.min(lo, c.lo && !log ? c.lo[i] ?? c.y[i] : c.y[i]);
    hi = Math.max(hi, c.hi && !log ? c.hi[i] ?? c.y[i] : c.y[i]);
  }
  if (lo > hi) [lo, hi] = [0, 1];
  const y = log && lo > 0;
  const pad = y ? 0 : (hi - lo || Math.abs(hi) || 1) * .06, grow = y ? 1.05 : 1, side = (x1 - x0 || 1) * .015;
  return {x0: x0 - side, x1: x1 + side, lo: lo / grow - pad, hi: hi * grow + pad, log: y};
};
const draw = figure => {
  const data = chart(figure), d = domain(figure, data), {off} = memory(figure.id);
  const f = d.log ? Math.log : v => v, low = f(d.lo), span = f(d.hi) - low;
  const px = v => (v - d.x0) / (d.x1 - d.x0), py = v => 1 - (f(v) - low) / span;
  const at = (x, y) => Math.round(px(x) * W) + ' ' + Math.round(py(y) * H);
  const pc = v => (100 * v).toFixed(2) + '%';
  data.curves.forEach((c, i) => all(`[data-i="${i}"]`, figure).forEach(path => {
    let out = '';
    if (!off.has(i)) for (let k = 0; k < c.x.length; k++) {
      if (path.dataset.part === 'line') out += (k ? 'L' : 'M') + at(c.x[k], c.y[k]);
      else if (c.x[k] < d.x0 || c.x[k] > d.x1) continue;
      else if (path.dataset.part === 'dots') out += 'M' + at(c.x[k], c.y[k]) + 'h0';
      else if (c.lo[k] != null && !(d.log && c.lo[k] <= 0)) out += 'M' + at(c.x[k], c.lo[k]) + 'L' + at(c.x[k], c.hi[k]);
    }
    path.setAttribute('d', out);
  }));
  const grid = all('.grid', figure)[0], bottom = all('.xt', figure)[0];
  grid.innerHTML = (d.log ? logTicks(d.lo, d.hi) : ticks(d.lo, d.hi)).map(v =>
    `<line x2="100%" y1="${pc(py(v))}" y2="${pc(py(v))}"/><text x="-8" y="${pc(py(v))}" dy=".32em">${short(v)}</text>`).join('');
  bottom.innerHTML = ticks(d.x0, d.x1).map(v => `<text x="${pc(px(v))}" y="100%" dy="18">${short(v)}</text>`).join('');
  all('.mark', figure).forEach((mark, i) => {
    const x = px(data.marks[i][0]);
    mark.style.display = x < 0 || x > 1 ? 'none' : '';
    put(all('line', mark)[0], {x1: pc(x), x2: pc(x)});
    put(all('text', mark)[0], {x: pc(x)});
  });
  figure.view = d;
};
const redrawGroup = figure => {
  const key = zoomKey(figure, chart(figure));
  leave();
  for (const other of all('figure.chart')) if (zoomKey(other, chart(other)) === key) draw(other);
};

// ── exact values ──
const nearest = (xs, x) => {
  let a = 0, b = xs.length - 1;
  while (b - a > 1) { const m = (a + b) >> 1; if (xs[m] < x) a = m; else b = m; }
  return x - xs[a] <= xs[b] - x ? a : b;
};
const tip = make('div', {id: 'tip', hidden: true});
const cross = (figure, x) => {
  const svg = all('.plot', figure)[0];
  const line = all('.cross', svg)[0] || shape(svg, 'line', {class: 'cross', y2: '100%'});
  const d = figure.view, at = d && x != null ? (x - d.x0) / (d.x1 - d.x0) : -1;
  line.style.display = at < 0 || at > 1 ? 'none' : '';
  put(line, {x1: 100 * at + '%', x2: 100 * at + '%'});
};
const point = (figure, share) => {
  const data = chart(figure), {off} = memory(figure.id);
  if (!figure.view) draw(figure);
  const d = figure.view, wanted = d.x0 + share * (d.x1 - d.x0);
  const shown = data.curves.map((c, i) => [c, i]).filter(([c, i]) => !off.has(i) && c.x.length);
  if (!shown.length) return;
  const x = shown.map(([c]) => c.x[nearest(c.x, wanted)]).reduce((a, b) => Math.abs(b - wanted) < Math.abs(a - wanted) ? b : a);
  figure.at = x;
  tip.replaceChildren(make('b', {textContent: `${data.x} ${x}`}));
  for (const [c] of shown) {
    const k = nearest(c.x, x);
    if (Math.abs(c.x[k] - x) > (d.x1 - d.x0) / 50) continue;
    const far = c.x[k] === x ? '' : ` (${data.x} ${c.x[k]})`;
    const sure = c.lo && c.lo[k] != null ? `  [${+c.lo[k].toPrecision(5)}, ${+c.hi[k].toPrecision(5)}]` : '';
    tip.append(make('div', {}, make('i', {className: 'c' + c.color}), ` ${c.name} `, make('b', {textContent: c.y[k]}), sure + far));
  }
  tip.hidden = false;
  for (const other of all('figure.chart')) {
    if (other !== figure && (!data.group || chart(other).group !== data.group)) continue;
    if (!other.view) draw(other);
    cross(other, x);
  }
  const box = all('.plot', figure)[0].getBoundingClientRect(), left = box.left + (x - d.x0) / (d.x1 - d.x0) * box.width;
  const room = document.documentElement.clientWidth, w = tip.offsetWidth;
  tip.style.left = Math.max(4, left + 14 + w < room ? left + 14 : Math.min(left - w - 14, room - w - 4)) + scrollX + 'px';
  tip.style.top = box.top + scrollY + 6 + 'px';
};
const leave = () => { tip.hidden = true; for (const f of all('figure.chart')) if (f.view) cross(f, null); };

// ── downloads ──
const save = (name, blob) => {
  const a = make('a', {href: URL.createObjectURL(blob), download: name});
  a.click();
  setTimeout(() => URL.revokeObjectURL(a.href), 1000);
};
const quote = text => /[",\n]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
const csv = figure => {
  const data = chart(figure), rows = [['curve', data.x, 'value', 'low', 'high']];
  for (const c of data.curves) c.x.forEach((x, i) => rows.push([c.name, x, c.y[i], c.lo?.[i] ?? '', c.hi?.[i] ?? '']));
  return rows.map(r => r.map(v => quote(String(v))).join(',')).join('\n') + '\n';
};
const picture = figure => {
  const data = chart(figure), plot = all('.plot', figure)[0], w = plot.clientWidth || 720, h = plot.clientHeight || 220;
  const {off} = memory(figure.id), keys = data.curves.map((c, i) => [c, i]).filter(([c, i]) => !off.has(i));
  const svg = document.createElementNS(NS, 'svg'), tall = 44 + 18 * keys.length, size = [w + 76, h + tall + 44];
  put(svg, {xmlns: NS, width: size[0], height: size[1], 'data-theme': shade()});
  const text = (x, y, t) => `<text class="name" x="${x}" y="${y}">${t.replace(/&/g, '&amp;').replace(/</g, '&lt;')}</text>`;
  svg.innerHTML = `<style>${all('style')[0].textContent}</style><rect class="paper" width="100%" height="100%"/>` +
    text(12, 24, data.title) + keys.map(([c], k) =>
    `<rect class="swatch c${c.color}" x="12" y="${37 + 18 * k}" width="12" height="4"/>` + text(30, 44 + 18 * k, c.name)).join('');
  const inner = put(plot.cloneNode(true), {x: 60, y: tall, width: w, height: h, class: 'in'});
  all('.cross', inner).forEach(e => e.remove());
  svg.append(inner);
  return [new XMLSerializer().serializeToString(svg), size];
};
const png = figure => {
  const [source, [w, h]] = picture(figure), image = new Image();
  image.onload = () => {
    const canvas = make('canvas', {width: 2 * w, height: 2 * h});
    canvas.getContext('2d').drawImage(image, 0, 0, 2 * w, 2 * h);
    canvas.toBlob(blob => save(figure.id + '.png', blob));
  };
  image.src = 'data:image/svg+xml;charset=utf-8,' + encodeURIComponent(source);
};
const downloads = {
  PNG: png,
  SVG: f => save(f.id + '.svg', new Blob([picture(f)[0]], {type: 'image/svg+xml'})),
  CSV: f => save(f.id + '.csv', new Blob([csv(f)], {type: 'text/csv'})),
};

// ── one chart's controls ──
const dress = figure => {
  const state = memory(figure.id), plot = all('.plot', figure)[0], tools = make('span', {className: 'tools'});
  const button = (text, title, click) => tools.appendChild(make('button', {type: 'button', textContent: text, title, onclick: click}));
  const reset = button('reset', 'undo the zoom', () => { delete zooms[zoomKey(figure, chart(figure))]; redrawGroup(figure); });
  const log = button('log', 'logarithmic axis', () => { state.log = !state.log; log.setAttribute('aria-pressed', state.log); draw(figure); });
  log.setAttribute('aria-pressed', state.log);
  for (const [kind, act] of Object.entries(downloads)) button(kind, 'download as ' + kind, () => act(figure));
  all('figcaption', figure)[0].append(tools);
  all('button.key', figure).forEach((key, i) => {
    key.setAttribute('aria-pressed', !state.off.has(i));
    key.onclick = () => {
      state.off.has(i) ? state.off.delete(i) : state.off.add(i);
      key.setAttribute('aria-pressed', !state.off.has(i));
      draw(figure);
    };
  });
  const share = e => { const b = plot.getBoundingClientRect(); return Math.min(1, Math.max(0, (e.clientX - b.left) / b.width)); };
  let from = null, band = null;
  plot.onpointerdown = e => { if (e.pointerType === 'mouse' && !e.button) { from = share(e); plot.setPointerCapture(e.pointerId); } };
  plot.onpointermove = e => {
    point(figure, share(e));
    if (from == null) return;
    band ||= shape(plot, 'rect', {class: 'band', height: '100%'});
    put(band, {x: 100 * Math.min(from, share(e)) + '%', width: 100 * Math.abs(from - share(e)) + '%'});
  };
  plot.onpointerup = e => {
    const to = share(e), d = figure.view;
    band?.remove();
    if (from != null && d && Math.abs(to - from) > .02) {
      zooms[zoomKey(figure, chart(figure))] = [from, to].sort((a, b) => a - b).map(s => d.x0 + s * (d.x1 - d.x0));
      redrawGroup(figure);
    }
    from = band = null;
  };
  plot.onpointerleave = () => { if (from == null) leave(); };
  plot.onblur = leave;
  plot.ondblclick = () => reset.onclick();
  plot.onkeydown = e => {
    const step = {ArrowLeft: -1, ArrowRight: 1}[e.key];
    if (e.key === 'Escape') reset.onclick();
    if (!step) return;
    e.preventDefault();
    const xs = [...new Set(chart(figure).curves.flatMap(c => c.x))].sort((a, b) => a - b);
    const k = figure.at == null ? -1 : nearest(xs, figure.at);
    if (!figure.view) draw(figure);
    const x = xs[Math.min(xs.length - 1, Math.max(0, k + step))];
    point(figure, (x - figure.view.x0) / (figure.view.x1 - figure.view.x0));
  };
  if (state.off.size || state.log || zooms[zoomKey(figure, chart(figure))]) draw(figure);
};

// ── tables ──
const order = new Map();
const sort = (table, column, down) => {
  const body = table.tBodies[0], value = row => { const c = row.cells[column]; return c.dataset.v ?? c.textContent; };
  const rows = [...body.rows].sort((a, b) => {
    const x = value(a), y = value(b), n = x - y;
    return (isNaN(n) ? x.localeCompare(y) : n) * (down ? -1 : 1);
  });
  body.append(...rows);
  all('th', table.tHead).forEach((th, i) => th.setAttribute('aria-sort', i !== column ? 'none' : down ? 'descending' : 'ascending'));
  order.set(table.id, [column, down]);
};
const dressTable = table => {
  all('th', table.tHead).forEach((th, i) => {
    const click = () => sort(table, i, th.getAttribute('aria-sort') === 'ascending');
    th.tabIndex = 0;
    th.onclick = click;
    th.onkeydown = e => { if (e.key === 'Enter') click(); };
  });
  if (order.has(table.id)) sort(table, ...order.get(table.id));
};

// ── light and dark ──
const root = document.documentElement;
const shade = () => root.dataset.theme || (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
const remember = value => { try { return value ? localStorage.setItem('theme', value) : localStorage.getItem('theme'); } catch { return null; } };
if (remember()) root.dataset.theme = remember();

const dressAll = () => {
  all('figure.chart').forEach(dress);
  all('table.sortable').forEach(dressTable);
  all('#theme').forEach(b => { b.hidden = false; b.onclick = () => remember(root.dataset.theme = shade() === 'dark' ? 'light' : 'dark'); });
};
document.body.append(tip);
dressAll();

// ── `twofold watch`: asks for the page's version, and for the page when there is another ──
if (root.dataset.watch) {
  const status = document.getElementById('live');
  const say = (text, gone) => { status.textContent = text; status.classList.toggle('gone', gone); };
  const update = async () => {
    const page = await (await fetch(location.href)).text();
    const fresh = new DOMParser().parseFromString(page, 'text/html'), open = all('details[open]').map(d => d.id);
    document.querySelector('main').replaceWith(fresh.querySelector('main'));
    open.forEach(id => { const d = document.getElementById(id); if (d) d.open = true; });
    document.title = fresh.title;
    root.dataset.watch = fresh.documentElement.dataset.watch;
    leave();
    dressAll();
  };
  const poll = async () => {
    try {
      const answer = await fetch('version', {cache: 'no-store'});
      if (!answer.ok) throw 0;
      const now = await answer.json();
      if (now.version !== root.dataset.watch) await update();
      say(now.text, false);
    } catch { say('twofold watch does not answer; trying again', true); }
    setTimeout(poll, document.hidden ? 15000 : 3000);
  };
  setTimeout(poll, 1000);
}
})();
