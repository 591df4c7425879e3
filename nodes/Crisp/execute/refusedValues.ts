import { NodeApiError } from 'n8n-workflow';
import { fieldNamedByCrisp, refusalOf } from '../../shared/errors/apiErrors';
import type { FormField } from '../request/fieldsOf';

/** What was sent, for the error if Crisp refuses a value of it. */
export interface Sent {
	/** The fields of the operation. */
	fields: FormField[];
	/** What was sent as an empty text, as `emptyTextsIn` names it. */
	emptyTexts: string[];
	/** The label of the collection that holds optional fields, such as "Update Fields". */
	collection: string;
}

/**
 * Runs what sends requests. If Crisp refuses one as `invalid_data` (400), the error names the field by its label, where
 * Crisp names it by its own, and the empty texts, which are a likely reason. Other errors pass unchanged.
 */
export async function explainingRefusals<Result>(sent: Sent, run: () => Promise<Result>): Promise<Result> {
	return await run().catch(async (error: Error) => {
		if (isInvalidData(error) && !explained.has(error)) explain(error, sent);
		return await Promise.reject(error);
	});
}

/** Items may share an error, which is explained once. */
const explained = new WeakSet<Error>();

function explain(error: NodeApiError, { fields, emptyTexts, collection }: Sent): void {
	explained.add(error);
	const label = labelIn(refusalOf(error)?.detail ?? '', fields);
	if (label) error.description = error.description?.replace(fieldNamedByCrisp, `'${label}'`);
	if (emptyTexts.length === 0) return;
	const labels = emptyTexts.join(', ');
	error.message = error.message.replace(/\.$/, '');
	error.message += `. Sent as empty text: ${labels}`;
	const advice = `Crisp probably does not accept an empty text in ${labels}: remove it from '${collection}', leave it as it is for items without a value with an expression such as {{ $json.phone || null }}, or switch off 'Clear Empty Fields'.`;
	error.description = `${advice} ${error.description ?? ''}`.trim();
}

/**
 * The label of the field that Crisp's details begin with: `FIELD_PROPERTIES:ISSUE_PATTERN`, as seen in the real Crisp, or
 * `person.nickname: must be a string`. Undefined if it is none of the form, or one of several.
 */
export function labelIn(detail: string, fields: FormField[]): string | undefined {
	const [, said] = /^(?:FIELD_)?(\w[\w.[\]-]*)\s*:/i.exec(detail) ?? [];
	if (said === undefined) return undefined;
	const wanted = plain(said);
	const named = fields.map(({ name, label }) => ({ name: plain(name), label })).filter(({ name }) => name !== '');
	const fits: Array<(name: string) => boolean> = [
		(name) => name === wanted,
		(name) => name.endsWith(`_${wanted}`),
		// A value within the field, such as a key of it.
		(name) => wanted.startsWith(`${name}_`),
	];
	const found = fits.map((isMeant) => named.filter(({ name }) => isMeant(name))).find(({ length }) => length > 0) ?? [];
	return found.length === 1 ? found[0]?.label : undefined;
}

const plain = (name: string) => name.toLowerCase().replace(/[.[]/g, '_');

/** Crisp's reason begins the brackets of the message, see `refusalError`. */
function isInvalidData(error: unknown): error is NodeApiError {
	return error instanceof NodeApiError && error.httpCode === '400' && error.message.includes('(invalid_data');
}
