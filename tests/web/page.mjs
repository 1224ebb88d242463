// SPDX-License-Identifier: BSD-3-Clause
// The page in headless Chromium, against a running wirefault that carries traffic. Prints TAP.
//
//	node page.mjs URL TOKEN READ-TOKEN SHOTS COMMAND
//
// COMMAND, run by sh with one argument, does on the lab what a browser cannot: "ping" prints the
// round trip in ms, "restart" ends wirefault and starts it again, "stats" prints the statistics,
// "flows" the flow of the load.
// Screenshots go to the folder SHOTS.
import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';

const [, , url, token, readToken, shots, command] = process.argv;
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const lab = (...words) => execFileSync(command, words, { encoding: 'utf8' }).trim();
const tests = [];
const test = (name, run) => tests.push([name, run]);
const beside = (name, run) => tests.push([name, run, true]); // at once with the one before

function assert(good, words) {
	if (!good)
		throw new Error(words);
}
const near = (got, low, high, what) => assert(got >= low && got <= high, `${what} is ${got}, not ${low} to ${high}`);

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ['--no-sandbox'] });
const faults = []; // what a page must not do
async function open(options = {}, as = token, hash = '#/') {
	const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
	if (as)
		await context.addInitScript((t) => { sessionStorage.setItem('wirefault.token', t); }, as);
	const page = await context.newPage();
	page.setDefaultTimeout(15000);
	// That a request failed is an error to the browser, and no fault of the page.
	page.on('console', (m) => { if (m.type() === 'error' && !page.mayFail) faults.push(m.text()); });
	page.on('pageerror', (e) => faults.push(e.message));
	page.on('request', (r) => { if (!r.url().startsWith(url)) faults.push(`a request to ${r.url()}`); });
	await page.goto(url + hash);
	return page;
}
// By looking again and again from here: the page's policy lets nobody evaluate text in it.
async function until(what, look) {
	for (let i = 0; i < 150; i++) {
		if (await look())
			return;
		await new Promise((done) => { setTimeout(done, 100); });
	}
	throw new Error(`in vain: ${what}`);
}
const live = (page) => page.getByText('live', { exact: true }).waitFor();

// 0 serious findings, whatever the theme.
async function accessible(page, what) {
	await page.evaluate(axe);
	const found = await page.evaluate(() => window.axe.run());
	const serious = found.violations.filter((v) => ['serious', 'critical'].includes(v.impact));
	assert(serious.length === 0, `${what}: ${serious.map((v) => `${v.id} at ${v.nodes.map((n) => n.target).slice(0, 3)}`).join('; ')}`);
}
async function set(page, side, block, key, value) {
	const edit = page.getByRole('form', { name: `Impairments of wan ${side}` });
	await edit.locator(`[name="${block}.${key}"]`).fill(value);
	await edit.getByRole('button', { name: 'Apply' }).click();
	return edit;
}

test('all links at a glance', async () => {
	const page = await open();
	await live(page);
	const card = page.locator('article.card', { has: page.getByRole('link', { name: 'wan' }) });
	await card.getByText('Impaired', { exact: true }).or(card.getByText('Lying', { exact: true })).waitFor();
	assert(await page.locator('article.card').count() === 2, 'there are two links');
	await until('a rate', async () => /[1-9].* [kM]bit\/s/.test(await card.locator('dd').first().textContent()));
	await accessible(page, 'links');
	await page.screenshot({ path: `${shots}/links.png` });
	await page.context().close();
});

test('values are those of /v1/stats', async () => {
	const page = await open({}, token, '#/link/wan');
	await live(page);
	const cell = page.locator('section[aria-label="wan ab"] table').nth(1).locator('tbody tr').first();
	await cell.getByText('rx').waitFor();
	const before = JSON.parse(lab('stats')).links[0].ab.rx.packets;
	await page.waitForTimeout(1200); // two ticks of the stream
	const shown = Number((await cell.locator('td').first().textContent()).replaceAll(',', ''));
	const after = JSON.parse(lab('stats')).links[0].ab.rx.packets;
	near(shown, before, after, 'rx');
	await page.context().close();
});

