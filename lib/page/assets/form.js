// The form of one direction of a link or class, made from the tables that parse the configuration:
// a new impairment appears by itself.

import { patch, Problem } from './api.js';
import { el, text, curl } from './dom.js';
import { store, owner, loadConfig } from './store.js';

// What a type of value looks like. The server has the last word; this saves a round trip.
const UNIT = {
	duration: /^\s*(0|[\d.]+\s*(ns|us|ms|s|m|h))\s*$/,
	rate: /^\s*(0|[\d.]+\s*([kKMG]?bit(\/s)?|[kKMG]?Bps))\s*$/,
	size: /^\s*(0|[\d.]+\s*([kMG]?B|[KMG]iB))\s*$/,
	probability: /^\s*(0|1|0?\.\d+|1\.0*|0\.\d+|[\d.]+\s*%)\s*$/,
	count: /^\s*\d+\s*$/,
	number: /^\s*-?[\d.]+(e-?\d+)?\s*$/,
	limit: /^\s*[\d.]+\s*(pkt|ns|us|ms|s|m|h|[kMG]?B|[KMG]iB)?\s*$/,
};
const EXAMPLE = {
	duration: '20ms', rate: '10Mbit', size: '64kB', probability: '1%', count: '10', number: '0.5', limit: '50ms',
};

const shown = (value) => (value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value));

export function valueOf(param, words) {
	if (param.type === 'boolean')
		return words === 'true';
	if (param.type === 'other')
		return JSON.parse(words);
	if (param.type === 'count' || param.type === 'number')
		return Number(words);
	return words.trim();
}

// One key: a label, an input, its help, what is wrong with it.
export function field(block, param, value, prefix, changed) {
	const id = `${prefix}-${block.name}-${param.key}`;
	const help = el('p', { class: 'help', id: `${id}-help` }, param.help);
	const wrong = el('p', { class: 'wrong', id: `${id}-wrong`, hidden: true });
	const common = { id, name: `${block.name}.${param.key}`, 'aria-describedby': `${id}-help ${id}-wrong` };
	const choices = param.type === 'boolean' ? ['true', 'false'] : param.choices;
	const bounds = [param.min && `from ${param.min}`, param.max && `to ${param.max}`].filter(Boolean).join(' ');
	let input;

	if (choices) {
		input = el('select', common, el('option', { value: '' }, param.default ? `default: ${param.default}` : 'default'),
			choices.map((c) => el('option', { value: c, selected: shown(value) === c }, c)));
	} else {
		input = el('input', { ...common, value: shown(value), autocomplete: 'off', spellcheck: 'false',
			placeholder: param.default || (EXAMPLE[param.type] ? `such as ${EXAMPLE[param.type]}` : '') });
	}
	const initial = input.value;
	const f = {
		param, input, initial,
		node: el('div', { class: 'field' }, el('label', { for: id }, param.key), input, wrong,
			bounds ? el('p', { class: 'bounds' }, bounds) : null, help),
		complain(words) {
			wrong.hidden = !words;
			text(wrong, words || '');
			input.setAttribute('aria-invalid', String(Boolean(words)));
		},
		// Is it fit to be sent?
		check() {
			const words = input.value;
			let wrongs = '';
			if (words !== '' && UNIT[param.type] && !UNIT[param.type].test(words))
				wrongs = `Write a ${param.type}, such as ${EXAMPLE[param.type]}.`;
			if (words !== '' && param.type === 'other') {
				try { JSON.parse(words); } catch { wrongs = 'Write it as JSON.'; }
			}
			f.complain(wrongs);
			return !wrongs;
		},
	};
	input.addEventListener('input', () => { f.complain(''); changed(); });
	input.addEventListener('change', () => { f.check(); changed(); });
	return f;
}

// A block of keys. Those that belong to another model than the chosen one are out of sight.
function section(block, values, prefix, changed, remove) {
	const fields = block.params.map((p) => field(block, p, values?.[p.key], prefix, changed));
	const by = Object.fromEntries(fields.map((f) => [f.param.key, f]));
	const selector = block.selector && by[block.selector];
	const more = el('details', {}, el('summary', {}, 'All keys'));
	const first = el('div', { class: 'fields' });
	const rest = el('div', { class: 'fields' });
	more.append(rest);

	function place() {
		const choice = selector ? selector.input.value || selector.param.default : undefined;
		let hidden = 0;
		for (const f of fields) {
			// Without a choice it follows from the keys: all are possible.
			const belongs = !f.param.belongs || !choice || f.param.belongs.includes(choice) || f.initial !== '';
			const near = f === selector || f.param.key === block.main || f.initial !== '' || f.input.value !== '';
			f.node.hidden = !belongs;
			if (!f.node.contains(document.activeElement))
				(near ? first : rest).append(f.node);
			hidden += belongs && f.node.parentNode === rest ? 1 : 0;
		}
		more.hidden = hidden === 0;
	}
	selector?.input.addEventListener('change', place);
	place();
	return {
		block, fields, isNew: values === undefined,
		node: el('fieldset', {}, el('legend', {}, block.name), el('p', { class: 'help' }, block.summary), first, more,
			el('button', { type: 'button', class: 'quiet', onclick: remove }, `Remove ${block.name}`)),
		// What is another, for a merge patch: null takes a key away.
		patch() {
			const out = {};
			for (const f of fields)
				if (!f.node.hidden && f.input.value !== f.initial)
					out[f.param.key] = f.input.value === '' ? null : valueOf(f.param, f.input.value);
			return out;
		},
	};
}

