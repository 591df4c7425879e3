import { spawn } from 'child_process';
import { once } from 'events';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { startSandbox, type Sandbox } from '../../sandbox';
import { personId, sessionId } from '../../sandbox/state/seedData';
import { SHOP_ID } from '../../sandbox/state/seed';
import { tokens } from '../../sandbox/state/tokens';
import { call, control, type Reached } from './client';
import { claims, endpointOf, open } from './listener';

const WEBSITE = `/v1/website/${SHOP_ID}`;
const ONE = `${WEBSITE}/conversation/${sessionId(1)}`;

let folder: string;
let file: string;
const running: Sandbox[] = [];

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'sandbox-journal-'));
	file = join(folder, 'state');
});
afterEach(async () => {
	for (const sandbox of running.splice(0)) await sandbox.close();
	rmSync(folder, { recursive: true });
});

async function start(): Promise<Sandbox> {
	const sandbox = await startSandbox({ page: false, stateFile: file });
	running.push(sandbox);
	return sandbox;
}

/** The workspace of a second sandbox that starts with the current file while the first one still runs. */
const restarted = async () => (await start()).state;

async function visitorWrites(sandbox: Reached, text: string, more: object = {}) {
	return (await control(sandbox, '/visitor/message', { text, ...more })) as { session_id: string; fingerprint: number };
}

test('without a state file, nothing is persisted', async () => {
	const sandbox = await startSandbox({ page: false });
	running.push(sandbox);
	await visitorWrites(sandbox, 'Hello');
	expect([...(await restarted()).websites.get(SHOP_ID)!.conversations.values()]).toHaveLength(10);
});

test('a file of a sandbox without seats of type sandbox is restored', async () => {
	const sandbox = await start();
	await sandbox.close();
	running.pop();
	const old = readFileSync(file, 'utf8').replace(/"sandboxSeats":\[.*?\],/g, '');
	expect(old).not.toContain('sandboxSeats');
	writeFileSync(file, old);
	const { status, data } = await call(await start(), 'website', `GET ${WEBSITE}/operators/list`);
	expect([status, (data as unknown[]).length]).toEqual([200, 4]);
});

test('all changes are restored', async () => {
	const sandbox = await start();
	const { session_id } = await visitorWrites(sandbox, 'I am new', { nickname: 'Nell', email: 'nell@example.com' });
	const asWebsite = async (request: string, body?: unknown) => {
		expect((await call(sandbox, 'website', request, body)).status).toBeLessThan(300);
	};
	await asWebsite(`POST ${ONE}/message`, { type: 'text', from: 'operator', origin: 'chat', content: 'An answer' });
	await asWebsite(`PATCH ${ONE}/state`, { state: 'resolved' });
	await asWebsite(`PATCH ${ONE}/meta`, { subject: 'Oolong', segments: ['tea'], data: { cups: 3 } });
	await asWebsite(`DELETE ${WEBSITE}/conversation/${sessionId(2)}`);
	await asWebsite(`POST ${WEBSITE}/people/profile`, { email: 'new@example.com', person: { nickname: 'New' } });
	await asWebsite(`PUT ${WEBSITE}/people/data/${personId(2)}`, { data: { seen: true } });
	await asWebsite(`DELETE ${WEBSITE}/people/profile/${personId(1)}`);
	await control(sandbox, '/visitor/rating', { session_id, stars: 5 });
	await call(sandbox, 'user', 'POST /v1/website', { name: 'Second Shop', domain: 'second.example' });
	await call(sandbox, 'user', `PATCH /v1/website/${SHOP_ID}/settings`, { name: 'Renamed' });

	const { websites, account } = await restarted();
	expect(websites.size).toBe(4);
	expect(JSON.parse(JSON.stringify(plain(websites)))).toEqual(
		JSON.parse(JSON.stringify(plain(sandbox.state.websites))),
	);
	expect(account).toEqual(sandbox.state.account);
	expect(websites.get(SHOP_ID)?.people.has(personId(1))).toBe(false);
	expect(websites.get(SHOP_ID)?.conversations.get(sessionId(1))?.messages.at(-1)?.content).toBe('An answer');
});

/** Converts the websites to plain values and keeps their order, since the first website is special. */
const plain = (websites: Sandbox['state']['websites']) =>
	[...websites.values()].map((website) => ({
		...website,
		conversations: [...website.conversations.values()],
		people: [...website.people.values()],
		droppedSuggestions: [...website.droppedSuggestions],
	}));

