import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CrispApi } from '../../credentials/CrispApi.credentials';
import { crisp, crispMemory, crispTrigger, crispWebhookTrigger } from '../support/n8nContext';
import { messagesOf, type Said } from './messages';

/** The page for users documents all messages of the nodes, and no others. */

const root = join(__dirname, '../..');
const whole = readFileSync(join(root, 'docs/troubleshooting.md'), 'utf8');
/** The first part lists symptoms, the second one messages. */
const [symptoms = '', page = ''] = whole.split(/^## By message$/m);
const headingsIn = (text: string) => [...text.matchAll(/^### (.+)$/gm)].map(([, heading = '']) => heading);
const headings = headingsIn(page);
const said = messagesOf(root);

const wildcard = '…';

/** Removes the details in brackets, with Crisp's reason or the network error, which the headings omit. */
const withoutBrackets = (text: string) => text.replace(/ \(…\)$/, '').replace(/\.$/, '');

function patternOf({ text }: Said): RegExp {
	const parts = withoutBrackets(text).split(wildcard);
	return new RegExp(`^${parts.map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('(.+)')}$`);
}

const lettersIn = ({ text }: Said) => withoutBrackets(text).replaceAll(wildcard, '').length;

/** The messages that a heading documents: of all that match, the ones with the longest fixed text. */
function meantBy(heading: string): Said[] {
	const matching = said.errors.filter((one) => patternOf(one).test(withoutBrackets(heading)));
	const most = Math.max(...matching.map(lettersIn));
	return matching.filter((one) => lettersIn(one) === most);
}

describe('docs/troubleshooting.md', () => {
	it('is compared with the messages in the source', () => {
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

	it.each(headings)('documents a message that exists: %s', (heading) => {
		expect(meantBy(heading)).not.toEqual([]);
	});

	it('documents every message', () => {
		const told = new Set(headings.flatMap(meantBy));
		expect(said.errors.filter((one) => !told.has(one))).toEqual([]);
	});

	it('has each message once, with a text below it', () => {
		expect(headings.filter((one, index) => headings.indexOf(one) !== index)).toEqual([]);
		const last = page.split(/^### .+$/m).at(-1) ?? '';
		expect(last.trim()).not.toBe('');
	});

	it('links each symptom on top, in the order of the page', () => {
		const found = headingsIn(symptoms);
		expect(found.length).toBeGreaterThan(10);
		const top = symptoms.split(/^### /m)[0] ?? '';
		const linked = [...top.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor);
		const anchors = anchorsIn(symptoms).filter((_, index) => index > 1);
		expect(linked.filter((anchor) => !['by-symptom', 'by-message'].includes(anchor ?? ''))).toEqual(anchors);
	});

	it.each([
		['every network failure', said.faults],
		['every reason why a webhook starts nothing', said.reasons],
		['every log message', said.logged],
	])('has a row for %s', (_, texts) => {
		const cells = [...page.matchAll(/^\|([^|]+)\|([^|]+)\|/gm)].flatMap(([, ...row]) => row);
		const rows = cells.map((cell) => cell.trim().replaceAll('`', ''));
		expect(texts.length).toBeGreaterThan(5);
		expect(texts.filter((text) => !rows.includes(text))).toEqual([]);
	});
});

/** All names and labels in the four nodes and the credential. */
const named = new Set<string>();
const forms = [crisp, crispMemory, crispTrigger, crispWebhookTrigger].map(({ description }) => description);
JSON.stringify([...forms, new CrispApi().properties], (key, value: unknown) => {
	if ((key === 'displayName' || key === 'name') && typeof value === 'string') named.add(value);
	return value;
});

/** The pages that the links in n8n's editor lead to. */
const guidesInEditor = readdirSync(join(root, 'docs/guides'))
	.filter((name) => name.endsWith('.md'))
	.map((name) => `guides/${name.replace('.md', '')}`);

describe('the guides', () => {
	const pages = [
		...guidesInEditor,
		'troubleshooting',
		'loops',
		'files',
		'ai-agents',
		'realtime-or-web-hooks',
		'limits',
		'cookbook',
	];
	const guides = pages.map((name) => `docs/${name}.md`);
	/** Names of n8n itself. */
	const others = ['AI Agent', 'Production URL', 'Claude Code', 'Claude Desktop', 'VS Code', 'Server Transport'];

	it.each(guides)('%s uses the names of fields and operations in the forms', (guide) => {
		const text = readFileSync(join(root, guide), 'utf8').replace(/\s+/g, ' ');
		const fields = [...text.matchAll(/\*\*(\p{Lu}[\p{L}-]*(?: (?:\p{Lu}[\p{L}-]*|or|of|to|as|at|\(\w+\)))+)\*\*/gu)];
		const operations = [...text.matchAll(/_(\p{Lu}[^_:]*): (\p{Lu}[^_]*)_/gu)];
		const called = [...fields, ...operations].flatMap(([, ...names]) => names);
		expect(called.filter((name) => !named.has(name) && !others.includes(name))).toEqual([]);
		expect(called.length).toBeGreaterThan(0);
	});

	it.each(['README.md', ...guides])('%s has no broken links', (guide) => {
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

/** The anchors that GitHub generates for the headings. */
function anchorsIn(text: string): string[] {
	return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
		heading
			.toLowerCase()
			.replace(/[^\p{L}\p{N}\s_-]/gu, '')
			.replaceAll(' ', '-'),
	);
}
