// What is known of the running wirefault: the newest statistics, the samples of the last minutes
// that the charts draw, the configuration and its overrides. Views listen for changes.

import { get, getText, stream, Problem } from './api.js';

export const KEEP_S = 600;
// Losses that are the emulator's own; the others are what was asked for.
const OWN = ['no_buffer', 'tx_full', 'handoff_full'];

export const store = new EventTarget();
store.stats = null;
store.samples = new Map(); // "wan/ab" -> [sample]
store.config = null;
store.overrides = [];
store.parameters = null;
store.missed = 0; // of all ports in the last interval
let before = null;

const tell = (what) => store.dispatchEvent(new Event(what));
export const side = (link, name) => `${link}/${name}`;

// One second of one direction, from a column of the history.
function sampleOf(history, i, d) {
	const seconds = history.length_ns[i] / 1e9;
	const at = (name) => d[name][i];
	const dropped = {};
	for (const [cause, column] of Object.entries(d.dropped))
		if (column[i] > 0)
			dropped[cause] = column[i] / seconds;
	const sent = at('tx_packets') > 0;
	return {
		at: history.time_ns[i] / 1e9,
		rx_bps: 8 * at('rx_bytes') / seconds, tx_bps: 8 * at('tx_bytes') / seconds,
		rx_pps: at('rx_packets') / seconds, tx_pps: at('tx_packets') / seconds,
		dropped,
		queued: at('queued_packets'),
		// Of what left; when nothing did, there is nothing to draw.
		delay_p50: sent ? at('delay_p50_ns') : null, delay_p99: sent ? at('delay_p99_ns') : null,
		late_p50: sent ? at('release_error_p50_ns') : null, late_p99: sent ? at('release_error_p99_ns') : null,
	};
}

function keepSamples(history) {
	for (const link of history.links)
		for (const name of ['ab', 'ba']) {
			const key = side(link.name, name);
			const list = store.samples.get(key) || [];
			for (let i = 0; i < history.samples; i++)
				if (list.length === 0 || history.time_ns[i] / 1e9 > list.at(-1).at)
					list.push(sampleOf(history, i, link[name]));
			list.splice(0, list.length - KEEP_S);
			store.samples.set(key, list);
		}
}

// What the history has that is not known yet; once a second is all that it makes.
let asking = false;
async function loadSamples(now) {
	const known = Math.max(0, ...[...store.samples.values()].map((list) => list.at(-1)?.at || 0));
	if (asking || now - known < 1)
		return;
	asking = true;
	try {
		keepSamples(await get(`v1/stats/history?seconds=${Math.max(2, Math.min(KEEP_S, Math.ceil(now - known) + 1))}`));
		tell('stats');
	} catch { /* the state of the connection says so */ }
	asking = false;
}

function keep(doc) {
	if (before)
		store.missed = missedOf(doc) - missedOf(before);
	if (before && doc.uptime_ns < before.uptime_ns)
		store.samples.clear(); // another run
	if (!before || before.generation !== doc.generation || doc.uptime_ns < before.uptime_ns)
		loadConfig().catch(() => {}); // told by the connection's state
	before = doc;
	store.stats = doc;
	loadSamples(doc.time_ns / 1e9);
	tell('stats');
}

const missedOf = (doc) => doc.ports.reduce((sum, p) => sum + p.rx_missed + p.rx_nombuf, 0);
export const last = (link, name) => store.samples.get(side(link, name))?.at(-1) || null;

export async function loadConfig() {
	const [config, diff] = await Promise.all([get('v1/config'), get('v1/config/diff')]);
	store.config = config;
	store.overrides = diff.overrides;
	tell('config');
}

export async function loadParameters() {
	store.parameters = await get('v1/parameters');
}

export const configText = () => getText('v1/config');

// A link or a class of it in the configuration.
export function owner(link, className) {
	const l = store.config?.links.find((one) => one.name === link);
	return className === 'default' ? l : l?.classes?.find((one) => one.name === className);
}

export const healthWords = { healthy: 'Healthy', impaired: 'Impaired', overloaded: 'Overloaded', lying: 'Lying' };

// "healthy", "impaired", "overloaded" (it loses for want of room) or "lying" (packets leave so much
// later than they should that the figures say little), with the reason.
export function health(link) {
	const conf = owner(link.name, 'default');
	const blocks = new Set();
	for (const c of conf ? [conf, ...(conf.classes || [])] : [])
		for (const name of ['ab', 'ba'])
			Object.keys(c[name] || {}).filter((key) => store.parameters?.blocks.some((b) => b.name === key))
				.forEach((key) => blocks.add(key));
	for (const name of ['ab', 'ba']) {
		const late = link[name].release_error_ns;
		const sample = last(link.name, name);
		if (sample && OWN.some((cause) => sample.dropped[cause]))
			return ['overloaded', `wirefault itself lost packets (${name})`];
		if (late.count >= 100 && late.p99 > link[name].on_time_ns)
			return ['lying', `packets leave late (${name})`];
		if (sample?.dropped.queue_full)
			return ['overloaded', `the queue overflows (${name})`];
	}
	if (store.missed > 0)
		return ['overloaded', 'a port misses packets'];
	return blocks.size > 0 ? ['impaired', [...blocks].join(', ')] : ['healthy', 'a plain wire'];
}

// Keeps the stream open; says so, and tries again when it ends. Waits twice as long each time.
export async function follow(hz) {
	for (let wait = 250; ; wait = Math.min(2 * wait, 5000)) {
		try {
			for await (const { event, data } of stream(`v1/stats/stream?hz=${hz}`)) {
				wait = 250;
				store.connected = true;
				if (event === 'stats')
					keep(data);
				else if (event === 'event')
					loadConfig().catch(() => {}); // an end, an undo
				tell('connection');
			}
			store.problem = null;
		} catch (problem) {
			store.problem = problem instanceof Problem ? problem : null;
		}
		store.connected = false;
		tell('connection');
		if (store.problem?.status === 401) {
			tell('unauthorized');
			await new Promise((done) => { store.addEventListener('token', done, { once: true }); });
		} else {
			await new Promise((done) => { setTimeout(done, wait); });
		}
	}
}
