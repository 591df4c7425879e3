import { sendAndWait } from '../../../nodes/Crisp/composed/message/sendAndWait';
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { HurriedTime } from '../../support/hurriedTime';
import { execute, type Execution } from '../../support/n8nContext';
import { control, messagesIn } from '../../support/visitor';
import { credentialFor, locator, operator, shop, useSandbox } from '../../support/sandboxWorkspace';

const sandbox = useSandbox();

let time: HurriedTime;
let session_id: string;

beforeEach(async () => {
	session_id = String((await control(sandbox.current, 'visitor/message', { text: 'Hello' })).session_id);
	time = new HurriedTime();
});
afterEach(() => jest.restoreAllMocks());

const ask = async (parameters: INodeParameters = {}, more: Partial<Execution> = {}) =>
	await execute({
		credential: credentialFor(sandbox.current),
		parameters: {
			resource: 'message',
			operation: 'sendAndWait',
			sessionId: locator('={{ $json.session_id }}'),
			wait: 'execution',
			type: 'text',
			content: 'Which size?',
			replyFrom: 'user',
			waitMinutes: 5,
			...parameters,
		},
		items: [{ session_id }],
		...more,
	});

const picker: INodeParameters = {
	type: 'picker',
	contentText: 'Helped?',
	contentChoices: {
		rows: [
			{ value: 'yes', label: 'Yes, please', icon: '' },
			{ value: 'no', label: 'No, thanks', icon: '' },
		],
	},
};

const says = async (text: string, who = 'visitor') =>
	await control(sandbox.current, `${who}/message`, { session_id, text });

const questions = async () => (await messagesIn(sandbox.current, session_id)).filter(({ from }) => from === 'operator');

const answers = async (path: string, value: string) => {
	const [question] = await questions();
	await control(sandbox.current, `visitor/${path}`, { session_id, fingerprint: question?.fingerprint, value });
};

