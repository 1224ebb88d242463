// The flows that matter most, by bytes, loss or delay.

import { get } from './api.js';
import { bytes, count, percent, time } from './format.js';
import { el, table, rows, text } from './dom.js';

export function flows() {
	const by = el('select', { id: 'by' }, ['bytes', 'loss', 'delay'].map((k) => el('option', { value: k }, k)));
	const list = table('Flows', ['flow', 'link', 'class', 'packets', 'bytes', 'lost', 'mean delay'], 'figures');
	const why = el('p', { class: 'why', role: 'status' });
	const node = el('div', {}, el('h1', {}, 'Flows'),
		el('p', { class: 'row' }, el('label', { for: 'by' }, 'The first 50 by'), by), why, list.node);
	let closed = false;
	let timer = 0;

	async function load() {
		clearTimeout(timer);
		try {
			const { flows: top } = await get(`v1/flows?top=50&by=${by.value}`);
			text(why, top.length === 0 ? 'No class tells flows apart now: give one scope = "flow".' : '');
			rows(list.body, top.map((f) => [
				`${f.protocol} ${f.source} → ${f.destination}`, `${f.link} ${f.side}`, f.class,
				count(f.packets), bytes(f.bytes), percent(f.packets ? f.dropped / f.packets : NaN), time(f.delay_mean_ns ?? NaN)]));
		} catch (problem) {
			text(why, problem.message);
		}
		if (!closed)
			timer = setTimeout(load, 2000);
	}
	by.addEventListener('change', load);
	load();
	return { node, title: 'Flows', close() { closed = true; clearTimeout(timer); } };
}