test('a delay that is changed in the page is what ping sees, and undo takes it back', async () => {
	const page = await open({}, token, '#/link/wan');
	await live(page);
	const before = Number(lab('ping'));
	const edit = await set(page, 'ba', 'delay', 'mean', '150ms');
	await edit.getByText('In force since').waitFor();
	near(Number(lab('ping')) - before, 100, 400, 'the round trip more');
	await page.screenshot({ path: `${shots}/link.png`, fullPage: true });
	await accessible(page, 'a link');
	await page.getByRole('button', { name: /^Undo change/ }).click();
	await until('the delay as before', async () => await page.locator('form[aria-label$="ba"] [name="delay.mean"]').inputValue() === '10ms');
	near(Number(lab('ping')), before - 20, before + 60, 'the round trip again');
	await page.context().close();
});

test('a change with a time ends by itself', async () => {
	const page = await open({}, token, '#/link/wan');
	await live(page);
	const edit = page.getByRole('form', { name: 'Impairments of wan ba' });
	await edit.getByLabel('for', { exact: true }).fill('2s');
	await set(page, 'ba', 'delay', 'mean', '77ms');
	await page.getByText(/wan ba delay\.mean=77ms/).waitFor();
	await until('the delay as before', async () => await page.locator('form[aria-label$="ba"] [name="delay.mean"]').inputValue() === '10ms');
	await page.context().close();
});

test('what is wrong is said at its key, and nothing changes', async () => {
	const page = await open({}, token, '#/link/wan');
	await live(page);
	const edit = await set(page, 'ba', 'delay', 'mean', 'parsnip');
	await edit.getByText('Write a duration, such as 20ms.').waitFor();
	page.mayFail = true; // the browser reports a 422 as an error
	await edit.locator('[name="delay.mean"]').fill('5h');
	await edit.getByRole('button', { name: 'Apply' }).click();
	await edit.getByText('Nothing has changed: see the marked values.').waitFor();
	assert(await edit.locator('[name="delay.mean"]').getAttribute('aria-invalid') === 'true', 'the key is marked');
	await edit.getByRole('button', { name: 'Discard' }).click();
	assert(await edit.locator('[name="delay.mean"]').inputValue() === '10ms', 'the value is as before');
	await page.context().close();
});

test('every impairment of the tables has its form', async () => {
	const page = await open({}, token, '#/link/wan');
	await live(page);
	const edit = page.getByRole('form', { name: 'Impairments of wan ba' });
	const names = await edit.locator('select[aria-label^="Add"] option').evaluateAll((all) => all.map((o) => o.value).filter(Boolean));
	assert(names.length >= 15, `there are ${names.length}`);
	for (const name of names)
		await edit.locator('select[aria-label^="Add"]').selectOption(name);
	assert(await edit.locator('fieldset').count() === names.length + 1, 'each has its keys');
	await accessible(page, 'all forms');
	await page.context().close();
});

test('a block is added and removed', async () => {
	const page = await open({}, token, '#/link/wan');
	await live(page);
	const edit = page.getByRole('form', { name: 'Impairments of wan ba' });
	await edit.locator('select[aria-label^="Add"]').selectOption('duplicate');
	await set(page, 'ba', 'duplicate', 'p', '2%');
	await edit.getByText('In force since').waitFor();
	await edit.getByRole('button', { name: 'Remove duplicate' }).click();
	await edit.getByRole('button', { name: 'Apply' }).click();
	await until('no duplicate', async () => await edit.locator('[name="duplicate.p"]').count() === 0);
	await page.context().close();
});

