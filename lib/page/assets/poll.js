// What no stream brings is asked for again and again, as long as its view is open.

export function poll(look, ms) {
	let closed = false;
	let timer = 0;

	async function again() {
		clearTimeout(timer);
		await look();
		if (!closed)
			timer = setTimeout(again, ms);
	}
	again();
	return { again, close() { closed = true; clearTimeout(timer); } };
}
