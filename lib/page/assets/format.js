// Numbers as people read them. The exact ones are in the API.

const NONE = '–';

function scaled(value, units, step) {
	let i = 0;
	while (i + 1 < units.length && Math.abs(value) >= step) {
		value /= step;
		i++;
	}
	return `${digits(value)} ${units[i]}`;
}

export function digits(value) {
	if (!Number.isFinite(value))
		return NONE;
	const size = Math.abs(value);
	return size === 0 ? '0' : size >= 100 ? value.toFixed(0) : size >= 10 ? value.toFixed(1) : value.toFixed(2);
}

export const count = (n) => (Number.isFinite(n) ? n.toLocaleString('en') : NONE);
export const rate = (bps) => (Number.isFinite(bps) ? scaled(bps, ['bit/s', 'kbit/s', 'Mbit/s', 'Gbit/s', 'Tbit/s'], 1000) : NONE);
export const packets = (pps) => (Number.isFinite(pps) ? scaled(pps, ['pkt/s', 'kpkt/s', 'Mpkt/s'], 1000) : NONE);
export const bytes = (n) => (Number.isFinite(n) ? scaled(n, ['B', 'kB', 'MB', 'GB', 'TB'], 1000) : NONE);
export const percent = (part) => (Number.isFinite(part) ? `${digits(100 * part)} %` : NONE);

export function time(ns) {
	if (!Number.isFinite(ns))
		return NONE;
	const size = Math.abs(ns);
	return size < 1e3 ? `${digits(ns)} ns` : size < 1e6 ? `${digits(ns / 1e3)} µs`
		: size < 1e9 ? `${digits(ns / 1e6)} ms` : `${digits(ns / 1e9)} s`;
}

export function span(ns) {
	const s = Math.floor(ns / 1e9);
	const parts = [[86400, 'd'], [3600, 'h'], [60, 'min'], [1, 's']];
	const at = parts.findIndex(([size]) => s >= size);
	if (at < 0)
		return '0 s';
	return parts.slice(at, at + 2)
		.map(([size, unit], i) => `${Math.floor((i ? s % parts[at][0] : s) / size)} ${unit}`).join(' ');
}

export const clock = (ns) => new Date(ns / 1e6).toLocaleTimeString('en-GB');