test('bypass makes every link a plain wire, and back', async () => {
	const page = await open();
	await live(page);
	await page.getByRole('button', { name: 'Bypass all' }).click();
	await page.getByRole('button', { name: 'Impair again' }).waitFor();
	near(Number(lab('ping')), 0, 25, 'the round trip of a plain wire');
	await page.getByRole('button', { name: 'Impair again' }).click();
	await page.getByRole('button', { name: 'Bypass all' }).waitFor();
	await page.context().close();
});

test('events and health have what there is', async () => {
	const page = await open({}, token, '#/events');
	await page.getByText('change', { exact: true }).first().waitFor();
	await accessible(page, 'events');
	await page.getByRole('link', { name: 'Health' }).click();
	await page.getByText(/Packet buffers in use/).waitFor();
	await page.locator('th[scope="row"]', { hasText: /^a$/ }).waitFor();
	await accessible(page, 'health');
	await page.screenshot({ path: `${shots}/health.png` });
	await page.context().close();
});

test('flows are counted from the page, and it has their numbers', async () => {
	const page = await open({}, token, '#/flows');
	await live(page);
	await page.getByText(/Flows are not counted now/).waitFor();
	await page.getByRole('button', { name: 'Count flows' }).click();
	const row = page.getByRole('row', { name: /10\.77\.0\.2:5201.*udp.*wan ab/ });
	await row.waitFor();
	await page.getByLabel('by').selectOption('packets');
	const before = JSON.parse(lab('flows')).packets;
	const cell = row.locator('td').nth(4);
	const shown = async () => Number((await cell.textContent()).replaceAll(',', ''));
	await until('the packets of now', async () => await shown() >= before);
	near(await shown(), before, JSON.parse(lab('flows')).packets, 'packets of the flow');
	await accessible(page, 'flows');
	await page.screenshot({ path: `${shots}/flows.png` });
	await page.getByRole('button', { name: 'Count no more' }).click();
	await page.getByText(/Flows are not counted now/).waitFor();
	await page.context().close();
});

beside('a capture is begun, watched and ended, and copied for a script', async () => {
	const page = await open({ permissions: ['clipboard-read', 'clipboard-write'] }, token, '#/capture');
	await live(page);
	const ask = page.getByRole('form', { name: 'A capture' });
	await ask.getByLabel('size', { exact: true }).fill('parsnip');
	await ask.getByRole('button', { name: 'Start' }).click();
	await ask.getByText('Write a size, such as 64kB.').waitFor();
	await ask.getByLabel('size', { exact: true }).fill('');
	await ask.getByLabel('file', { exact: true }).fill('web.pcapng');
	await ask.getByLabel('snaplen', { exact: true }).fill('96');
	await ask.getByRole('button', { name: 'Copy as curl' }).click();
	await ask.getByText('Copied').waitFor();
	const copied = await page.evaluate(() => navigator.clipboard.readText());
	assert(copied === `curl -X POST -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -d '{"file":"web.pcapng","snaplen":96}' '${url}v1/captures'`, copied);
	await ask.getByRole('button', { name: 'Start' }).click();
	const last = page.getByRole('region', { name: 'The last capture' });
	await last.getByText('Running').waitFor();
	await until('packets', async () => /^[1-9]/.test(await last.getByRole('status').textContent()));
	assert(await ask.getByRole('button', { name: 'Start' }).isDisabled(), 'one at a time');
	await accessible(page, 'a capture');
	await page.screenshot({ path: `${shots}/capture.png` });
	await last.getByRole('button', { name: 'Stop' }).click();
	await last.getByText('Ended').waitFor();
	assert(await last.getByRole('heading').textContent() === 'web.pcapng', 'the file is named');
	// What only the server knows is said at its key.
	page.mayFail = true;
	await ask.getByLabel('snaplen', { exact: true }).fill('5');
	await ask.getByRole('button', { name: 'Start' }).click();
	await until('the key is marked', async () => await ask.getByLabel('snaplen', { exact: true }).getAttribute('aria-invalid') === 'true');
	await page.context().close();
});

