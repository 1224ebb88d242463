// The page: what is always there (connection, verdict, bypass, theme) and the view of the address.

import { send, setToken, Problem } from './api.js';
import { count, span } from './format.js';
import { state, text } from './dom.js';
import { store, follow, loadParameters } from './store.js';
import { overview } from './overview.js';
import { linkView } from './link.js';
import { flows } from './flows.js';
import { replay } from './replay.js';
import { capture } from './capture.js';
import { scenarios } from './scenarios.js';
import { events } from './events.js';
import { healthView } from './health.js';

const $ = (id) => document.getElementById(id);
const main = $('main');
let view = null;

export function notice(words, kind = 'bad') {
	$('notice').hidden = !words;
	state($('notice'), kind, words || '');
}

// --- views -----------------------------------------------------------------------------------

function route() {
	const parts = location.hash.slice(2).split('/').map(decodeURIComponent);
	const views = { '': overview, link: linkView, flows, scenarios, replay, capture, events, health: healthView };
	const make = views[parts[0]] || overview;

	view?.close?.();
	notice('');
	for (const a of document.querySelectorAll('nav a'))
		if (a.dataset.view === (parts[0] || 'overview'))
			a.setAttribute('aria-current', 'page');
		else
			a.removeAttribute('aria-current');
	view = make(...parts.slice(1));
	main.replaceChildren(view.node);
	document.title = `${view.title} – wirefault`;
	view.update?.();
}

function refresh() {
	try {
		if (store.stats && store.config)
			view?.update?.();
	} catch (error) {
		console.error(error); // a view that fails must not end the stream
	}
}

// --- what is always there ----------------------------------------------------------------------

function header() {
	const s = store.stats;
	if (!s)
		return;
	const left = s.unaccounted.packets;
	state($('verdict'), s.verdict.trustworthy && left === 0 ? 'good' : 'bad',
		left !== 0 ? `${count(left)} packets unaccounted for`
			: s.verdict.trustworthy ? 'trustworthy' : 'not trustworthy');
	$('verdict').title = s.verdict.reasons.join('\n');
	text($('about'), `seed ${s.seed} · up ${span(s.uptime_ns)} · generation ${s.generation}`);
}

function bypassed() {
	const links = store.config?.links || [];
	return links.length > 0 && links.every((l) => ['ab', 'ba'].every((name) => l[name]?.bypass === true));
}

function bypassButton() {
	const on = bypassed();
	$('bypass').hidden = !store.config;
	$('bypass').setAttribute('aria-pressed', String(on));
	text($('bypass'), on ? 'Impair again' : 'Bypass all');
}

$('bypass').addEventListener('click', async () => {
	try {
		await send('POST', 'v1/bypass', { on: !bypassed() });
	} catch (problem) {
		notice(problem.message);
	}
});

store.addEventListener('connection', () => {
	const broken = store.problem && !(store.problem instanceof Problem && store.problem.status === 401);
	state($('connection'), store.connected ? 'good' : 'bad',
		store.connected ? 'live' : broken ? store.problem.message : 'not connected, trying again');
});

const themes = ['system', 'light', 'dark'];
function theme(name) {
	document.documentElement.dataset.theme = name;
	text($('theme'), `Theme: ${name}`);
	localStorage.setItem('wirefault.theme', name);
	store.dispatchEvent(new Event('theme'));
}
$('theme').addEventListener('click', () => {
	theme(themes[(themes.indexOf(document.documentElement.dataset.theme) + 1) % themes.length]);
});

store.addEventListener('unauthorized', () => { if (!$('token').open) $('token').showModal(); });
$('token').addEventListener('close', () => {
	setToken($('token-value').value);
	$('token-value').value = '';
	text($('token-why'), 'That token was not accepted.');
	start();
});

let started = false;
async function start() {
	try {
		await loadParameters();
	} catch (problem) {
		if (problem instanceof Problem && problem.status === 401) {
			store.dispatchEvent(new Event('unauthorized'));
			return;
		}
		setTimeout(start, 1000);
		return;
	}
	store.dispatchEvent(new Event('token'));
	if (!started) {
		started = true;
		follow(2);
	}
}

store.addEventListener('stats', () => { header(); refresh(); });
store.addEventListener('config', () => { bypassButton(); refresh(); });
window.addEventListener('hashchange', route);
theme(themes.includes(localStorage.getItem('wirefault.theme')) ? localStorage.getItem('wirefault.theme') : 'system');
route();
start();
