// All links at a glance: which are healthy, impaired, overloaded or lying.

import { count, percent, rate, time } from './format.js';
import { el, state, text } from './dom.js';
import { store, health, healthWords, last } from './store.js';
import { spark } from './charts.js';

function sum(dropped) {
	return Object.values(dropped).reduce((all, d) => all + (d.packets ?? d), 0);
}

function card(link) {
	const pill = el('p', { class: 'pill' });
	const why = el('p', { class: 'why' });
	const sides = ['ab', 'ba'].map((name) => {
		const value = (label) => {
			const dd = el('dd');
			return { dd, node: el('div', {}, el('dt', {}, label), dd) };
		};
		const figures = {
			in: value('in'), out: value('out'), lost: value('lost'), delay: value('delay, p50'),
			late: value('released late by, p99'), queued: value('queued'),
		};
		const line = spark();
		const [from, to] = name === 'ab' ? link.ports : [...link.ports].reverse();
		return {
			name, figures, line,
			node: el('section', { 'aria-label': `${link.name} ${name}` },
				el('h3', {}, `${from} → ${to} `, el('small', {}, name)), line.node,
				el('dl', {}, Object.values(figures).map((f) => f.node))),
		};
	});
	const node = el('article', { class: 'card' },
		el('header', {}, el('h2', {}, el('a', { href: `#/link/${encodeURIComponent(link.name)}` }, link.name)), pill),
		why, el('div', { class: 'sides' }, sides.map((s) => s.node)));

	function update(now) {
		const [kind, reason] = health(now);
		state(pill, kind, healthWords[kind]);
		text(why, reason);
		node.dataset.kind = kind;
		for (const s of sides) {
			const d = now[s.name];
			const sample = last(now.name, s.name);
			const lost = sample && sample.rx_pps > 0 ? sum(sample.dropped) / sample.rx_pps : 0;
			text(s.figures.in.dd, rate(sample?.rx_bps));
			text(s.figures.out.dd, rate(sample?.tx_bps));
			text(s.figures.lost.dd, `${percent(lost)} (${count(sum(d.dropped))} in all)`);
			text(s.figures.delay.dd, time(sample?.delay_p50 ?? NaN));
			text(s.figures.late.dd, time(d.release_error_ns.p99));
			text(s.figures.queued.dd, count(d.queued.packets));
			s.line.draw(store.samples.get(`${now.name}/${s.name}`) || []);
		}
	}
	return { node, update, close: () => sides.forEach((s) => s.line.close()) };
}

export function overview() {
	const node = el('div', { class: 'cards' });
	const cards = new Map();

	function update() {
		for (const link of store.stats?.links || []) {
			if (!cards.has(link.name)) {
				cards.set(link.name, card(link));
				node.append(cards.get(link.name).node);
			}
			cards.get(link.name).update(link);
		}
		for (const [name, one] of cards)
			if (!store.stats.links.some((l) => l.name === name)) {
				one.close();
				one.node.remove();
				cards.delete(name);
			}
	}
	return { node, title: 'Links', update: () => store.stats && update(), close: () => cards.forEach((c) => c.close()) };
}
