// Captures that are replayed: how far each is, and what one can do to it.

import { get, send } from './api.js';
import { bytes, count, percent, span, time } from './format.js';
import { el, text, state, curl } from './dom.js';
import { poll } from './poll.js';

const EVERY_MS = 1000;
const KIND = { running: 'impaired', done: 'healthy', failed: 'lying' };

function card(port, problem) {
	const path = `v1/replays/${encodeURIComponent(port)}`;
	const id = `pace-${port}`.replace(/[^\w-]/g, '_');
	const pill = el('p', { class: 'pill' });
	const progress = el('progress', { max: 100, 'aria-label': `Progress of ${port}` });
	const figures = el('p', { class: 'why' });
	const late = el('p', { class: 'why' });
	const notes = el('ul');
	const pace = el('input', { id, autocomplete: 'off', spellcheck: 'false', 'aria-describedby': `${id}-help`, placeholder: 'such as x2' });
	let last = ['GET', path]; // what was done last, for curl
	let again = () => {};

	function act(label, request, shown) {
		const button = el('button', {
			type: 'button',
			onclick: async () => {
				last = request();
				try {
					await send(...last);
					problem('');
				} catch (p) {
					problem(p.message);
				}
				again();
			},
		}, label);
		return { button, shown };
	}
	const started = (s) => s === 'running' || s === 'paused';
	const acts = [
		act('Start', () => ['POST', 'v1/replays', pace.value.trim() ? { port, pace: pace.value.trim() } : { port }], (s) => !started(s)),
		act('Pause', () => ['PATCH', path, { paused: true }], (s) => s === 'running'),
		act('Resume', () => ['PATCH', path, { paused: false }], (s) => s === 'paused'),
		act('Step', () => ['PATCH', path, { step: 1 }], (s) => s === 'paused'),
		act('Set the pace', () => ['PATCH', path, { pace: pace.value.trim() }], started),
		act('Stop', () => ['DELETE', path], started),
	];
	const node = el('article', { class: 'card', 'aria-label': `Replay of ${port}` },
		el('header', {}, el('h2', {}, port), pill), progress, figures, late, notes,
		el('div', { class: 'row' }, acts.map((a) => a.button), curl(() => last)),
		el('div', { class: 'row' }, el('label', { for: id }, 'Pace'), pace),
		el('p', { class: 'help', id: `${id}-help` }, 'x2, 1000pps, 100Mbit, 1ms, top or step; without it as the configuration says.'));
	let noted = '';

	return {
		node,
		asks(f) { again = f; },
		update(r) {
			state(pill, KIND[r.state] || 'overloaded', r.state);
			node.dataset.kind = pill.dataset.kind;
			if (r.progress_percent === null)
				progress.removeAttribute('value');
			else
				progress.value = r.progress_percent;
			text(figures, `${r.progress_percent === null ? '' : `${percent(r.progress_percent / 100)}, `}${count(r.packets)} packets, ${bytes(r.bytes)}, pace ${r.pace}`
				+ (r.loops === 1 ? '' : `, ${count(r.loop)} loops over${r.loops > 0 ? ` of ${count(r.loops)}` : ''}`)
				+ (r.state === 'running' && r.eta_ns !== null ? `, ${span(r.eta_ns)} to go` : '') + '.');
			text(late, r.lateness_ns.count > 0 ? `Late by ${time(r.lateness_ns.p50)} (p50), ${time(r.lateness_ns.p99)} (p99), ${time(r.lateness_ns.max)} at most.` : '');
			if (JSON.stringify(r.notes) !== noted) {
				noted = JSON.stringify(r.notes);
				notes.replaceChildren(...Object.entries(r.notes).filter(([, n]) => n > 0).map(([name, n]) => el('li', {}, `${name}: ${count(n)}`)));
			}
			for (const a of acts)
				a.button.hidden = !a.shown(r.state);
		},
	};
}

export function replay() {
	const why = el('p', { class: 'why', role: 'status' });
	const wrong = el('p', { class: 'result', role: 'alert' });
	const holder = el('div', { class: 'cards' });
	const node = el('div', {}, el('h1', {}, 'Replay'), why, wrong, holder);
	const cards = new Map();

	const asked = poll(async () => {
		try {
			const { replays } = await get('v1/replays');
			text(why, replays.length > 0 ? '' : 'No port has a capture to replay: give one device = "pcap,file=talk.pcap".');
			for (const r of replays) {
				if (!cards.has(r.port)) {
					const c = card(r.port, (words) => state(wrong, words ? 'bad' : 'good', words));
					c.asks(() => asked.again());
					cards.set(r.port, c);
					holder.append(c.node);
				}
				cards.get(r.port).update(r);
			}
			for (const [port, c] of cards)
				if (!replays.some((r) => r.port === port)) {
					c.node.remove();
					cards.delete(port);
				}
		} catch (problem) {
			text(why, problem.message);
		}
	}, EVERY_MS);
	return { node, title: 'Replay', close: asked.close };
}