beside('a replay is started, paused, stepped and stopped', async () => {
	const page = await open({}, token, '#/replay');
	await live(page);
	const one = page.getByRole('article', { name: 'Replay of c' });
	const click = (name) => one.getByRole('button', { name, exact: true }).click();
	const is = (state) => one.locator('.pill', { hasText: state }).waitFor();
	await is('waiting');
	await one.getByLabel('Pace').fill('10pps');
	await click('Start');
	await is('running');
	await one.getByText(/to go/).waitFor();
	await click('Pause');
	await is('paused');
	await accessible(page, 'a replay');
	await page.screenshot({ path: `${shots}/replay.png` });
	const sent = async () => Number(/ (\d+) packets/.exec(await one.textContent())[1]);
	const before = await sent();
	await click('Step');
	await until('one more', async () => await sent() === before + 1);
	await click('Resume');
	await is('running');
	await click('Stop');
	await is('stopped');
	await page.context().close();
});

test('a scenario is started, watched, stopped, and judged', async () => {
	const page = await open({}, token, '#/scenarios');
	await live(page);
	const ask = page.getByRole('form', { name: 'A scenario' });
	const run = page.getByRole('region', { name: 'The run' });
	const is = (state) => run.locator('.pill', { hasText: state }).waitFor();
	const start = async (words) => {
		await ask.getByLabel('Text').fill(`schema_version = 1; ${words}`);
		await ask.getByRole('button', { name: 'Start' }).click();
	};
	// All that is wrong, with its line.
	page.mayFail = true;
	await start('name = "bad"; link = "wan";\nduration = "soon";\nspeed = 3;');
	await ask.getByText(/^page:2: /).waitFor();
	await ask.getByText(/^page:3: /).waitFor();
	page.mayFail = false;
	// While it runs: where it is, and what is known by then.
	await start('name = "long"; title = "for a while"; link = "wan"; phases = ( { name = "before"; duration = "300ms"; }, '
		+ '{ name = "told"; duration = "50s"; until = { trigger = true; }; }, { name = "slow"; duration = "100s"; both = { delay = "30ms"; }; } ); '
		+ 'faults = ( { name = "burst"; ab = { loss = "50%"; }; schedule = "start:50s,duration:10s"; } ); '
		+ 'expect = ( { phase = "slow"; packets = 1; delay_p50 = ">= 30ms"; }, { loss = "<= 99%"; } );');
	await is('running');
	await run.getByRole('button', { name: 'End the phase' }).click();
	await run.getByText(/: phase slow\.$/).waitFor();
	await run.getByRole('row', { name: /^packets wan ab, phase slow .* kept so far$/ }).waitFor();
	assert(await run.locator('.timeline rect').count() === 4, 'three phases and a fault');
	assert(await run.locator('.timeline .mark').count() === 3, 'a mark for each that is expected');
	assert(await run.locator('.timeline .cursor').count() === 1, 'a cursor');
	near(Number(lab('ping')), 60, 400, 'the round trip');
	assert(await ask.getByRole('button', { name: 'Start' }).isDisabled(), 'one at a time');
	await accessible(page, 'a run');
	await page.screenshot({ path: `${shots}/scenario.png` });
	await run.getByRole('button', { name: 'Stop' }).click();
	await run.getByRole('button', { name: 'Report as HTML' }).waitFor();
	assert(JSON.parse(lab('config', 'ba')).delay.mean === '10ms', 'nothing of it stands');
	// One that comes to its end; its report is a file.
	await start('name = "short"; link = "wan"; duration = "500ms"; expect = ( { loss = "<= 99%"; } );');
	await until('the end', async () => await run.getByRole('heading').textContent() === 'short'
		&& await run.getByRole('button', { name: 'Report as JSON' }).isVisible());
	const [file] = await Promise.all([page.waitForEvent('download'), run.getByRole('button', { name: 'Report as JSON' }).click()]);
	const report = JSON.parse(readFileSync(await file.path(), 'utf8'));
	assert(file.suggestedFilename() === 'short.json' && report.schema === 'wirefault.scenario/1', 'the report');
	await is(report.outcome);
	await page.getByRole('button', { name: 'Show run 1' }).click();
	await until('the first run', async () => await run.getByRole('heading').textContent() === 'long');
	await accessible(page, 'a run that is over');
	await page.context().close();
});

