import type { IDataObject } from 'n8n-workflow';
import { flag } from '../../operations/field';
import { textIn } from '../../../shared/runtime/coerce';

/**
 * Whether Crisp has verified the email that a conversation shows. Where Crisp lists what was verified, this very email has
 * to be in the list, as the annotation: people are bound by email, so that a verified phone number, or another email that
 * the visitor had before, proves nothing of them.
 */
export function isVerified({ is_verified, verifications, meta }: IDataObject): boolean {
	if (is_verified !== true) return false;
	const list = (Array.isArray(verifications) ? verifications : []).map((one) => Object(one) as IDataObject);
	if (list.length === 0) return true;
	const { email } = Object(meta) as IDataObject;
	return list.some(({ identity, annotation }) => identity === 'email' && isSameEmail(annotation, email));
}

/** Whether two emails are the same address; an empty one is none. */
export function isSameEmail(one: unknown, other: unknown): boolean {
	const [first, second] = [one, other].map((email) => textIn(email).trim().toLowerCase());
	return first !== '' && first === second;
}

/** The option to read a person's record although Crisp has not verified who the visitor is. */
export const trust = {
	trust_unverified: flag(
		'Whether to include the record of the person, and their other conversations, although Crisp has not verified the email. Risk: anybody can enter the email of one of your customers, and the model may tell them what it reads.',
		{ label: 'Trust Unverified Visitors', fallback: false },
	),
};
