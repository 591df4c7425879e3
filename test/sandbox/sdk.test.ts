import { Crisp } from 'crisp-api';
import { startSandbox, type Sandbox } from '../../sandbox';
import type { Tier } from '../../sandbox/http/routes';
import { SHOP_ID, sessionId } from '../../sandbox/state/seed';
import { operators, sandboxSeats } from '../../sandbox/state/seedData';

/** Tests the sandbox with Crisp's own SDK, which is independent of this project. */
function client(sandbox: Sandbox, tier: Tier): Crisp {
	const crisp = new Crisp();
	crisp.setRestHost(sandbox.url);
	crisp.setRtmMode('websockets');
	crisp.authenticateTier(tier, sandbox.tokens[tier].identifier, sandbox.tokens[tier].key);
	return crisp;
}

/** The SDK cannot disconnect; its socket would keep the process alive. */
const hangUp = (crisp: Crisp) => (crisp as unknown as { _socket: { close(): void } | null })._socket?.close();

const socketOf = (crisp: Crisp) =>
	(crisp as unknown as { _socket: { once(event: string, received: () => void): void } })._socket;

let sandbox: Sandbox;
beforeEach(async () => {
	sandbox = await startSandbox({ page: false });
});
afterEach(() => sandbox.close());

test('sends messages and reads them', async () => {
	const { website } = client(sandbox, 'plugin');
	const { session_id = '' } = await website.createNewConversation(SHOP_ID);
	const message = { type: 'text', from: 'user', origin: 'chat', content: 'Hello' } as const;
	const sent = await website.sendMessageInConversation(SHOP_ID, session_id, message);
	const fingerprint = (sent as { fingerprint: number }).fingerprint;
	const messages = await website.getMessagesInConversation(SHOP_ID, session_id);
	expect(messages).toMatchObject([{ ...message, fingerprint }]);
	await website.updateConversationMetas(SHOP_ID, session_id, { nickname: 'Ana', data: { a: 1 } });
	expect(await website.getConversationMetas(SHOP_ID, session_id)).toMatchObject({ nickname: 'Ana' });
	await website.changeConversationState(SHOP_ID, session_id, 'resolved');
	expect(await website.getConversationState(SHOP_ID, session_id)).toEqual({ state: 'resolved' });
	await website.markMessagesReadInConversation(SHOP_ID, session_id, {
		from: 'user',
		origin: 'chat',
		fingerprints: [fingerprint],
	});
	const [latest] = await website.listConversations(SHOP_ID, 1, { per_page: 20 });
	expect(latest).toMatchObject({ session_id, unread: { operator: 0, visitor: 0 } });
});

test('creates people and finds them', async () => {
	const { website } = client(sandbox, 'website');
	const email = 'ana@new.example';
	await website.addNewPeopleProfile(SHOP_ID, { email, person: { nickname: 'Ana' } });
	const found = await website.listPeopleProfiles(SHOP_ID, 1, undefined, undefined, undefined, undefined, email);
	expect(found).toMatchObject([{ email, person: { nickname: 'Ana' } }]);
	await website.checkPeopleProfileExists(SHOP_ID, email);
	await website.updatePeopleProfile(SHOP_ID, email, { segments: ['new'] });
	expect(await website.getPeopleProfile(SHOP_ID, email)).toMatchObject({ segments: ['new'] });
	await website.removePeopleProfile(SHOP_ID, email);
	await expect(website.getPeopleProfile(SHOP_ID, email)).rejects.toMatchObject({
		code: 404,
		message: 'people_not_found',
	});
});

test('gets the reason of an error', async () => {
	const { website } = client(sandbox, 'plugin');
	const message = { type: 'text', from: 'nobody', origin: 'chat', content: 'Hello' };
	const send = website.sendMessageInConversation(SHOP_ID, sessionId(1), message as never);
	await expect(send).rejects.toMatchObject({ code: 400, message: 'invalid_data' });
});

test('lists operators, inboxes and settings', async () => {
	const { website } = client(sandbox, 'plugin');
	expect(await website.listWebsiteOperators(SHOP_ID)).toHaveLength(operators.length + sandboxSeats.length);
	expect(await website.listInboxes(SHOP_ID)).toHaveLength(2);
	expect(await website.getWebsiteSettings(SHOP_ID)).toMatchObject({ name: 'Thistle Tea' });
});

test.each<Tier>(['plugin', 'website', 'user'])('receives events with a %s token', async (tier) => {
	const crisp = client(sandbox, tier);
	// Only the promise of the first listener waits for the socket, which the SDK opens half a second later.
	const isConnected = crisp.on('session:set_state', () => undefined);
	const said = new Promise((resolve) => void crisp.on('message:send', resolve));
	const answered = new Promise((resolve) => void crisp.on('message:received', resolve));
	await isConnected;
	await heardFrom(crisp, 'authenticated');
	const message = { type: 'text', origin: 'chat', content: 'Hello' } as const;
	await crisp.website.sendMessageInConversation(SHOP_ID, sessionId(1), { ...message, from: 'user' });
	await crisp.website.sendMessageInConversation(SHOP_ID, sessionId(1), { ...message, from: 'operator' });
	expect(await said).toMatchObject({ ...message, website_id: SHOP_ID, session_id: sessionId(1) });
	expect(await answered).toMatchObject({ ...message, from: 'operator' });
	hangUp(crisp);
});

async function heardFrom(crisp: Crisp, event: string): Promise<void> {
	await new Promise<void>((resolve) => socketOf(crisp).once(event, resolve));
}
