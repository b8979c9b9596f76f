"""Headless Chromium, and what a page's reader would see: sizes, contrasts, faults."""
import base64
import pathlib

BROWSER, DRIVER = pathlib.Path("/usr/bin/chromium"), pathlib.Path("/usr/bin/chromedriver")

# The least contrast of any text with what is behind it, the least size of any text, and where each is.
LEAST = """
const parse = text => {
  const n = (text.match(/[\\d.]+(e-?\\d+)?/g) || []).map(Number);
  if (text.startsWith('color(srgb')) return [255 * n[0], 255 * n[1], 255 * n[2], n[3] ?? 1];
  return [n[0], n[1], n[2], n[3] ?? 1];
};
const light = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
  .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
const behind = e => {
  for (; e; e = e.parentElement) {
    const color = parse(getComputedStyle(e).backgroundColor);
    if (color[3] === 1) return color;
    if (color[3] !== 0) return [255, 0, 255, 1];  // half transparent: nobody checks that
  }
  return [255, 255, 255, 1];
};
let contrast = [99, ''], size = [99, ''];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const e = walker.currentNode.parentElement, text = walker.currentNode.textContent.trim();
  if (!text || ['SCRIPT', 'STYLE'].includes(e.tagName) || !e.getClientRects().length) continue;
  const style = getComputedStyle(e), ink = parse(e instanceof SVGElement ? style.fill : style.color);
  const [a, b] = [light(ink), light(behind(e))].sort((x, y) => y - x), ratio = (a + .05) / (b + .05);
  if (ratio < contrast[0]) contrast = [ratio, text.slice(0, 40)];
  if (parseFloat(style.fontSize) < size[0]) size = [parseFloat(style.fontSize), text.slice(0, 40)];
}
return [contrast, size];
"""

CHARTS = """
return [...document.querySelectorAll('figure.chart')].map(figure => {
  const box = figure.querySelector('.plot').getBoundingClientRect();
  const paths = [...figure.querySelectorAll('path[data-part=line]')];
  return {id: figure.id, width: box.width, height: box.height,
          empty: paths.filter(p => !/^M[-\\d]/.test(p.getAttribute('d')) || /NaN|inf/.test(p.getAttribute('d'))).length,
          curves: paths.length, labels: figure.querySelectorAll('.grid text').length};
});
"""


def available():
    return BROWSER.exists() and DRIVER.exists()


class Browser:
    def __init__(self, downloads):
        from selenium import webdriver
        from selenium.webdriver.chrome.options import Options
        from selenium.webdriver.chrome.service import Service
        options = Options()
        options.binary_location = str(BROWSER)
        for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service(str(DRIVER)))
        self.command("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(downloads))
        self.show()

    def command(self, name, **arguments):
        return self.driver.execute_cdp_cmd(name, arguments)

    def show(self, width=1280, height=900, dark=False, media=""):
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                     mobile=width < 500)
        self.command("Emulation.setEmulatedMedia", media=media, features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def open(self, address):
        self.driver.get(address if isinstance(address, str) else address.as_uri())

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def faults(self):
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]

    def screenshot(self, path, most=10_000):
        width, height = self.run("return [innerWidth, document.documentElement.scrollHeight]")
        clip = {"x": 0, "y": 0, "width": width, "height": min(height, most), "scale": 1}
        image = self.command("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)
        path.write_bytes(base64.b64decode(image["data"]))

    def pdf(self):
        return base64.b64decode(self.command("Page.printToPDF", printBackground=True, paperWidth=8.27, paperHeight=11.69)["data"])
