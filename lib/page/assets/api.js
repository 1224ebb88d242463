// The API: requests with the token, errors as they are, and the stream of statistics.

const TOKEN = 'wirefault.token';

export class Problem extends Error {
	constructor(status, body) {
		super(body.detail || body.title || `HTTP ${status}`);
		this.status = status;
		this.errors = body.errors || [];
	}
}

export function setToken(text) {
	sessionStorage.setItem(TOKEN, text);
}

function headers(more) {
	const token = sessionStorage.getItem(TOKEN);
	return token ? { ...more, Authorization: `Bearer ${token}` } : { ...more };
}

async function checked(response) {
	if (response.ok)
		return response;
	let body = {};
	try {
		body = await response.json();
	} catch { /* not ours: the status says enough */ }
	throw new Problem(response.status, body);
}

export async function get(path) {
	const response = await checked(await fetch(path, { headers: headers({ Accept: 'application/json' }) }));
	return response.json();
}

export async function getText(path) {
	const response = await checked(await fetch(path, { headers: headers({ Accept: 'text/plain' }) }));
	return response.text();
}

export async function send(method, path, body, type = 'application/json') {
	const response = await checked(await fetch(path, {
		method,
		headers: headers(body === undefined ? {} : { 'Content-Type': type }),
		body: body === undefined ? undefined : JSON.stringify(body),
	}));
	const text = await response.text();
	return text ? JSON.parse(text) : {};
}

export const patch = (path, body) => send('PATCH', path, body, 'application/merge-patch+json');

// Events of a stream, one after the other, until it ends or fails. By fetch, because EventSource
// cannot send a token.
export async function* stream(path, signal) {
	const response = await checked(await fetch(path,
		{ headers: headers({ Accept: 'text/event-stream' }), signal }));
	const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
	let rest = '';
	for (;;) {
		const { value, done } = await reader.read();
		if (done)
			return;
		rest += value;
		let end;
		while ((end = rest.indexOf('\n\n')) >= 0) {
			const lines = rest.slice(0, end).split('\n');
			const of = (name) => lines.filter((line) => line.startsWith(`${name}:`))
				.map((line) => line.slice(name.length + 1).trimStart()).join('\n');
			rest = rest.slice(end + 2);
			if (of('data'))
				yield { event: of('event'), data: JSON.parse(of('data')) };
		}
	}
}
