// Can the figures be trusted, and what are the ports and workers doing?

import { count, percent, time } from './format.js';
import { el, table, rows, text } from './dom.js';
import { store } from './store.js';

export function healthView() {
	const verdict = el('p', { class: 'why' });
	const reasons = el('ul');
	const ports = table('Ports', ['port', 'device', 'state', 'missed', 'send errors', 'receive errors', 'MTU'], 'figures');
	const workers = table('Workers', ['core', 'busy', 'longest stall', 'shares its core'], 'figures');
	const pool = el('p');
	const node = el('div', {}, el('h1', {}, 'Health'), verdict, reasons, ports.node, workers.node, pool);
	let listed = '';

	return {
		node, title: 'Health',
		update() {
			const s = store.stats;
			if (!s)
				return;
			text(verdict, s.verdict.trustworthy ? 'Trustworthy: wirefault itself lost nothing and released packets on time.'
				: 'Not trustworthy:');
			if (JSON.stringify(s.verdict) !== listed) {
				listed = JSON.stringify(s.verdict);
				reasons.replaceChildren(...s.verdict.reasons.map((r, i) => el('li', {}, `${r}. `, el('em', {}, s.verdict.remedies[i] || ''))));
			}
			rows(ports.body, s.ports.map((p) => [p.name, p.device, p.state, count(p.rx_missed + p.rx_nombuf),
				count(p.tx_errors), count(p.rx_errors), p.mtu ?? '–']));
			rows(workers.body, s.workers.map((w) => [w.lcore, percent(w.busy_ratio), time(w.stall_max_ns), w.shares_core ? 'yes' : 'no']));
			text(pool, `Packet buffers in use: ${count(s.pool.in_use)} of ${count(s.pool.size)}. Unaccounted: ${count(s.unaccounted.packets)} packets.`);
		},
	};
}
