import { NodeOperationError, type INode } from 'n8n-workflow';

/** The answer to a request that starts nothing. */
interface Answer {
	/** The HTTP status. Crisp delivers again after anything but 200, and suspends webhooks that are answered so. */
	status: 200 | 401 | 503;
	/** Why a request could not be verified, in words, and what to do, for n8n's log. */
	why?: string;
	cure?: string;
}

/**
 * How a request that starts nothing is answered, by the reason. The reasons for each status are in
 * docs/decisions/0009-webhook-answers.md.
 */
export const answers = {
	signing_secret_not_set: {
		status: 401,
		why: 'the credential has no signing secret',
		cure: "Use a credential of tier Plugin, turn on 'Receive Webhooks' there, and copy the signing secret of the hook from Crisp Marketplace into 'Signing Secret' of the credential.",
	},
	signature_missing: {
		status: 401,
		why: 'it has no signature',
		cure: "If it came from Crisp, check 'Hook': only plugin hooks are signed.",
	},
	signature_wrong: {
		status: 401,
		why: 'its signature is wrong',
		cure: "If it came from Crisp, copy the signing secret of the hook into 'Signing Secret' of the credential again.",
	},
	webhook_key_not_set: {
		status: 401,
		why: 'the credential has no webhook key',
		cure: "Use a credential of tier Website, and turn on 'Receive Webhooks' there. Set 'Webhook Key' of the credential to a long random text, and add it to the URL in Crisp as ?key=….",
	},
	key_missing: {
		status: 401,
		why: 'its URL has no key',
		cure: "If it came from Crisp, add ?key= and the 'Webhook Key' of the credential to the URL in Crisp.",
	},
	key_wrong: {
		status: 401,
		why: 'the key in its URL is wrong',
		cure: "If it came from Crisp, copy 'Webhook Key' of the credential into the URL in Crisp again.",
	},
	credential_unavailable: { status: 503 },
	starting: { status: 503 },
	too_old: { status: 200 },
	not_an_event: { status: 200 },
	not_chosen: { status: 200 },
	known: { status: 200 },
} as const satisfies Record<string, Answer>;

/** Why a request starts nothing. */
export type Reason = keyof typeof answers;

/** Why a request could not be verified. */
export type Fault = { [Name in Reason]: (typeof answers)[Name]['status'] extends 401 ? Name : never }[Reason];

/** Why a request could not be verified, with the reason in brackets. */
export function whyOf(fault: Fault): string {
	return `${answers[fault].why} (${fault})`;
}

/** What to do about a request that could not be verified. */
export function cureOf(fault: Fault): string {
	return answers[fault].cure;
}

/**
 * The error for a test in the editor, if the credential lacks what requests are verified with; undefined for other
 * faults, which requests of others can have, too.
 */
export function unsetError(node: INode, fault: Fault): NodeOperationError | undefined {
	if (fault === 'signing_secret_not_set') {
		return new NodeOperationError(node, "'Signing Secret' of the credential is empty", {
			description: `No request can be verified without it. ${cureOf(fault)}`,
		});
	}
	if (fault !== 'webhook_key_not_set') return undefined;
	return new NodeOperationError(node, "'Webhook Key' of the credential is empty", {
		description: `No request can be verified without it. ${cureOf(fault)}`,
	});
}
