import { UserError, type IDataObject } from 'n8n-workflow';
import { textIn } from '../../../shared/runtime/coerce';

/** The path that an item gives a page: without slashes at its ends; made from the title where none is given. */
export function pathFor({ path, title }: IDataObject): string {
	const given = textIn(path).replace(/^\/+|(?<!\/)\/+$/g, '');
	if (given !== '') return given;
	const slug = slugOf(textIn(title));
	if (slug !== '') return slug;
	throw new UserError("'Path' is missing, and 'Title' has no letters or digits to make one from", {
		description: "Give 'Path', such as getting-started/install.",
	});
}

/** The part of a path above its last slug; empty for a page that is in no group. */
export const groupOf = (path: string): string => path.split('/').slice(0, -1).join('/');

/** Longer slugs make addresses that are hard to read. */
const longestSlug = 80;

/** A title as part of an address: lower case, letters and digits without accents, joined by hyphens. */
export function slugOf(title: string): string {
	const plain = title
		.normalize('NFKD')
		.replace(/\p{M}+/gu, '')
		.normalize('NFC')
		.toLowerCase();
	const words = plain.match(/[\p{L}\p{N}]+/gu) ?? [];
	return [...words.join('-')]
		.slice(0, longestSlug)
		.join('')
		.replace(/(?<!-)-+$/, '');
}