export function form(link, className, side) {
	const prefix = `${link}-${className}-${side}`.replace(/[^\w-]/g, '_');
	const path = className === 'default' ? `v1/links/${encodeURIComponent(link)}/${side}`
		: `v1/links/${encodeURIComponent(link)}/classes/${encodeURIComponent(className)}/${side}`;
	const list = el('div', { class: 'blocks' });
	const add = el('select', { 'aria-label': `Add an impairment to ${side}` });
	const until = el('input', { id: `${prefix}-for`, placeholder: 'for ever', autocomplete: 'off', 'aria-describedby': `${prefix}-for-help` });
	const apply = el('button', { type: 'submit', disabled: true }, 'Apply');
	const result = el('p', { class: 'result', role: 'status' });
	const node = el('form', { class: 'edit', 'aria-label': `Impairments of ${link} ${side}`, novalidate: true },
		list, el('div', { class: 'row' }, add),
		el('div', { class: 'row' }, apply,
			el('label', { for: until.id }, 'for'), until,
			el('button', { type: 'button', class: 'quiet', onclick: () => build() }, 'Discard'),
			curl(() => ['PATCH', path, body(), 'application/merge-patch+json'])),
		el('p', { class: 'help', id: `${prefix}-for-help` }, 'With a time, such as 60s, the change takes itself back.'),
		result);
	let sections = [];
	let removed = new Set();
	let base = '';

	const current = () => owner(link, className)?.[side] || {};

	function body() {
		const out = {};
		for (const name of removed)
			out[name] = null;
		for (const s of sections) {
			const p = s.patch();
			if (Object.keys(p).length > 0)
				out[s.block.name] = p;
		}
		return out;
	}
	const dirty = () => Object.keys(body()).length > 0;
	function changed() {
		let ready = false;
		try { ready = dirty(); } catch { /* unfinished JSON: told on apply */ ready = true; }
		apply.disabled = !ready;
	}
	function put(block, values) {
		const s = section(block, values, prefix, changed, () => {
			sections = sections.filter((one) => one !== s);
			if (!s.isNew)
				removed.add(block.name);
			s.node.remove();
			options();
			changed();
		});
		sections.push(s);
		list.append(s.node);
		return s;
	}
	function options() {
		const there = new Set(sections.map((s) => s.block.name));
		add.replaceChildren(el('option', { value: '' }, 'Add an impairment …'),
			...store.parameters.blocks.filter((b) => !there.has(b.name))
				.map((b) => el('option', { value: b.name }, `${b.name}: ${b.summary}`)));
	}
	function build() {
		const values = current();
		base = JSON.stringify(values);
		sections = [];
		removed = new Set();
		list.replaceChildren();
		for (const block of store.parameters.blocks)
			if (values[block.name] !== undefined)
				put(block, values[block.name]);
		if (sections.length === 0)
			list.append(el('p', { class: 'help nothing' }, 'Nothing: packets pass as they come.'));
		options();
		changed();
	}
	function complain(problem) {
		const left = [];
		for (const e of problem.errors) {
			const words = `${e.message}.${e.hint ? ` ${e.hint}` : ''}`;
			const at = (e.path || '').split('.').slice(-2).join('.');
			const f = sections.flatMap((s) => s.fields).find((one) => one.input.name === at);
			if (f)
				f.complain(words);
			else
				left.push(e.path ? `${e.path}: ${words}` : words);
		}
		text(result, left.length > 0 || problem.errors.length === 0 ? [problem.message, ...left].join(' ') : 'Nothing has changed: see the marked values.');
		result.dataset.kind = 'bad';
	}

	add.addEventListener('change', () => {
		const block = store.parameters.blocks.find((b) => b.name === add.value);
		if (!block)
			return;
		list.querySelector('.nothing')?.remove();
		const s = put(block, undefined);
		removed.delete(block.name);
		options();
		s.fields.find((f) => f.param.key === block.main)?.input.focus();
	});
	node.addEventListener('submit', async (event) => {
		event.preventDefault();
		if (!sections.flatMap((s) => s.fields).filter((f) => !f.node.hidden).map((f) => f.check()).every(Boolean))
			return;
		apply.disabled = true;
		try {
			const reply = await patch(path, until.value.trim() === '' ? body() : { ...body(), for: until.value.trim() });
			await loadConfig();
			build();
			until.value = '';
			text(result, `In force since ${new Date(reply.effective_at_ns / 1e6).toLocaleTimeString('en-GB')}.`);
			result.dataset.kind = 'good';
		} catch (problem) {
			if (problem instanceof Problem)
				complain(problem);
			else
				text(result, problem.message);
			changed();
		}
	});
	build();
	return {
		node,
		// Another has changed it: shown at once, unless that would lose what is being written.
		update() {
			const now = JSON.stringify(current());
			if (now === base)
				return;
			if (!dirty())
				build();
			else
				text(result, 'This direction has been changed elsewhere. Discard shows what is in force.');
		},
	};
}
