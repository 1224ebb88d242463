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

// The mean of what came between two totals of count and mean.
function meanBetween(a, b) {
	const n = b.count - a.count;
	return n > 0 ? (b.count * b.mean - a.count * a.mean) / n : null;
}

function sampleOf(now, then, seconds) {
	const dropped = {};
	let own = 0;
	for (const [cause, d] of Object.entries(now.dropped)) {
		const n = d.packets - then.dropped[cause].packets;
		if (n > 0)
			dropped[cause] = n / seconds;
		if (n > 0 && OWN.includes(cause))
			own += n;
	}
	return {
		rx_bps: 8 * (now.rx.bytes - then.rx.bytes) / seconds,
		tx_bps: 8 * (now.tx.bytes - then.tx.bytes) / seconds,
		rx_pps: (now.rx.packets - then.rx.packets) / seconds,
		tx_pps: (now.tx.packets - then.tx.packets) / seconds,
		dropped,
		own,
		queued: now.queued.packets,
		delay: meanBetween(then.delay_ns, now.delay_ns),
		late: meanBetween(then.release_error_ns, now.release_error_ns),
	};
}

function keep(doc) {
	const seconds = before ? (doc.time_ns - before.time_ns) / 1e9 : 0;
	const again = before && (doc.uptime_ns < before.uptime_ns || doc.since_reset_ns < before.since_reset_ns);
	if (seconds > 0 && !again) {
		for (const link of doc.links) {
			const old = before.links.find((l) => l.name === link.name);
			for (const name of ['ab', 'ba']) {
				const key = side(link.name, name);
				const list = store.samples.get(key) || [];
				if (old)
					list.push({ at: doc.time_ns / 1e9, ...sampleOf(link[name], old[name], seconds) });
				while (list.length > 0 && list[0].at < doc.time_ns / 1e9 - KEEP_S)
					list.shift();
				store.samples.set(key, list);
			}
		}
		store.missed = missedOf(doc) - missedOf(before);
	}
	if (!before || before.generation !== doc.generation || doc.uptime_ns < before.uptime_ns)
		loadConfig().catch(() => {}); // told by the connection's state
	before = doc;
	store.stats = doc;
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
		if (sample?.own)
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
			for await (const doc of stream(`v1/stats/stream?hz=${hz}`)) {
				wait = 250;
				store.connected = true;
				keep(doc);
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
