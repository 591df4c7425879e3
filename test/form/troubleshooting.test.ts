import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CrispApi } from '../../credentials/CrispApi.credentials';
import { crisp, crispTrigger, crispWebhookTrigger } from '../support/n8nContext';
import { messagesOf, type Said } from './messages';

/** Whatever the nodes can say stands on the page for users, and nothing that they never say. */

const root = join(__dirname, '../..');
const page = readFileSync(join(root, 'docs/troubleshooting.md'), 'utf8');
const headings = [...page.matchAll(/^### (.+)$/gm)].map(([, heading = '']) => heading);
const said = messagesOf(root);

const wildcard = '…';

/** What Crisp or the network said follows many messages in brackets, and is in none of them. */
const withoutBrackets = (text: string) => text.replace(/ \(…\)$/, '').replace(/\.$/, '');

function patternOf({ text }: Said): RegExp {
	const parts = withoutBrackets(text).split(wildcard);
	return new RegExp(`^${parts.map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('(.+)')}$`);
}

const lettersIn = ({ text }: Said) => withoutBrackets(text).replaceAll(wildcard, '').length;

/** The messages that a heading is about: of those that it matches, the ones that are most its own. */
function meantBy(heading: string): Said[] {
	const matching = said.errors.filter((one) => patternOf(one).test(withoutBrackets(heading)));
	const most = Math.max(...matching.map(lettersIn));
	return matching.filter((one) => lettersIn(one) === most);
}

describe('docs/troubleshooting.md', () => {
	it('is about messages that were found in the source', () => {
		expect(said.errors.length).toBeGreaterThan(60);
		const some = said.errors.map(({ text }) => text);
		expect(some).toEqual(
			expect.arrayContaining([
				'There is nothing to update',
				'The file could not be uploaded',
				"Crisp's realtime channel could not be reached (…)",
				'The daily quota of this token seems to be used up (…)',
				'… is not a number: …',
			]),
		);
	});

	it.each(headings)('says of something that can be said: %s', (heading) => {
		expect(meantBy(heading)).not.toEqual([]);
	});

	it('says what to do about every message', () => {
		const told = new Set(headings.flatMap(meantBy));
		expect(said.errors.filter((one) => !told.has(one))).toEqual([]);
	});

	it('has each message once, and something below it', () => {
		expect(headings.filter((one, index) => headings.indexOf(one) !== index)).toEqual([]);
		const last = page.split(/^### .+$/m).at(-1) ?? '';
		expect(last.trim()).not.toBe('');
	});

	it.each([
		['what became of the network', said.faults],
		['why a web hook starts nothing', said.reasons],
		['what stands in the log of n8n', said.logged],
	])('has a row for %s', (_, texts) => {
		const cells = [...page.matchAll(/^\|([^|]+)\|([^|]+)\|/gm)].flatMap(([, ...row]) => row);
		const rows = cells.map((cell) => cell.trim().replaceAll('`', ''));
		expect(texts.length).toBeGreaterThan(5);
		expect(texts.filter((text) => !rows.includes(text))).toEqual([]);
	});
});

/** Everything that has a name in the three nodes and the credential. */
const named = new Set<string>();
const forms = [crisp, crispTrigger, crispWebhookTrigger].map(({ description }) => description);
JSON.stringify([...forms, new CrispApi().properties], (key, value: unknown) => {
	if ((key === 'displayName' || key === 'name') && typeof value === 'string') named.add(value);
	return value;
});

describe('the guides', () => {
	const pages = ['troubleshooting', 'tokens', 'loops', 'files', 'ai-agents', 'realtime-or-web-hooks'];
	const guides = pages.map((name) => `docs/${name}.md`);
	/** What n8n calls its own. */
	const others = ['AI Agent'];

	it.each(guides)('%s calls fields and operations what the forms call them', (guide) => {
		const text = readFileSync(join(root, guide), 'utf8').replace(/\s+/g, ' ');
		const fields = [...text.matchAll(/\*\*(\p{Lu}[\p{L}-]*(?: (?:\p{Lu}[\p{L}-]*|or|of|to|as|at|\(\w+\)))+)\*\*/gu)];
		const operations = [...text.matchAll(/_(\p{Lu}[^_:]*): (\p{Lu}[^_]*)_/gu)];
		const called = [...fields, ...operations].flatMap(([, ...names]) => names);
		expect(called.filter((name) => !named.has(name) && !others.includes(name))).toEqual([]);
		expect(called.length).toBeGreaterThan(0);
	});

	it.each(['README.md', ...guides])('%s leads to places that are there', (guide) => {
		const text = readFileSync(join(root, guide), 'utf8');
		for (const [, target = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
			const [file = '', anchor] = target.split('#');
			if (/^https?:/.test(target)) continue;
			const path = file === '' ? join(root, guide) : join(root, guide, '..', file);
			expect({ target, isThere: existsSync(path) }).toEqual({ target, isThere: true });
			if (anchor && path.endsWith('.md')) expect(anchorsIn(readFileSync(path, 'utf8'))).toContain(anchor);
		}
	});
});

/** As GitHub makes them of headings. */
function anchorsIn(text: string): string[] {
	return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
		heading
			.toLowerCase()
			.replace(/[^\p{L}\p{N}\s_-]/gu, '')
			.replaceAll(' ', '-'),
	);
}