test('a wrong token is asked for again, the right one lets in', async () => {
	const page = await open({}, null);
	page.mayFail = true;
	const ask = page.getByRole('dialog');
	await ask.waitFor();
	await ask.getByLabel('Token').fill('not-the-token-at-all');
	await ask.getByRole('button').click();
	await ask.getByText('That token was not accepted.').waitFor();
	await accessible(page, 'the token');
	await ask.getByLabel('Token').fill(token);
	await ask.getByRole('button').click();
	await live(page);
	await page.context().close();
});

test('a read token looks, and is told why it changes nothing', async () => {
	const page = await open({}, readToken, '#/link/wan');
	page.mayFail = true;
	await live(page);
	const edit = await set(page, 'ba', 'delay', 'mean', '30ms');
	await edit.locator('.result[data-kind="bad"]').waitFor();
	assert(JSON.parse(lab('config', 'ba')).delay.mean === '10ms', 'nothing has changed');
	await page.context().close();
});

test('dark and light, and 375 pixels wide', async () => {
	for (const colorScheme of ['dark', 'light']) {
		const page = await open({ colorScheme, viewport: { width: 375, height: 800 } }, token, '#/link/wan');
		await live(page);
		await page.locator('form[aria-label$="ab"]').waitFor();
		await accessible(page, colorScheme);
		const wide = await page.evaluate(() => document.documentElement.scrollWidth);
		assert(wide <= 375, `it is ${wide} pixels wide`);
		await page.screenshot({ path: `${shots}/narrow-${colorScheme}.png` });
		for (const view of colorScheme === 'dark' ? ['flows', 'scenarios', 'replay', 'capture'] : []) {
			await page.goto(`${url}#/${view}`);
			await page.getByRole('heading', { level: 1, name: new RegExp(`^${view}$`, 'i') }).waitFor();
			await accessible(page, `${view}, ${colorScheme}`);
			near(await page.evaluate(() => document.documentElement.scrollWidth), 0, 375, `the width of ${view}`);
		}
		await page.getByRole('button', { name: /^Theme/ }).click();
		await page.context().close();
	}
});

test('everything is reached by keyboard', async () => {
	const page = await open();
	await live(page);
	const seen = new Set();
	for (let i = 0; i < 16; i++) {
		await page.keyboard.press('Tab');
		seen.add(await page.evaluate(() => document.activeElement.textContent.trim()));
	}
	for (const want of ['Skip to the content', 'Links', 'Flows', 'Scenarios', 'Replay', 'Capture', 'Events', 'Bypass all', 'wan'])
		assert(seen.has(want), `${want} is not reached`);
	await page.context().close();
});

test('the page comes back when wirefault does', async () => {
	const page = await open();
	page.mayFail = true;
	await live(page);
	await Promise.all([page.getByText(/trying again/).waitFor(), promisify(execFile)(command, ['restart'])]);
	await live(page);
	await page.context().close();
});

test('no error on the console, no request to elsewhere', async () => {
	assert(faults.length === 0, faults.join('; '));
});

let failed = 0;
console.log(`1..${tests.length}`);
for (const [i, [name]] of tests.entries()) {
	if (!tests[i][2])
		for (let k = i; k === i || tests[k]?.[2]; k++)
			(tests[k].done = tests[k][1]()).catch(() => {}); // told in its turn
	try {
		await tests[i].done;
		console.log(`ok ${i + 1} - ${name}`);
	} catch (error) {
		failed++;
		console.log(`not ok ${i + 1} - ${name}\n${String(error.message).split('\n').slice(0, 8).map((l) => `# ${l}`).join('\n')}`);
	}
}
await browser.close();
process.exit(failed > 0 ? 1 : 0);
