// Charts of the last minutes, by Chart.js, in the colours of the theme.

import { el } from './dom.js';
import { store } from './store.js';

const WINDOW_S = 120;
const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// A line without axes. For the eye only: its figures stand beside it.
export function spark() {
	const canvas = el('canvas', { 'aria-hidden': 'true', width: 300, height: 48, class: 'spark' });

	function draw(samples) {
		const ctx = canvas.getContext('2d');
		const from = (samples.at(-1)?.at || 0) - WINDOW_S;
		const shown = samples.filter((s) => s.at >= from);
		const top = Math.max(1, ...shown.map((s) => Math.max(s.rx_bps, s.tx_bps)));

		ctx.clearRect(0, 0, canvas.width, canvas.height);
		for (const [key, colour] of [['rx_bps', css('--faint-line')], ['tx_bps', css('--accent')]]) {
			ctx.beginPath();
			ctx.strokeStyle = colour;
			ctx.lineWidth = 2;
			shown.forEach((s) => ctx.lineTo((s.at - from) / WINDOW_S * canvas.width,
				canvas.height - 2 - s[key] / top * (canvas.height - 6)));
			ctx.stroke();
		}
	}
	return { node: canvas, draw, close() {} };
}

// A chart of several lines over the last two minutes. `lines` gives label and value of a sample;
// stacked areas, when wanted, whose labels come as they appear.
export function chart(title, unit, format, lines, stacked = false) {
	const canvas = el('canvas', { role: 'img', 'aria-label': title });
	const node = el('figure', {}, el('figcaption', {}, title), el('div', { class: 'plot' }, canvas));
	const options = {
		animation: false, parsing: false, normalized: true, responsive: true, maintainAspectRatio: false,
		elements: { point: { radius: 0 }, line: { borderWidth: 1.6 } },
		interaction: { mode: 'index', intersect: false },
		scales: {
			x: { type: 'linear', min: -WINDOW_S, max: 0, ticks: { callback: (v) => `${v} s`, stepSize: 30 } },
			y: { beginAtZero: true, stacked, ticks: { callback: (v) => format(v), maxTicksLimit: 5 } },
		},
		plugins: {
			legend: { labels: { boxWidth: 12 } },
			tooltip: { callbacks: { label: (c) => `${c.dataset.label}: ${format(c.parsed.y)}`, title: (c) => `${c[0].parsed.x.toFixed(1)} s` } },
		},
	};
	const plot = new window.Chart(canvas, { type: 'line', data: { datasets: [] }, options });

	function colours() {
		for (const axis of [options.scales.x, options.scales.y]) {
			axis.ticks.color = css('--text');
			axis.grid = { color: css('--grid') };
		}
		options.plugins.legend.labels.color = css('--text');
		plot.data.datasets.forEach((set, i) => {
			set.borderColor = css(`--line-${i % 6}`);
			set.backgroundColor = set.borderColor;
		});
	}
	function draw(samples) {
		const now = samples.at(-1)?.at || 0;
		const shown = samples.filter((s) => s.at >= now - WINDOW_S);
		const wanted = typeof lines === 'function' ? lines(shown) : lines;
		plot.data.datasets = wanted.map(([label, value], i) => ({
			label, fill: stacked ? 'stack' : false,
			data: shown.map((s) => ({ x: s.at - now, y: value(s) })).filter((p) => p.y !== null),
			borderColor: css(`--line-${i % 6}`), backgroundColor: css(`--line-${i % 6}`),
		}));
		canvas.setAttribute('aria-label', `${title}: ${wanted.map(([label, value]) => {
			const newest = shown.at(-1);
			return `${label} ${newest ? format(value(newest)) : '–'}`;
		}).join(', ')}`);
		plot.update('none');
	}
	const themed = () => { colours(); plot.update('none'); };
	store.addEventListener('theme', themed);
	colours();
	return { node, draw, close() { store.removeEventListener('theme', themed); plot.destroy(); }, unit };
}
