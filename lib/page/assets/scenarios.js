// Scenarios: what runs, with its timeline and what is expected of it; the reports of those that are
// over; and a form that starts one.

import { get, getText, send, Problem } from './api.js';
import { clock, count, percent, rate, span, time } from './format.js';
import { el, text, state, table, rows, curl } from './dom.js';
import { poll } from './poll.js';
import { timeline } from './timeline.js';

const EVERY_MS = 500;
const FORMS = [['html', 'HTML', 'html'], ['md', 'Markdown', 'md'], ['json', 'JSON', 'json'], ['junit', 'JUnit XML', 'xml']];
const OUTCOMES = { pass: 'kept', fail: 'missed', too_few: 'too few packets', waiting: 'not yet known' };

const over = (r) => r.state === 'done' || r.state === 'failed';
const result = (r) => r.outcome ?? (r.state === 'failed' ? 'no result' : r.state);
const kind = (r) => (!over(r) ? 'impaired' : r.pass ? 'healthy' : 'lying');

function observed(e) {
	if (e.outcome === 'waiting' || (e.samples === 0 && e.measure !== 'packets' && e.measure !== 'throughput'))
		return '–';
	if (e.measure === 'loss' || e.measure === 'reordering')
		return percent(e.observed);
	return e.measure === 'throughput' ? rate(e.observed) : e.measure === 'packets' ? count(e.observed) : time(e.observed);
}

