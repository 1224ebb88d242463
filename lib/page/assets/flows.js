// The flows that send or suffer most.

import { get, send } from './api.js';
import { bytes, count, percent, span, time } from './format.js';
import { el, table, rows, text, curl } from './dom.js';
import { poll } from './poll.js';

const EVERY_MS = 2000;
const BY = [['bytes', 'bytes'], ['packets', 'packets'], ['loss', 'packets lost'], ['delay', 'mean delay']];

// "10.0.0.1:80", "[2001:db8::1]:80", "10.0.0.1 (7)" of an echo
function end(f, name) {
	const port = f[`${name}_port`];
	const address = f[name];

	if (port === undefined)
		return f.identifier === undefined ? address : `${address} (${f.identifier})`;
	return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

export function flows() {
	const by = el('select', { id: 'by' }, BY.map(([k, words]) => el('option', { value: k }, words)));
	const top = el('select', { id: 'top' }, [10, 50, 200, 1000].map((n) => el('option', { value: n, selected: n === 50 }, n)));
	const path = () => `v1/flows?top=${top.value}&by=${by.value}`;
	const on = el('button', { type: 'button', 'aria-pressed': 'false' }, 'Count flows');
	const list = table('Flows', ['from', 'to', 'protocol', 'link', 'class', 'packets', 'bytes', 'lost', 'mean delay', 'max delay', 'idle'], 'figures');
	const why = el('p', { class: 'why', role: 'status' });
	const node = el('div', {}, el('h1', {}, 'Flows'),
		el('p', { class: 'row' }, el('label', { for: 'top' }, 'The first'), top, el('label', { for: 'by' }, 'by'), by,
			on, curl(() => ['GET', path()])),
		why, list.node);
	let counted = false;

	const asked = poll(async () => {
		try {
			const reply = await get(path());
			counted = reply.counted;
			text(on, counted ? 'Count no more' : 'Count flows');
			on.setAttribute('aria-pressed', String(counted));
			list.node.hidden = !counted;
			text(why, !counted ? 'Flows are not counted now: it costs workers a little, so it is a switch.'
				: `${count(reply.total.flows)} flows, ${count(reply.total.packets)} packets, ${bytes(reply.total.bytes)} in all.`
					+ (reply.others.packets > 0 ? ` ${count(reply.others.packets)} packets more are of flows that found no room.` : '')
					+ (reply.complete ? '' : ' Not all were looked at within a second.'));
			rows(list.body, reply.flows.map((f) => [
				end(f, 'source'), end(f, 'destination'), f.protocol + (f.vlan === undefined ? '' : `, VLAN ${f.vlan}`),
				`${f.link} ${f.direction}`, f.class ?? '–', count(f.packets), bytes(f.bytes),
				f.dropped > 0 ? `${percent(f.dropped / f.packets)} (${count(f.dropped)})` : '0',
				time(f.delay_ns.packets > 0 ? f.delay_ns.mean : NaN), time(f.delay_ns.packets > 0 ? f.delay_ns.max : NaN),
				span(f.idle_ns)]));
		} catch (problem) {
			text(why, problem.message);
		}
	}, EVERY_MS);
	by.addEventListener('change', asked.again);
	top.addEventListener('change', asked.again);
	on.addEventListener('click', async () => {
		try {
			await send('PATCH', 'v1/flows', { counted: !counted });
			asked.again();
		} catch (problem) {
			text(why, problem.message);
		}
	});
	return { node, title: 'Flows', close: asked.close };
}
