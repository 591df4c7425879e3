import type { INodeParameters } from 'n8n-workflow';
import { nameIn, safeFileName } from '../../../nodes/Crisp/files/fileNames';
import { mediaTypeIn } from '../../../nodes/Crisp/files/mediaTypes';
import { useFileServer } from '../../support/servers/fileServer';
import { execute } from '../../support/n8nContext';
import { conversation, credentialFor, locator, useSandbox } from '../../support/sandboxWorkspace';

/** A visitor names a file so that a later node writes it elsewhere, or a person takes it for something else. */

const names: Array<[given: string, safe: string]> = [
	['../../../home/node/.n8n/config', 'config'],
	['..\\..\\windows\\system32\\evil.dll', 'evil.dll'],
	['..%2f..%2Fetc%2fcron.d%2fx', 'x'],
	['..%5c..%5Cevil.bat', 'evil.bat'],
	['..%252f..%25252Fpasswd', 'passwd'],
	['/etc/passwd', 'passwd'],
	['C:\\boot.ini', 'boot.ini'],
	['C:boot.ini', 'C_boot.ini'],
	['\\\\server\\share\\a.txt', 'a.txt'],
	['file:///etc/shadow', 'shadow'],
	['a.txt:stream', 'a.txt_stream'],
	['.bashrc', 'bashrc'],
	['...hidden', 'hidden'],
	['. .htaccess', 'htaccess'],
	['..', 'file'],
	['../..', 'file'],
	['a/..', 'a'],
	['.', 'file'],
	['', 'file'],
	['   ', 'file'],
	['/', 'file'],
	['a.pdf/', 'a.pdf'],
	['a.pdf\0.exe', 'a.pdf.exe'],
	['a\r\nX-Evil: 1.pdf', 'aX-Evil_ 1.pdf'],
	['invoice\u202efdp.exe', 'invoicefdp.exe'],
	['\u2066a\u2069.png', 'a.png'],
	['a\u200b\u200d\ufeff\u00ad.png', 'a.png'],
	['a\u2028b\u2029c.png', 'abc.png'],
	['a\ud800.png', 'a.png'],
	['..\u2215..\u2215etc', '_.._etc'],
	['a\uff0fb\uff3cc', 'a_b_c'],
	['CON', '_CON'],
	['con.txt', '_con.txt'],
	['nul.tar.gz', '_nul.tar.gz'],
	['COM1', '_COM1'],
	['lpt¹.txt', '_lpt¹.txt'],
	['CON .txt', '_CON .txt'],
	['conference.pdf', 'conference.pdf'],
	['a.exe. . ', 'a.exe'],
	['-rf', 'rf'],
	['--help.txt', 'help.txt'],
	['~root', 'root'],
	['a|b<c>d"e?f*g.txt', 'a_b_c_d_e_f_g.txt'],
	['ä & b.pdf', 'ä & b.pdf'],
	['Prices (2026), final.pdf', 'Prices (2026), final.pdf'],
	['日本語.png', '日本語.png'],
	['100%.pdf', '100%.pdf'],
];

const types: Array<[given: unknown, type: string | null]> = [
	['image/png', 'image/png'],
	['Image/PNG; charset=binary', 'image/png'],
	['text/html\r\nX-Evil: 1', null],
	['text/html\nX-Evil: 1; a=b', null],
	['text/ht ml', null],
	['text', null],
	['/', null],
	['text/', null],
	['text/html/x', null],
	['text/<script>', null],
	['text/"a"', null],
	['tëxt/html', null],
	[`text/${'x'.repeat(1_000)}`, null],
	['', null],
	[7, null],
	[{ toString: 'x' }, null],
	[null, null],
];

it.each(names)('the name %j becomes %j', (given, safe) => {
	expect(safeFileName(given)).toBe(safe);
	expect(safeFileName(safe)).toBe(safe);
});

it.each([
	['https://storage.crisp.chat/a/%2e%2e%2f%2e%2e%2fetc%2fpasswd', 'passwd'],
	['https://storage.crisp.chat/a/%252e%252e%252fpasswd', 'passwd'],
	['https://storage.crisp.chat/a/..%5cevil.bat', 'evil.bat'],
	['https://storage.crisp.chat/a/%00%ff.bin', '%00%ff.bin'],
	['https://storage.crisp.chat/', 'file'],
])('the name of the file at %s is %s', (url, name) => expect(nameIn(url)).toBe(name));

it('a long name is shortened, and keeps its extension', () => {
	for (const character of ['x', 'é', '漢', '😀']) {
		const name = safeFileName(`${character.repeat(5_000)}.pdf`);
		expect(name).toMatch(/\.pdf$/);
		expect(Buffer.byteLength(name)).toBeLessThanOrEqual(200);
		expect(Buffer.byteLength(name)).toBeGreaterThan(190);
		expect(name).toBe(name.toWellFormed());
	}
});

it.each(types)('the type %j is taken for %j', (given, type) => expect(mediaTypeIn(given) ?? null).toBe(type));

describe('the output', () => {
	const sandbox = useSandbox();
	const server = useFileServer(() => sandbox.current.url, {
		'/picture': (response) => response.setHeader('Content-Type', 'image/png').end('PNG'),
		'/odd': (response) => response.setHeader('Content-Type', 'text/<script>').end('?'),
	});

	async function sent(content: object): Promise<string> {
		const response = await fetch(`${sandbox.current.url}/sandbox/visitor/message`, {
			method: 'POST',
			headers: { 'Content-Type': 'application/json' },
			body: JSON.stringify({ session_id: conversation, type: 'file', content }),
		});
		return String(((await response.json()) as { fingerprint: number }).fingerprint);
	}

	const run = async (fingerprint: string, additionalFields: INodeParameters = {}) => {
		const [item] = await execute({
			credential: credentialFor(sandbox.current, 'plugin', { baseUrl: server.url }),
			parameters: {
				...{ resource: 'message', operation: 'downloadFile', source: 'message', outputPropertyName: 'data' },
				...{ sessionId: locator(conversation), fingerprint, additionalFields },
			},
		});
		return item;
	};

	it.each([
		['../../../home/node/.n8n/config', {}],
		['photo.png', { name: '../../../home/node/.n8n/config' }],
	])('has the safe name in each place, for %s and %j', async (name, fields) => {
		const item = await run(await sent({ name, type: 'text/html\r\nX-Evil: 1', url: `${server.url}/picture` }), fields);
		expect(item?.json).toMatchObject({ file_name: 'config', mime_type: 'image/png', claimed_type: null });
		expect(item?.binary?.data).toMatchObject({ fileName: 'config', mimeType: 'image/png' });
		expect(item?.binary?.data).not.toHaveProperty('directory');
	});

	it('has the type of the server, and next to it the one that the visitor names', async () => {
		const picture = await run(await sent({ name: 'a.png', type: 'application/x-Evil', url: `${server.url}/picture` }));
		expect(picture?.json).toMatchObject({ mime_type: 'image/png', claimed_type: 'application/x-evil' });
		const odd = await run(await sent({ name: 'a.png', type: 'image/png', url: `${server.url}/odd` }));
		expect(odd?.json).toMatchObject({ mime_type: 'application/octet-stream', claimed_type: 'image/png' });
		expect(odd?.binary?.data).toMatchObject({ mimeType: 'application/octet-stream' });
	});
});
