import { inspect } from 'node:util';
import fc from 'fast-check';
import type { IHttpRequestOptions } from 'n8n-workflow';
import { openTransport, type Credential, type CrispRequest } from '../../../nodes/shared/api/transport';
import { FakeClock } from '../../support/fakeClock';
import { nodeWith } from '../../support/n8nContext';

/**
 * A server, a proxy or a library repeats a secret in another spelling than the one that was sent, and a person who may read
 * executions decodes it.
 */

type Spelling = (secret: string) => string;

const bytesOf = (text: string) => [...Buffer.from(text)];
const hexOf = (byte: number) => byte.toString(16).padStart(2, '0');
const units = (text: string) => Array.from({ length: text.length }, (_, index) => text.charCodeAt(index));
const inJson: Spelling = (text) => JSON.stringify(text).slice(1, -1);
const isPlain = (code: number) => code > 31 && code < 127;
const byUnit = (text: string, spell: (code: number) => string, isKept = isPlain) =>
	units(text)
		.map((code) => (isKept(code) ? String.fromCharCode(code) : spell(code)))
		.join('');
const u = (code: number) => `\\u${code.toString(16).padStart(4, '0')}`;
const percentUnit = (code: number) => (code > 0xff ? `%u${hexOf(code >> 8)}${hexOf(code & 0xff)}` : `%${hexOf(code)}`);
const named: Record<string, string> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": 'apos' };

/** Each as software that is in use writes it. */
const spellings: Record<string, Spelling> = {
	'as it is': (text) => text,
	'in a path': encodeURIComponent,
	'in a path, in lower case': (text) => encodeURIComponent(text).replace(/%../g, (one) => one.toLowerCase()),
	'by RFC 3986': (text) =>
		encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${hexOf(one.charCodeAt(0)).toUpperCase()}`),
	'with every byte escaped': (text) =>
		bytesOf(text)
			.map((byte) => `%${hexOf(byte)}`)
			.join(''),
	'by escape of JavaScript': (text) =>
		byUnit(text, percentUnit, (code) => /[\w@*+./-]/.test(String.fromCharCode(code))),
	'by escape, with every unit as %u': (text) =>
		byUnit(
			text,
			(code) => `%U${hexOf(code >> 8)}${hexOf(code & 0xff)}`,
			() => false,
		),
	'in a form': (text) => String(new URLSearchParams({ a: text })).slice(2),
	'in JSON': inJson,
	'in JSON of PHP': (text) => byUnit(inJson(text), u).replaceAll('/', '\\/'),
	'in JSON of Python': (text) => byUnit(inJson(text), u),
	'in JSON, safe for HTML': (text) =>
		inJson(text).replace(/[<>&'"\u2028\u2029]/g, (one) => (one === '"' ? one : u(one.charCodeAt(0)))),
	'in JSON, with every unit escaped': (text) =>
		byUnit(
			text,
			(code) => u(code).toUpperCase().replace('U', 'u'),
			() => false,
		),
	'in a literal of JavaScript': (text) => inspect(text, { breakLength: Infinity, maxStringLength: null }).slice(1, -1),
	'in HTML': (text) => text.replace(/[&<>"']/g, (one) => `&${named[one] ?? ''};`),
	'in HTML, with numbers': (text) => text.replace(/[&<>"'/`=]/g, (one) => `&#${one.charCodeAt(0)};`),
	'in HTML, with &#039;': (text) => text.replaceAll('&', '&amp;').replaceAll("'", '&#039;').replaceAll('"', '&quot;'),
	'in XML, with hexadecimal numbers': (text) =>
		Array.from(text, (one) => `&#x${(one.codePointAt(0) ?? 0).toString(16)};`).join(''),
};

const nested = Object.entries(spellings).flatMap(([outer, spell]) =>
	Object.entries(spellings).map(([inner, first]): [string, Spelling] => [
		`${inner}, ${outer}`,
		(text) => spell(first(text)),
	]),
);

const base64s: Record<string, Spelling> = {
	Base64: (text) => Buffer.from(text).toString('base64'),
	'Base64 without padding': (text) => Buffer.from(text).toString('base64').replace(/=+$/, ''),
	'Base64 for URLs': (text) => Buffer.from(text).toString('base64url'),
	'Base64 for URLs, with padding': (text) =>
		Buffer.from(text).toString('base64').replaceAll('+', '-').replaceAll('/', '_'),
};

const base: Credential = { tier: 'plugin', identifier: 'i', key: 'sandbox-k', baseUrl: 'https://api.example.com' };

type Answered = (options: IHttpRequestOptions) => unknown;

/** Everything that the error of a request holds or says, as plain text. */
async function saidAbout(request: CrispRequest, answer: Answered, credential: Credential): Promise<string> {
	const helpers = {
		httpRequestWithAuthentication: async (_: string, options: IHttpRequestOptions) =>
			await Promise.resolve(answer(options)),
	};
	const context = { getNode: () => nodeWith('crisp', {}), helpers };
	const send = openTransport(context as never, credential, { clock: new FakeClock(), isPatient: false });
	const error = await send(request).then(
		() => Promise.reject(new Error('It did not fail')),
		(fault: unknown) => fault as Error & { description?: string },
	);
	const texts: string[] = [];
	const seen = new Set<unknown>();
	const note = (value: unknown) => {
		if (typeof value === 'string') texts.push(value);
		if (typeof value !== 'object' || value === null || seen.has(value)) return;
		seen.add(value);
		for (const name of Reflect.ownKeys(value)) note((value as Record<PropertyKey, unknown>)[name]);
	};
	note(error);
	return texts.join('\n');
}

