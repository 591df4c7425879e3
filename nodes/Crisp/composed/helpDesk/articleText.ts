import { cut } from '../support/messageText';
import { visible } from '../support/quotedText';

const comment = /<!--[^]*?(?:-->|$)/g;
const unseen = /<(script|style|template|iframe|object|svg)\b[^]*?(?:<\/\1\s*>|$)/gi;
const breaking = /<\/?(?:br|p|div|li|ul|ol|tr|table|h[1-6]|blockquote|pre)\b[^<>]*>/gi;
const tag = /<\/?[a-z][^<>]*>/gi;

/**
 * The text of an article for a language model: Markdown without HTML and without what readers do not see in it, invisible
 * characters as escapes, cut after `most` characters.
 */
export function articleText(content: string, most: number): string {
	const shown = content.replace(comment, '').replace(unseen, '').replace(breaking, '\n').replace(tag, '');
	const lines = visible(shown)
		.split('\n')
		.map((line) => line.trimEnd());
	const text = lines.join('\n').replace(/\n{3,}/g, '\n\n');
	return cut(text.trim(), most);
}
