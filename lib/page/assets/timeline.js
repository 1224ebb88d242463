// What stands when in a run of a scenario, with a cursor where it is, and a mark for each thing that
// is expected, where it is settled.

import { el, svg, text } from './dom.js';
import { span, time } from './format.js';

const ROW = 26; // pixels
const NARROW = 0.05; // of the whole: without a name
const WORDS = { pass: 'kept', fail: 'missed', too_few: 'too few packets', waiting: 'not yet known' };

// The end of all that is drawn: an open one is a little behind what has come.
function total(run) {
	if (run.duration_ns !== null)
		return run.duration_ns;
	const ends = [...run.phases, ...run.windows].flatMap((p) => [p.start_ns, p.end_ns ?? 0]);
	return Math.max(1e9, 1.2 * run.elapsed_ns, 1.1 * Math.max(0, ...ends));
}

export function timeline() {
	const picture = svg('svg', { class: 'timeline', role: 'img' });
	const words = el('p', { class: 'why' });
	const node = el('div', {}, picture, words);
	let drawn = '';

	function band(from, to, all, row, name, kind) {
		const x = 100 * from / all;
		const width = 100 * (Math.min(to, all) - from) / all;
		const group = svg('g', {}, svg('title', {}, `${name}: ${time(from)} to ${to >= all ? 'the end' : time(to)}`),
			svg('rect', { class: kind, x: `${x}%`, y: row * ROW + 2, width: `${Math.max(width, 0.15)}%`, height: ROW - 4 }));
		if (width > 100 * NARROW)
			group.append(svg('text', { x: `${x + 0.5}%`, y: row * ROW + ROW / 2 + 5 }, name));
		return group;
	}
	return {
		node,
		update(run) {
			const all = total(run);
			const faults = [...new Set(run.windows.map((w) => w.fault))];
			const rows = 1 + faults.length;
			// Bands stay as they are while the run does, but for one without an end.
			const now = `${run.id} ${all} ${run.phases.map((p) => p.end_ns)}`;
			if (now !== drawn) {
				drawn = now;
				picture.setAttribute('height', (rows + 1) * ROW);
				picture.replaceChildren(
					...run.phases.map((p, i) => band(p.start_ns, p.end_ns ?? all, all, 0, p.name, `phase-${i % 2}`)),
					...run.windows.map((w) => band(w.start_ns, w.end_ns ?? all, all, 1 + faults.indexOf(w.fault), w.fault, 'fault')));
			}
			for (const old of picture.querySelectorAll('.now'))
				old.remove();
			const beside = new Map(); // marks that are settled at the same time
			for (const e of run.expectations) {
				const at = Math.min(e.final_ns ?? all, all);
				const k = beside.get(at) ?? 0;
				beside.set(at, k + 1);
				const mark = svg('g', { class: 'now' }, svg('title', {}, `${e.name} ${e.expected}${e.phase ? `, phase ${e.phase}` : ''}: ${WORDS[e.outcome]}${e.final ? '' : ' so far'}`),
					svg('circle', { class: `mark ${e.outcome}${e.final ? '' : ' open'}`, cx: `${Math.min(99, Math.max(1, 100 * at / all))}%`, cy: rows * ROW + ROW / 2, r: 5, transform: `translate(${-14 * k} 0)` }));
				picture.append(mark);
			}
			if (run.begun_ns !== null) {
				const x = `${Math.min(100, 100 * run.elapsed_ns / all)}%`;
				picture.append(svg('line', { class: 'now cursor', x1: x, x2: x, y1: 0, y2: (rows + 1) * ROW }));
			}
			const stands = [run.phase ? `phase ${run.phase}` : '', ...run.faults].filter(Boolean).join(', ');
			const where = run.begun_ns === null ? 'It has not begun.'
				: `${span(run.elapsed_ns)}${run.duration_ns === null ? '' : ` of ${span(run.duration_ns)}`}${stands ? `: ${stands}` : ''}.`;
			text(words, where);
			picture.setAttribute('aria-label', `Timeline of ${run.name}: ${run.phases.length} phases, ${run.windows.length} faults. ${where}`);
		},
	};
}