const refusal = (reason: string, message: string) => ({
	statusCode: 400,
	headers: {},
	body: { error: true, reason, data: { message } },
});

/** Where a text of a server comes into an error. */
const places: Record<string, (text: string) => unknown> = {
	'the reason of Crisp': (text) => refusal(text, 'detail'),
	'the details of Crisp': (text) => refusal('invalid_data', text),
	'an error of n8n': (text) => {
		throw new Error(text.replaceAll('\n', ' '));
	},
};

const awkward = [...'%\\&+;#/"\'<>!()*=-_~.: ux0aF25\u00e9\u6f22\u{1f600}\u2028\ufeff'];
const secretText = fc
	.oneof(
		fc.array(fc.constantFrom(...awkward), { minLength: 6, maxLength: 14 }).map((parts) => parts.join('')),
		fc.string({ unit: 'grapheme', minLength: 6, maxLength: 14 }),
		fc.base64String({ minLength: 8, maxLength: 40 }),
	)
	.map((text) => `K7q${text}Z`);
const context = fc.constantFrom(
	'',
	' ',
	'"',
	'\\',
	'%',
	'&',
	'=',
	'/',
	'x',
	'%2',
	'\\u00',
	'&#',
	'\\\\',
	'{"a":"',
	'…',
);
const spelling = fc.constantFrom(...Object.entries(spellings), ...nested);

it('no error shows a secret of a request, however it is spelled, in any text', async () => {
	await fc.assert(
		fc.asyncProperty(
			secretText,
			spelling,
			context,
			context,
			fc.constantFrom(...Object.entries(places)),
			async (secret, [, spell], before, after, [, answer]) => {
				const written = spell(secret).replaceAll('\n', ' ');
				fc.pre(written === spell(secret));
				const said = await saidAbout(
					{ method: 'POST', path: '/v1/x', body: { password: secret } },
					() => answer(`STARTS ${before}${written}${after} ENDS`),
					base,
				);
				expect(said).not.toContain(written);
				expect(said).toContain('STARTS');
				expect(said).toContain('ENDS');
			},
		),
		{ numRuns: 1_500 },
	);
});

it('no error shows the key of the credential or the header with it, however they are spelled', async () => {
	const forms: Array<(credential: Credential) => string> = [
		({ key }) => key,
		({ signingSecret }) => String(signingSecret),
		({ hookSecret }) => String(hookSecret),
		...Object.values(base64s).map(
			(spell) =>
				({ identifier, key }: Credential) =>
					spell(`${identifier}:${key}`),
		),
	];
	await fc.assert(
		fc.asyncProperty(
			fc.tuple(secretText, secretText, secretText, fc.string({ minLength: 1, maxLength: 5 })),
			fc.constantFrom(...forms),
			spelling,
			fc.constantFrom(...Object.entries(places)),
			async ([key, signingSecret, hookSecret, identifier], formOf, [, spell], [, answer]) => {
				const credential = { ...base, identifier, key: `sandbox-${key}`, signingSecret, hookSecret };
				const written = spell(formOf(credential));
				fc.pre(!written.includes('\n'));
				const said = await saidAbout({ method: 'GET', path: '/v1/x' }, () => answer(`Basic ${written}`), credential);
				expect(said).not.toContain(written);
				expect(said).toContain('Basic');
			},
		),
		{ numRuns: 1_000 },
	);
});

it('no error shows a secret in the path of its request', async () => {
	await fc.assert(
		fc.asyncProperty(secretText, fc.constantFrom(...Object.values(spellings)), async (secret, spell) => {
			const path = `/v1/x/${encodeURIComponent(spell(secret))}/y`;
			const said = await saidAbout({ method: 'GET', path, secrets: [secret] }, () => refusal('', ''), base);
			expect(said).not.toContain(encodeURIComponent(spell(secret)));
			expect(said).toMatch(/GET \/v1\/x\/[^/]*…[^/]*\/y/);
		}),
		{ numRuns: 500 },
	);
});

it('a text without a secret stays as it is', async () => {
	await fc.assert(
		fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 250 }), context, async (words, more) => {
			const text = `${words}${more}`.toWellFormed();
			fc.pre(!text.includes('K7q') && text !== '');
			const said = await saidAbout(
				{ method: 'POST', path: '/v1/x', body: { password: 'K7q-secret-Z' } },
				() => refusal('invalid_data', text),
				base,
			);
			expect(said).toContain(text);
		}),
	);
});

describe('a text that is made to be long to search', () => {
	const said = async (text: string, password: string) =>
		await saidAbout({ method: 'POST', path: '/v1/x', body: { password } }, () => refusal('invalid_data', text), base);

	it.each(['\\', '%25', '&amp;', '\\%5c&#92;', '%'])(
		'of many %s does not stop n8n, and shows no secret',
		async (part) => {
			const secret = part.slice(0, 1).repeat(30);
			expect(await said(part.repeat(100_000), secret)).not.toContain(part.repeat(10));
		},
	);

	it.each(['as it is', 'with every byte escaped', 'in XML, with hexadecimal numbers'])(
		'shows no part of a secret, %s, at the end of what is searched',
		async (name) => {
			const spell = spellings[name] as Spelling;
			const secret = `<K7q${Array.from({ length: 90 }, (_, index) => index).join('/')}Z>`;
			const written = spell(secret);
			for (let length = 0; length < written.length; length += 37) {
				const shown = await said('.'.repeat(length % 100) + written.repeat(200), secret);
				expect(shown).toContain('…');
				expect(shown).not.toContain(spell('<K7q'));
			}
		},
	);
});
