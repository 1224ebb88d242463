// One link: what goes in and comes out, what is lost to what, how long it takes and how exact that
// is; and the forms that change it.

import { send } from './api.js';
import { count, digits, rate, time, clock } from './format.js';
import { el, state, text, table, rows, copy } from './dom.js';
import { store, health, healthWords, owner, configText } from './store.js';
import { chart } from './charts.js';
import { form } from './form.js';
import { notice } from './app.js';

const perSecond = (v) => `${digits(v)}/s`;

function causes(shown) {
	const names = [...new Set(shown.flatMap((s) => Object.keys(s.dropped)))].sort();
	return names.map((name) => [name, (s) => s.dropped[name] || 0]);
}

function direction(link, name, from, to) {
	const charts = [
		chart('Rate', 'bit/s', rate, [['in', (s) => s.rx_bps], ['out', (s) => s.tx_bps]]),
		chart('Drops by cause', 'packets/s', perSecond, causes, true),
		chart('Delay that packets got', 'ns', time, [['p50', (s) => s.delay_p50], ['p99', (s) => s.delay_p99]]),
		chart('Released late by', 'ns', time, [['p50', (s) => s.late_p50], ['p99', (s) => s.late_p99]]),
		chart('Held', 'packets', (v) => count(Math.round(v)), [['packets', (s) => s.queued]]),
	];
	const figures = table(`Since the last reset, ${name}`, ['', 'mean', 'p50', 'p90', 'p99', 'p99.9', 'max'], 'figures');
	const counts = table(`Packets of ${name}`, ['', 'packets', 'bytes'], 'figures');
	const holder = el('div');
	const node = el('section', { class: 'direction', 'aria-label': `${link} ${name}` },
		el('h2', {}, `${from} → ${to} `, el('small', {}, name)),
		el('div', { class: 'charts' }, charts.map((c) => c.node)), figures.node, counts.node,
		el('h3', {}, 'Impairments'), holder);
	let edit = null;

	return {
		node,
		shown(className) {
			edit = form(link, className, name);
			holder.replaceChildren(edit.node);
		},
		update(d) {
			const samples = store.samples.get(`${link}/${name}`) || [];
			charts.forEach((c) => c.draw(samples));
			rows(figures.body, [['delay', d.delay_ns], ['released late by', d.release_error_ns]]
				.map(([label, h]) => [label, ...['mean', 'p50', 'p90', 'p99', 'p99_9', 'max'].map((k) => time(h.count > 0 ? h[k] : NaN))]));
			rows(counts.body, [
				...['rx', 'tx', 'queued', 'dup_created', 'forged', 'marked', 'corrupted', 'resent'].map((k) => [k, d[k]]),
				...Object.entries(d.dropped).map(([k, v]) => [`dropped: ${k}`, v]),
			].filter(([k, v]) => v.packets > 0 || k === 'rx' || k === 'tx' || k === 'queued')
				.map(([k, v]) => [k, count(v.packets), count(v.bytes)]));
			edit?.update();
		},
		close() { charts.forEach((c) => c.close()); },
	};
}

export function linkView(name) {
	const pill = el('p', { class: 'pill' });
	const why = el('p', { class: 'why' });
	const classes = el('select', { id: 'class' });
	const classRow = el('p', { class: 'row' }, el('label', { for: 'class' }, 'Class to change'), classes);
	const changes = table('Changes in force', ['change', 'since', 'until', ''], 'figures');
	const holder = el('div', { class: 'directions' });
	const save = el('button', { type: 'button', class: 'quiet' }, 'Copy the configuration');
	const node = el('div', {}, el('div', { class: 'row' }, el('h1', {}, name), pill, why, save),
		classRow, changes.node, holder);
	let sides = null;
	let known = '';

	save.addEventListener('click', async () => copy(save, await configText()));
	classes.addEventListener('change', () => Object.values(sides).forEach((s) => s.shown(classes.value)));

	function fillClasses() {
		const names = ['default', ...(owner(name, 'default')?.classes || []).map((c) => c.name)];
		classRow.hidden = names.length === 1;
		if (known === names.join())
			return;
		known = names.join();
		classes.replaceChildren(...names.map((n) => el('option', { value: n }, n)));
	}
	function undo(id) {
		return el('button', {
			type: 'button', class: 'quiet', 'aria-label': `Undo change ${id}`,
			onclick: async () => {
				try {
					await send('POST', 'v1/config/undo', { id });
				} catch (problem) {
					notice(problem.message);
				}
			},
		}, 'Undo');
	}
	let listed = '';
	function listChanges() {
		const now = JSON.stringify(store.overrides);
		if (now === listed)
			return; // a button that is made anew loses the focus
		listed = now;
		changes.node.hidden = store.overrides.length === 0;
		rows(changes.body, store.overrides.map((o) => [o.change, clock(o.from_ns),
			o.until_ns ? clock(o.until_ns) : 'it is undone', undo(o.id)]));
	}

	return {
		node, title: name,
		update() {
			const link = store.stats?.links.find((l) => l.name === name);
			if (!link || !store.config || !owner(name, 'default')) {
				if (store.stats && store.config)
					holder.replaceChildren(el('p', {}, `There is no link ${name}.`));
				return;
			}
			fillClasses();
			if (!sides) {
				sides = {
					ab: direction(name, 'ab', link.ports[0], link.ports[1]),
					ba: direction(name, 'ba', link.ports[1], link.ports[0]),
				};
				holder.replaceChildren(sides.ab.node, sides.ba.node);
				Object.values(sides).forEach((s) => s.shown(classes.value));
			}
			const [kind, reason] = health(link);
			state(pill, kind, healthWords[kind]);
			text(why, reason);
			sides.ab.update(link.ab);
			sides.ba.update(link.ba);
			listChanges();
		},
		close() { Object.values(sides || {}).forEach((s) => s.close()); },
	};
}
