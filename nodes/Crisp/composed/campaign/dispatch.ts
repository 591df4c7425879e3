import { UserError, type IDataObject } from 'n8n-workflow';
import { ifThere } from '../../../shared/api/client';
import { refusalOf } from '../../../shared/errors/apiErrors';
import { textIn } from '../../../shared/runtime/coerce';
import type { Composing } from '../../operations/operation';
import { attemptOf, sendNoted } from '../../sending/attempts';

/** When Crisp is asked whether it has dispatched a campaign, in milliseconds after the request without an answer. */
const lookups = [1_000, 3_000, 12_000];

/** Longer than Crisp answers a GET from its cache, in milliseconds (docs/assumptions.md). */
const cacheTime = 12_000;

/**
 * Dispatches a campaign once. The request is sent only if Crisp says that the campaign is not dispatched, and never again
 * for an item after an answer was lost: people would get the campaign twice. Returns whether this item dispatched it;
 * false if it was dispatched before, by anything else. Throws a UserError if the campaign is not ready, with the advice
 * for that, and if it stays unclear whether it was dispatched.
 */
export async function dispatchOnce(composing: Composing, path: string, adviceIfNotReady: string): Promise<boolean> {
	const attempt = await attemptOf(composing, 'dispatch');
	let stateBefore = await stateOf(composing, path);
	if (stateBefore.isNotReady && !stateBefore.isDispatched && !attempt.isUnanswered) {
		// The answer may be older than what has made the campaign ready.
		await composing.clock.sleep(cacheTime, composing.signal);
		stateBefore = await stateOf(composing, path);
	}
	if (stateBefore.isDispatched) return attempt.isUnanswered;
	let fault: unknown;
	if (!attempt.isUnanswered) {
		if (stateBefore.isNotReady) throw notReady(adviceIfNotReady);
		const send = async () => await composing.client.send({ method: 'POST', path: `${path}/dispatch` });
		fault = await sendNoted(attempt, send).then(
			() => undefined,
			(error: unknown) => error ?? new Error(composing.node.name),
		);
		if (fault === undefined) return true;
	}
	if (!attempt.isUnanswered) return await refused(composing, path, fault as Error);
	if (!(await appears(composing, path))) throw unclear();
	attempt.isUnanswered = false;
	return true;
}

/** False if Crisp refused to dispatch a campaign because it is dispatched already; throws the refusal otherwise. */
async function refused(composing: Composing, path: string, refusal: Error): Promise<false> {
	const saysSo = /already/i.test(refusalOf(refusal)?.reason ?? '');
	const state = saysSo ? undefined : await stateOf(composing, path).catch(() => undefined);
	if (saysSo || state?.isDispatched) return false;
	throw refusal;
}

interface State {
	isDispatched: boolean;
	/** False if Crisp does not say. */
	isNotReady: boolean;
}

async function stateOf({ client }: Composing, path: string): Promise<State> {
	const found = Object(await ifThere(client.send({ method: 'GET', path }))) as IDataObject;
	return { isDispatched: wasDispatched(found), isNotReady: found.ready === false };
}

/** Whether Crisp shows a campaign as dispatched, by any of the fields that tell. */
export function wasDispatched({ dispatched, running, dispatched_at }: IDataObject): boolean {
	return dispatched === true || running === true || (textIn(dispatched_at) !== '' && textIn(dispatched_at) !== '0');
}

/** Whether the campaign is dispatched after some seconds. False, too, if Crisp cannot be reached. */
async function appears(composing: Composing, path: string): Promise<boolean> {
	const { clock, signal } = composing;
	let waited = 0;
	for (const moment of lookups) {
		await clock.sleep(moment - waited, signal);
		waited = moment;
		if (signal?.aborted) return false;
		const state = await stateOf(composing, path).catch(() => undefined);
		if (state?.isDispatched) return true;
	}
	return false;
}

const notReady = (description: string) => new UserError('The campaign is not ready to be dispatched', { description });

const unclear = () =>
	new UserError('It is unclear whether Crisp dispatched the campaign. It is not dispatched again', {
		description:
			'Look at the campaign in Crisp. If it was not sent, dispatch it there, or run Campaign: Dispatch in another execution.',
	});
