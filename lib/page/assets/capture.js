// Packets written to a file: how far it is, begun and ended. The form is made from the table that
// reads what is asked for.

import { get, send, Problem } from './api.js';
import { bytes, count } from './format.js';
import { el, text, state, curl } from './dom.js';
import { field, valueOf } from './form.js';
import { poll } from './poll.js';
import { store } from './store.js';

const EVERY_MS = 1000;
const WORDS = { running: 'Running', ending: 'Ending', ended: 'Ended', failed: 'Failed' };

// The form, once its table is there.
function asking(done) {
	const fields = (store.parameters?.capture || []).map((p) => field({ name: 'capture' }, p, undefined, 'ask', () => {}));
	const start = el('button', { type: 'submit' }, 'Start');
	const result = el('p', { class: 'result', role: 'status' });
	const body = () => Object.fromEntries(fields.filter((f) => f.input.value !== '')
		.map((f) => [f.param.key, valueOf(f.param, f.input.value)]));
	const node = el('form', { class: 'edit', 'aria-label': 'A capture', novalidate: true },
		el('fieldset', {}, el('legend', {}, 'A new capture'), el('div', { class: 'fields' }, fields.map((f) => f.node))),
		el('div', { class: 'row' }, start, curl(() => ['POST', 'v1/captures', body()])), result);

	node.addEventListener('submit', async (event) => {
		event.preventDefault();
		if (!fields.map((f) => f.check()).every(Boolean))
			return;
		text(result, '');
		try {
			await send('POST', 'v1/captures', body());
		} catch (problem) {
			const left = [];
			for (const e of problem instanceof Problem ? problem.errors : []) {
				const words = `${e.message}.${e.hint ? ` ${e.hint}` : ''}`;
				const f = fields.find((one) => (e.path || '').split('.').at(-1) === one.param.key);
				if (f)
					f.complain(words);
				else
					left.push(words);
			}
			state(result, 'bad', [problem.message, ...left].join(' '));
		}
		done();
	});
	return { node, running(is) { start.disabled = is; } };
}

export function capture() {
	const pill = el('p', { class: 'pill' });
	const file = el('h2', {});
	const progress = el('progress', { 'aria-label': 'The capture goes on' });
	const figures = el('p', { class: 'why', role: 'status' });
	const stop = el('button', { type: 'button' }, 'Stop');
	const last = el('section', { class: 'card', 'aria-label': 'The last capture', hidden: true },
		el('header', {}, file, pill), figures, progress,
		el('div', { class: 'row' }, stop, curl(() => ['DELETE', 'v1/captures'])));
	const holder = el('div');
	const why = el('p', { class: 'why', role: 'status' });
	const node = el('div', {}, el('h1', {}, 'Capture'), why, last, holder);
	let form = null;
	let running = false;

	const asked = poll(async () => {
		try {
			const [c] = (await get('v1/captures')).captures;
			running = c?.state === 'running' || c?.state === 'ending';
			last.hidden = !c;
			progress.hidden = !running;
			stop.hidden = c?.state !== 'running';
			text(why, c ? '' : 'Nothing has been captured since wirefault started.');
			if (c) {
				state(pill, c.state === 'failed' ? 'lying' : running ? 'impaired' : 'healthy', WORDS[c.state]);
				last.dataset.kind = pill.dataset.kind;
				text(file, c.file);
				text(figures, `${count(c.captured)} packets, ${bytes(c.bytes)}, ${count(c.files)} ${c.files === 1 ? 'file' : 'files'}, ${count(c.capture_missed)} missed.`
					+ (c.error ? ` ${c.error}.` : ''));
			}
		} catch (problem) {
			text(why, problem.message);
		}
		form?.running(running);
	}, EVERY_MS);
	stop.addEventListener('click', async () => {
		try {
			await send('DELETE', 'v1/captures');
		} catch (problem) {
			text(why, problem.message);
		}
		asked.again();
	});
	return {
		node, title: 'Capture', close: asked.close,
		update() {
			if (form || !store.parameters)
				return;
			form = asking(asked.again);
			form.running(running);
			holder.replaceChildren(form.node);
		},
	};
}
