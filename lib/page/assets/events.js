// What happened: changes and by whom, faults, stalls, ports, warnings.

import { get } from './api.js';
import { clock, count } from './format.js';
import { el, table, rows, text } from './dom.js';

const KEEP = 200;

export function events() {
	const list = table('Events', ['time', 'kind', 'what', 'who'], 'figures');
	const why = el('p', { class: 'why', role: 'status' });
	const node = el('div', {}, el('h1', {}, 'Events'), why, list.node);
	let closed = false;
	let since = 0;
	let kept = [];
	let missed = 0;

	async function load() {
		while (!closed) {
			try {
				const reply = await get(`v1/events?since=${since}&wait=10s`);
				if (reply.last < since)
					kept = []; // another run
				since = reply.last;
				missed += reply.missed;
				kept = [...reply.events.reverse(), ...kept].slice(0, KEEP);
				text(why, missed > 0 ? `${count(missed)} older events are no longer kept.` : '');
				rows(list.body, kept.map((e) => [clock(e.time_ns), e.kind, e.text, e.who || '']));
			} catch (problem) {
				text(why, problem.message);
				await new Promise((done) => { setTimeout(done, 1000); });
			}
		}
	}
	load();
	return { node, title: 'Events', close() { closed = true; } };
}