// A document that only who has the token gets, as a file.
async function download(path, name) {
	const link = el('a', { href: URL.createObjectURL(new Blob([await getText(path)])), download: name });
	link.click();
	setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

// The run that is looked at.
function card(problem) {
	const name = el('h2', {});
	const pill = el('p', { class: 'pill' });
	const title = el('p', { class: 'why' });
	const why = el('p', { class: 'result', 'data-kind': 'bad' });
	const progress = el('progress', { max: 100, 'aria-label': 'Progress of the run' });
	const line = timeline();
	const list = table('What is expected', ['what', 'where', 'expected', 'observed', 'outcome'], 'figures');
	const stop = el('button', { type: 'button' }, 'Stop');
	const trigger = el('button', { type: 'button' }, 'End the phase');
	const reports = el('div', { class: 'row' });
	const node = el('section', { class: 'card', 'aria-label': 'The run', hidden: true },
		el('header', {}, name, pill), title, progress, line.node, why, list.node,
		el('div', { class: 'row' }, trigger, stop, curl(() => ['DELETE', `v1/runs/${run?.id ?? 'last'}`])), reports);
	let run = null;

	for (const [button, method, behind] of [[stop, 'DELETE', ''], [trigger, 'POST', '/trigger']])
		button.addEventListener('click', async () => {
			try {
				await send(method, `v1/runs/${run.id}${behind}`);
				problem('');
			} catch (p) {
				problem(p.message);
			}
		});
	for (const [form, label, suffix] of FORMS)
		reports.append(el('button', {
			type: 'button', class: 'quiet',
			onclick: () => download(`v1/runs/${run.id}/report?format=${form}`, `${run.name}.${suffix}`).catch((p) => problem(p.message)),
		}, `Report as ${label}`));
	return {
		node,
		update(r) {
			run = r;
			node.hidden = false;
			text(name, r.name);
			state(pill, kind(r), result(r));
			node.dataset.kind = pill.dataset.kind;
			text(title, `${r.title ? `${r.title}. ` : ''}Run ${r.id}, seed ${r.seed}${r.begun_ns ? `, begun at ${clock(r.begun_ns)}` : ''}.`);
			text(why, r.why ? `It has no result: ${r.why}.` : r.trustworthy === false ? 'The run cannot be trusted: its report says why.' : '');
			progress.hidden = stop.hidden = over(r);
			trigger.hidden = !r.trigger;
			if (r.progress_percent === null)
				progress.removeAttribute('value');
			else
				progress.value = r.progress_percent;
			reports.hidden = r.state !== 'done';
			line.update(r);
			list.node.hidden = r.expectations.length === 0;
			rows(list.body, r.expectations.map((e) => [e.name,
				`${e.link} ${e.direction}${e.class ? ` ${e.class}` : ''}${e.phase ? `, phase ${e.phase}` : ''}`,
				e.expected, observed(e), `${OUTCOMES[e.outcome]}${e.final || e.outcome === 'waiting' ? '' : ' so far'}`]));
		},
	};
}

// What is to run: one that wirefault knows, or a text.
function asking(done) {
	const which = el('select', { id: 'scenario-name', name: 'scenario' }, el('option', { value: '' }, 'the text below'));
	const own = el('textarea', { id: 'scenario-text', name: 'text', rows: 6, spellcheck: 'false', placeholder: 'schema_version = 1; name = "mine"; phases = ( ... );' });
	const seed = el('input', { id: 'scenario-seed', name: 'seed', autocomplete: 'off', inputmode: 'numeric', placeholder: 'its own' });
	const quiet = el('input', { id: 'scenario-traffic', type: 'checkbox', checked: true });
	const start = el('button', { type: 'submit' }, 'Start');
	const said = el('ul', { class: 'result', role: 'status', 'data-kind': 'bad' });
	const body = () => ({
		...(which.value ? { scenario: which.value } : { files: [{ name: 'page', text: own.value }] }),
		...(seed.value.trim() ? { seed: seed.value.trim() } : {}),
		traffic: !quiet.checked,
	});
	const node = el('form', { class: 'edit', 'aria-label': 'A scenario', novalidate: true },
		el('fieldset', {}, el('legend', {}, 'Start a scenario'),
			el('div', { class: 'fields' },
				el('div', { class: 'field' }, el('label', { for: 'scenario-name' }, 'Scenario'), which),
				el('div', { class: 'field' }, el('label', { for: 'scenario-seed' }, 'Seed'), seed)),
			el('div', { class: 'field' }, el('label', { for: 'scenario-text' }, 'Text'), own),
			el('div', { class: 'row' }, quiet, el('label', { for: 'scenario-traffic' }, 'Whoever is there sends: leave out what it says of traffic'))),
		el('div', { class: 'row' }, start, curl(() => ['POST', 'v1/runs', body()])), said);

	node.addEventListener('submit', async (event) => {
		event.preventDefault();
		said.replaceChildren();
		try {
			const { runs } = await send('POST', 'v1/runs', body());
			done(runs[0].id);
		} catch (problem) {
			const lines = problem instanceof Problem ? problem.errors : [];
			said.replaceChildren(el('li', {}, problem.message), ...lines.map((e) => el('li', {},
				`${e.file ? `${e.file}${e.line ? `:${e.line}` : ''}: ` : ''}${e.message}.${e.hint ? ` ${e.hint}.` : ''}`)));
		}
	});
	get('v1/scenarios').then(({ scenarios }) => {
		which.append(...scenarios.map((s) => el('option', { value: s.name }, s.name)));
	}).catch((problem) => said.replaceChildren(el('li', {}, problem.message)));
	return { node, running(is) { start.disabled = is; } };
}

export function scenarios() {
	const why = el('p', { class: 'why', role: 'status' });
	const wrong = el('p', { class: 'result', role: 'alert' });
	const one = card((words) => state(wrong, words ? 'bad' : 'good', words));
	const list = table('The last runs', ['run', 'scenario', 'begun', 'took', 'outcome', ''], 'figures');
	let shown = null; // number of the run that is looked at; null: the one that runs, or the last
	const form = asking((id) => { shown = id; asked.again(); });
	const node = el('div', {}, el('h1', {}, 'Scenarios'), why, wrong, one.node, list.node, form.node);
	let listed = '';

	const asked = poll(async () => {
		try {
			const { runs } = await get('v1/runs');
			const going = runs.find((r) => !over(r));
			const wanted = runs.find((r) => r.id === shown) ?? going ?? runs.at(-1);
			text(why, runs.length > 0 ? '' : 'No scenario has run since wirefault started.');
			form.running(Boolean(going));
			if (wanted)
				one.update(await get(`v1/runs/${wanted.id}`));
			const lines = runs.toReversed();
			list.node.hidden = lines.length < 2;
			if (JSON.stringify(lines.map((r) => [r.id, result(r), r.begun_ns])) === listed)
				return;
			listed = JSON.stringify(lines.map((r) => [r.id, result(r), r.begun_ns]));
			rows(list.body, lines.map((r) => [String(r.id), r.name, r.begun_ns ? clock(r.begun_ns) : '–',
				over(r) ? span(r.elapsed_ns) : '–', result(r),
				el('button', { type: 'button', class: 'quiet', 'aria-label': `Show run ${r.id}`, onclick: () => { shown = r.id; asked.again(); } }, 'Show')]));
		} catch (problem) {
			text(why, problem.message);
		}
	}, EVERY_MS);
	return { node, title: 'Scenarios', close: asked.close };
}
