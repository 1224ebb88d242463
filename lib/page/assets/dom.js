// Elements. Text is always text, never markup, so nothing that comes from a configuration can be
// more than that.

export function el(tag, attributes = {}, ...children) {
	const node = document.createElement(tag);
	for (const [key, value] of Object.entries(attributes)) {
		if (key.startsWith('on'))
			node.addEventListener(key.slice(2), value);
		else if (key === 'class')
			node.className = value;
		else if (value === true)
			node.setAttribute(key, '');
		else if (value !== false && value !== null && value !== undefined)
			node.setAttribute(key, value);
	}
	node.append(...children.flat().filter((child) => child !== null && child !== undefined));
	return node;
}

export function svg(tag, attributes = {}, ...children) {
	const node = document.createElementNS('http://www.w3.org/2000/svg', tag);
	for (const [key, value] of Object.entries(attributes))
		node.setAttribute(key, value);
	node.append(...children);
	return node;
}

// Only what is another, so that nothing flickers and no selection is lost.
export function text(node, value) {
	if (node.textContent !== value)
		node.textContent = value;
}

export function state(node, kind, words) {
	node.dataset.kind = kind;
	text(node, words);
}

export function table(caption, heads, className) {
	const body = el('tbody');
	const node = el('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': caption },
		el('table', { class: className },
			el('caption', {}, caption),
			el('thead', {}, el('tr', {}, heads.map((head) => el('th', { scope: 'col' }, head)))), body));
	return { node, body };
}

// Fills a table's body; the first cell of a row is its head.
export function rows(body, lines) {
	while (body.rows.length > lines.length)
		body.deleteRow(-1);
	lines.forEach((cells, i) => {
		const row = body.rows[i] || body.insertRow();
		cells.forEach((cell, k) => {
			if (row.cells.length <= k)
				row.append(el(k === 0 ? 'th' : 'td', k === 0 ? { scope: 'row' } : {}));
			if (cell instanceof Node)
				row.cells[k].replaceChildren(cell);
			else
				text(row.cells[k], String(cell));
		});
	});
}

export async function copy(button, words) {
	const label = button.dataset.label || (button.dataset.label = button.textContent);
	try {
		await navigator.clipboard.writeText(words);
		button.textContent = 'Copied';
	} catch {
		window.prompt('Copy this', words);
	}
	setTimeout(() => { button.textContent = label; }, 1500);
}

// A button that copies the request that `what` gives, method, path and body, for a script.
export function curl(what) {
	const button = el('button', {
		type: 'button', class: 'quiet',
		onclick: () => {
			const [method, path, body, type = 'application/json'] = what();
			const data = body === undefined ? ''
				: ` -H 'Content-Type: ${type}' -d '${JSON.stringify(body).replaceAll("'", "'\\''")}'`;
			copy(button, `curl -X ${method} -H "Authorization: Bearer $TOKEN"${data} '${new URL(path, location.href)}'`);
		},
	}, 'Copy as curl');
	return button;
}