test('an incomplete last line is dropped, and later changes are kept', async () => {
	const sandbox = await start();
	const { session_id } = await visitorWrites(sandbox, 'kept');
	const before = readFileSync(file, 'utf8');
	await visitorWrites(sandbox, 'cut', { session_id });
	const line = readFileSync(file, 'utf8').slice(before.length);
	expect(line.endsWith('\n')).toBe(true);
	for (const length of [0, 1, Math.floor(line.length / 2), line.length - 1]) {
		writeFileSync(file, before + line.slice(0, length));
		const next = await start();
		await visitorWrites(next, 'later', { session_id });
		const { messages } = (await restarted()).websites.get(SHOP_ID)!.conversations.get(session_id)!;
		expect(messages.map(({ content }) => content)).toEqual(['kept', 'later']);
	}
	writeFileSync(file, before + line);
	const { messages } = (await restarted()).websites.get(SHOP_ID)!.conversations.get(session_id)!;
	expect(messages.map(({ content }) => content)).toEqual(['kept', 'cut']);
});

test('a file that is not a journal is rejected and not changed', async () => {
	await start();
	appendFileSync(file, 'my diary\n');
	const content = readFileSync(file, 'utf8');
	await expect(start()).rejects.toThrow(`line 2 of ${file} is not a valid line of a sandbox journal`);
	expect(readFileSync(file, 'utf8')).toBe(content);
});

test('a sandbox whose port is in use does not touch the state file', async () => {
	const sandbox = await start();
	const port = Number(new URL(sandbox.url).port);
	await expect(startSandbox({ port, page: false, stateFile: file })).rejects.toThrow('EADDRINUSE');
	const { session_id } = await visitorWrites(sandbox, 'still here');
	expect((await restarted()).websites.get(SHOP_ID)?.conversations.has(session_id)).toBe(true);
});

test('a retried message of a visitor with the same fingerprint is stored once', async () => {
	const sandbox = await start();
	const said = { session_id: sessionId(1), fingerprint: 4711 };
	await visitorWrites(sandbox, 'Once', said);
	expect(await visitorWrites(sandbox, 'Once', said)).toMatchObject(said);
	const { messages } = sandbox.state.websites.get(SHOP_ID)!.conversations.get(sessionId(1))!;
	expect(messages.filter(({ content }) => content === 'Once')).toHaveLength(1);
	expect(await control(sandbox, '/visitor/message', { text: 'x', fingerprint: 'y' })).toMatchObject({ error: true });
});

test('a killed sandbox restores every change that it announced or confirmed', async () => {
	const told = new Set<string>();
	for (let life = 0; life < 3; life++) {
		const sandbox = await startProcess();
		const listener = open(await endpointOf(sandbox));
		listener.socket.emit('authentication', claims(sandbox, 'website', ['message:send']));
		await listener.first('authenticated');
		const end = listener.disconnected();
		const write = async (number: number) => {
			const text = `life ${life}, message ${number}`;
			await visitorWrites(sandbox, text, { session_id: sessionId(1) });
			told.add(text);
			// While other requests are in progress.
			if (number === 50) sandbox.kill();
		};
		await Promise.allSettled(Array.from({ length: 100 }, async (_, number) => await write(number)));
		await end;
		listener.socket.close();
		for (const { content } of listener.all('message:send')) told.add(String(content));
	}
	const { messages } = (await restarted()).websites.get(SHOP_ID)!.conversations.get(sessionId(1))!;
	const kept = messages.map(({ content }) => content);
	expect(told.size).toBeGreaterThan(100);
	expect([...told].filter((text) => !kept.includes(text))).toEqual([]);
}, 30_000);

/** Starts the sandbox in a separate process, which can be killed. */
async function startProcess(): Promise<Reached & { kill(): void }> {
	const args = ['--import', 'tsx', 'sandbox/bin.ts', '--port', '0', '--state', file];
	const child = spawn(process.execPath, args, { cwd: join(__dirname, '../..') });
	let output = '';
	child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
	while (!output.includes('Harbour Pottery')) await once(child.stdout, 'data');
	const [url = ''] = /http:\/\/127\.0\.0\.1:\d+/.exec(output) ?? [];
	return { url, tokens, kill: () => child.kill('SIGKILL') };
}