describe('a question that waits for its reply', () => {
	it('ends with a message of the visitor', async () => {
		time.after(7_000, async () => await says('The large one'));
		const [item] = await ask();
		const written = (await messagesIn(sandbox.current, session_id)).at(-1);
		const [question] = await questions();
		expect(item).toEqual({
			json: {
				session_id,
				website_id: shop,
				conversation_url: `https://app.crisp.chat/website/${shop}/inbox/${session_id}/`,
				answered: true,
				text: 'The large one',
				choice: null,
				choice_label: null,
				file_url: null,
				from: 'user',
				fingerprint: written?.fingerprint,
				timestamp: written?.timestamp,
				sent_at: new Date(Number(written?.timestamp)).toISOString(),
				waited_seconds: 8,
				question_fingerprint: question?.fingerprint,
			},
			pairedItem: { item: 0 },
		});
		const names = Object.keys(item?.json ?? {});
		expect(sendAndWait.returns?.filter((name) => names.includes(name))).toEqual(names);
		expect(question).toMatchObject({ type: 'text', content: 'Which size?', from: 'operator' });
	});

	it("ends with the visitor's choice", async () => {
		time.after(3_000, async () => await answers('choice', 'no'));
		const [item] = await ask(picker);
		expect(item?.json).toMatchObject({
			answered: true,
			text: 'No, thanks',
			choice: 'no',
			choice_label: 'No, thanks',
			waited_seconds: 4,
		});
		expect(item?.json.fingerprint).toBe(item?.json.question_fingerprint);
	});

	it('ends with the value that the visitor fills in', async () => {
		time.after(3_000, async () => await answers('field', 'TT-1'));
		const [item] = await ask({ type: 'field', contentText: 'Which order?', contentExplain: 'Number' });
		expect(item?.json).toMatchObject({ answered: true, text: 'TT-1', choice: null });
	});

	it('ends with a text even if choices were offered', async () => {
		time.after(3_000, async () => await says('What do you mean?'));
		const [item] = await ask(picker);
		expect(item?.json).toMatchObject({ answered: true, text: 'What do you mean?', choice: null });
	});

	it('does not end with messages of others or of this n8n', async () => {
		const other = { resource: 'message', operation: 'send', sessionId: locator(session_id), type: 'text' };
		time.after(3_000, async () => await says('I take over', 'operator'));
		const [visitor] = await ask({ waitMinutes: 1 });
		expect(visitor?.json).toMatchObject({ answered: false, text: null, waited_seconds: 60 });
		time.after(3_000, async () => {
			const credential = credentialFor(sandbox.current);
			await execute({ credential, parameters: { ...other, content: 'From another workflow' } });
			await says('From the visitor');
		});
		time.after(9_000, async () => await says('From a person', 'operator'));
		const [item] = await ask({ type: 'note', content: 'May I refund?', replyFrom: 'operator' });
		expect(item?.json).toMatchObject({ answered: true, text: 'From a person', from: 'operator' });
		time.after(3_000, async () => await says('Anyone', 'operator'));
		expect((await ask({ replyFrom: 'anyone' }))[0]?.json.text).toBe('Anyone');
	});

	it('finds the reply after more messages than Crisp returns at once', async () => {
		time.after(1_000, async () => {
			for (let n = 0; n < 85; n++) await says(`${n}`, 'operator');
			await says('Here I am');
		});
		expect((await ask())[0]?.json.text).toBe('Here I am');
	});

	it('continues without a reply when time is up, or fails if set', async () => {
		const before = sandbox.current.requests.length;
		const [item] = await ask();
		expect(item?.json).toMatchObject({ answered: false, choice: null, fingerprint: null, waited_seconds: 300 });
		expect(sandbox.current.requests.length - before).toBeLessThan(60);
		expect(Math.min(...time.sleeps.slice(0, -1))).toBe(2_000);
		expect(Math.max(...time.sleeps)).toBe(10_000);
		const failing = ask({ waitMinutes: 1, additionalFields: { fails: true } });
		await expect(failing).rejects.toThrow('No reply came within 1 minute');
	});

	it('accepts a reply in the last second', async () => {
		time.after(59_999, async () => await says('Just in time'));
		expect((await ask({ waitMinutes: 1 }))[0]?.json.text).toBe('Just in time');
	});

	it('is sent once, however often n8n runs the node again', async () => {
		time.after(1_000, async () => sandbox.current.faults.fail({ status: 403, reason: 'not_allowed' }));
		await expect(ask({}, { executionId: 'again' })).rejects.toThrow('not_allowed');
		sandbox.current.faults.reset();
		time.after(3_000, async () => await says('Large'));
		const [item] = await ask({}, { executionId: 'again' });
		expect(item?.json.text).toBe('Large');
		expect(await questions()).toHaveLength(1);
		await ask({ waitMinutes: 1 }, { executionId: 'another' });
		expect(await questions()).toHaveLength(2);
	});

	it('survives a temporary failure of Crisp', async () => {
		time.after(3_000, async () => sandbox.current.faults.fail({ status: 503, times: 1_000 }));
		time.after(60_000, async () => {
			sandbox.current.faults.reset();
			await says('Large');
		});
		expect((await ask())[0]?.json.text).toBe('Large');
	});

	it('ends when the execution is cancelled', async () => {
		const cancel = new AbortController();
		time.after(5_000, async () => cancel.abort());
		await expect(ask({}, { signal: cancel.signal })).rejects.toThrow('cancelled');
		const asked = sandbox.current.requests.length;
		await new Promise((resolve) => setImmediate(resolve));
		expect(sandbox.current.requests).toHaveLength(asked);
	});

	it('is not sent with an invalid waiting time', async () => {
		for (const waitMinutes of [0, 16, -1]) {
			await expect(ask({ waitMinutes })).rejects.toThrow("'Wait at Most (Minutes)' cannot be");
		}
		expect(await questions()).toEqual([]);
	});

	it('is sent for each item, in order; one that cannot be sent stops no other', async () => {
		const second = String((await control(sandbox.current, 'visitor/message', { text: 'Me too' })).session_id);
		const items: IDataObject[] = [{ session_id: 'session_unknown' }, { session_id }, { session_id: second }];
		time.after(3_000, async () => {
			await control(sandbox.current, 'visitor/message', { session_id: second, text: 'Second' });
			await says('First');
		});
		const given = await ask({}, { items, onError: 'continueRegularOutput' });
		expect(given.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }, { item: 2 }]);
		expect(given[0]?.json.error).toContain('conversation_not_found');
		expect(given.map(({ json }) => json.text)).toEqual([undefined, 'First', 'Second']);
	});

	it('is sent with the given sender', async () => {
		time.after(1_000, async () => await says('Hi'));
		const userId = operator;
		await ask({ additionalFields: { automated: true, userUserId: userId, userType: 'website' } });
		expect((await questions())[0]).toMatchObject({ automated: true, user: { user_id: operator } });
	});
});
