// As the Web Content Accessibility Guidelines define contrast
document.querySelectorAll('details').forEach((one) => { one.open = true; });
const style = (one) => getComputedStyle(one);
const clear = 'rgba(0, 0, 0, 0)';
const behind = (one) => style(one).backgroundColor === clear ? behind(one.parentElement) : style(one).backgroundColor;
const linear = (c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
const parts = (color) => color.match(/\d+/g).slice(0, 3).map((c) => linear(c / 255));
const light = (color) => parts(color).reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
const ratio = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
const words = 'h1, h2, p, a, th, td, li, summary, pre, label, small, legend, output';
const all = [...document.querySelectorAll(words)].filter((one) => one.textContent.trim());
const worst = Math.min(...all.map((one) => ratio(light(style(one).color), light(behind(one)))));
[worst >= 4.5, light(behind(document.body)) < 0.5, behind(document.querySelector('figure'))]
