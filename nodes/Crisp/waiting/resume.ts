import { timingSafeEqual } from 'node:crypto';
import type { IDataObject, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { clientFor, ifThere, type Client } from '../../shared/api/client';
import { openTransport, type Credential } from '../../shared/api/transport';
import { ownKeyOf } from '../../shared/events/fingerprint';
import { reasonOf } from '../../shared/errors/apiErrors';
import { logOf } from '../../shared/n8n/log';
import { keptWithExecution } from '../../shared/n8n/waiting';
import { clock as systemClock, type Clock } from '../../shared/runtime/clock';
import { mapConcurrently } from '../../shared/runtime/concurrency';
import { ownedMap, Store } from '../../shared/runtime/processState';
import { textIn } from '../../shared/runtime/coerce';
import { longestNote, type Decision } from '../../shared/waits/reference';
import { answerFrom, pathOfMessage, readWait, type Found } from './answers';
import { decidedNote, type NoteContext } from './noteText';
import { outputOf } from './output';
import { givenIn, pageHeaders, questionPage, textPage } from './page';
import { keyParameter, memoryName, type Answer, type Wait, type Waits } from './wait';

/** What this request belongs to, and what it needs to read from Crisp. */
interface Resuming extends NoteContext {
	context: IWebhookFunctions;
	client: Client;
	clock: Clock;
	waits: Waits;
	/** The wait that the address names. */
	wait: Wait;
}

/** How long to wait before a decision is read again, in milliseconds: longer than another process needs to write its own. */
const settling = 1_500;

/** Until when an answer by link may still be settled by the request that wrote it, in milliseconds after it was given. */
const settled = 5_000;

const queues = ownedMap<Promise<unknown>>('requests to executions that wait, by execution');

/** Runs of nodes that were resumed: n8n up to 2.35 would resume an execution twice. */
const resumed = new Store<true>({ name: 'executions that were resumed', maxEntries: 10_000, maxAge: 10_000 });

/**
 * Answers a request to an execution that waits. A GET shows a page and decides nothing. A form that is posted writes its
 * answer into the note. Any other POST says only that there may be something to read. The execution resumes once each item
 * has an answer in Crisp, or the time is over. The signature of the address has to be the one that n8n gave.
 */
export async function resumeWait(
	context: IWebhookFunctions,
	{ clock = systemClock }: { clock?: Clock } = {},
): Promise<IWebhookResponseData> {
	try {
		return await answerRequest(context, clock);
	} catch (error) {
		// n8n would end the execution with the error, and with it the wait.
		logOf(context).warn(`An answer could not be read: ${reasonOf(error)}. The execution goes on waiting.`);
		return shown(
			context,
			'Try again',
			'The answer could not be read from Crisp. Nothing is lost: try again later.',
			503,
		);
	}
}

async function answerRequest(context: IWebhookFunctions, clock: Clock): Promise<IWebhookResponseData> {
	const waits = keptWithExecution(context, memoryName) as Waits | undefined;
	const query = context.getQueryData() as IDataObject;
	const key = textIn(query[keyParameter]);
	const wait = waits?.waits.find((one) => one.key === key);
	if (!waits || !wait) return shown(context, 'No answer needed', 'The workflow no longer waits for this answer.', 404);
	if (!isSigned(wait, query)) return shown(context, 'Not valid', 'The link is not the one of the note.', 401);
	const credential = await context.getCredentials<Credential>('crispApi');
	const client = clientFor(openTransport(context, credential, { clock, isPatient: false }));
	const ownKey = ownKeyOf(credential, context.getInstanceId());
	const resuming = { context, client, clock, waits, wait, ownKey, timezone: context.getTimezone() };
	const isOpened = context.getRequestObject().method === 'GET';
	return await inTurn(addressOf(wait), async () => await (isOpened ? show(resuming) : answer(resuming)));
}

/** Compares the signature with that of the address that was given out: some versions of n8n do not check it. */
function isSigned({ url }: Wait, query: IDataObject): boolean {
	const [given, expected] = [textIn(query.signature), new URL(url).searchParams.get('signature') ?? ''].map((one) =>
		Buffer.from(one),
	) as [Buffer, Buffer];
	return expected.length > 0 && given.length === expected.length && timingSafeEqual(given, expected);
}

/** Lets requests to an execution wait for each other, so that each sees what an earlier one has written. */
async function inTurn<Result>(execution: string, task: () => Promise<Result>): Promise<Result> {
	const turn = (queues.get(execution) ?? Promise.resolve()).then(task);
	const over = turn.then(
		() => undefined,
		() => undefined,
	);
	queues.set(execution, over);
	try {
		return await turn;
	} finally {
		if (queues.get(execution) === over) queues.delete(execution);
	}
}

/** Shows the page; decides nothing. An answer that is there resumes the execution, if the request that wrote it could not. */
async function show(resuming: Resuming): Promise<IWebhookResponseData> {
	const { context, wait } = resuming;
	const found = await readWait(wait, resuming);
	if (isAnswered(found)) return await resumeAgain(resuming, found, 200);
	if (!wait.hasLink) {
		const who = wait.ask === 'team' ? 'with a private note in Crisp' : 'in the chat';
		return shown(context, 'n8n waits for an answer', `The answer is given ${who}.`);
	}
	return respond(context, questionPage(wait), 200);
}

type Answered = Found & { answer: Answer };

const isAnswered = (found: Found): found is Answered => found.answer !== undefined;

/** For an answer that was given before: the request that wrote it may have failed before the execution resumed. */
async function resumeAgain(resuming: Resuming, found: Answered, status: number): Promise<IWebhookResponseData> {
	const { context, clock } = resuming;
	const { answer } = found;
	const isSettling = answer.by === 'link' && clock.now() - (answer.timestamp ?? 0) < settled;
	if (isSettling) return shown(context, 'Already answered', outcome(answer), status);
	return await resume(resuming, found, textPage('Already answered', outcome(answer)), status);
}

function outcome({ by, choice, operator_name: name }: Answer): string {
	const what = choice ? `“${choice.label}”` : 'Somebody has answered';
	return by === 'link' ? `${what}, by link.` : `${what}, in Crisp${name ? `, by ${name}` : ''}.`;
}

async function answer(resuming: Resuming): Promise<IWebhookResponseData> {
	const { context, wait } = resuming;
	const body = Object(context.getBodyData()) as IDataObject;
	const isForm = wait.hasLink && body.nudge === undefined;
	const found = await readWait(wait, resuming);
	if (!isForm) return await resume(resuming, found, { waiting: true });
	if (isAnswered(found)) return await resumeAgain(resuming, found, 409);
	if (isOver(wait, resuming.clock.now())) return shown(context, 'Too late', 'The time for an answer is over.', 410);
	const given = JSON.parse(JSON.stringify(givenIn(wait, body))) as IDataObject;
	const decided = answerFrom(wait, given);
	if (!decided) return shown(context, 'Not complete', 'Go back and fill in what is required.', 400);
	const decision: Decision = { by: 'link', at: resuming.clock.now(), given };
	const content = decidedNote(wait, { decision, answer: decided }, resuming);
	if (content.length > longestNote) {
		return shown(context, 'Too long', 'Go back and shorten what you have entered. It was not saved.', 413);
	}
	await writeNote(resuming, content);
	await resuming.clock.sleep(settling);
	const read = await readWait(wait, resuming);
	const isKept = read.reference?.decision?.at === decision.at && read.answer?.by === 'link';
	if (!isKept && read.answer) return shown(context, 'Already answered', outcome(read.answer), 409);
	if (!isKept) return shown(context, 'Not saved', 'Crisp did not save the answer. Open the link again.', 502);
	return await resume(resuming, read, textPage('Thank you', 'The answer was saved. This page can be closed.'));
}

/** Lets the execution continue if each item has its answer or its time is over; otherwise it goes on waiting. */
async function resume(
	resuming: Resuming,
	known: Found,
	response: IDataObject | string,
	status = 200,
): Promise<IWebhookResponseData> {
	const { context, clock, waits, wait } = resuming;
	const now = clock.now();
	const answers = await allAnswers(resuming, known);
	const isPage = typeof response === 'string';
	if (!answers) return isPage ? respond(context, response, status) : { webhookResponse: response };
	if (resumed.has(runOf(wait))) return isPage ? respond(context, response, status) : busy(context);
	resumed.set(runOf(wait), true);
	const webhookResponse = isPage ? response : { resumed: true };
	return { webhookResponse, workflowData: [outputOf(context.getNode(), waits, { answers, now })] };
}

/** How many conversations are read at the same time. */
const atOnce = 4;

/** The answers of all items; undefined if one is missing whose time is not over. Notes show what was decided. */
async function allAnswers(resuming: Resuming, known: Found): Promise<Map<Wait, Answer> | undefined> {
	const { waits, wait, clock } = resuming;
	const now = clock.now();
	const found = new Map<Wait, Found>([[wait, known]]);
	const isOpen = (one: Wait) => !found.get(one)?.answer && !isOver(one, now);
	if (isOpen(wait)) return undefined;
	await settle(resuming, wait, known);
	const others = waits.waits.filter((one) => one !== wait);
	let isMissing = false;
	await mapConcurrently(others, atOnce, async (one) => {
		if (isMissing) return;
		found.set(one, await readWait(one, resuming));
		isMissing ||= isOpen(one);
	});
	if (isMissing) return undefined;
	for (const one of others) await settle(resuming, one, found.get(one) ?? {});
	return new Map([...found].flatMap(([one, { answer }]) => (answer ? [[one, answer] as const] : [])));
}

/** Writes into the note what a reply has decided, or that the time is over; not if the note says so already. */
async function settle(resuming: Resuming, wait: Wait, { reference, answer }: Found): Promise<void> {
	if (!reference || reference.decision) return;
	const at = answer?.timestamp ?? resuming.clock.now();
	// The answer counts without it; people who read the conversation see it a little later, or not.
	const content = decidedNote(wait, { decision: { by: answer ? 'reply' : 'time', at }, answer }, resuming);
	await writeNote({ ...resuming, wait }, content).catch(() => undefined);
}

async function writeNote({ client, wait }: Resuming, content: string): Promise<void> {
	await ifThere(client.send({ method: 'PATCH', path: pathOfMessage(wait, wait.note), body: { content } }));
}

/** The address of the node in the execution; in a loop, the same for all its runs. */
const addressOf = ({ url }: Wait) => url.replace(/\?.*/s, '');

/** Names the run of the node, of which the key of the wait begins with the index. */
const runOf = (wait: Wait) => `${addressOf(wait)} ${wait.key.split('.')[0]}`;

const isOver = ({ until }: Wait, now: number) => until > 0 && now >= until;

/** n8n may be resuming the execution: who asks tries again, in case that it fails. */
function busy(context: IWebhookFunctions): IWebhookResponseData {
	context.getResponseObject().status(503).send('{"resuming":true}');
	return { noWebhookResponse: true };
}

function shown(context: IWebhookFunctions, title: string, text: string, status = 200): IWebhookResponseData {
	return respond(context, textPage(title, text), status);
}

function respond(context: IWebhookFunctions, page: string, status: number): IWebhookResponseData {
	context.getResponseObject().status(status).set(pageHeaders).send(page);
	return { noWebhookResponse: true };
}
