import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Bundled {
	name: string;
	version: string;
	license: string;
	text: string;
	vendored: string[];
}

interface Notices {
	bundledPackages(metafile: object): Bundled[];
	missingNotices(notices: string, packages: Bundled[]): string[];
	noticesOf(packages: Bundled[]): string;
}

const { bundleSocketTo } = jest.requireActual<{ bundleSocketTo(file: string): Promise<Bundled[]> }>(
	'../../../gulpfile.js',
);
const { bundledPackages, missingNotices, noticesOf } = jest.requireActual<Notices>('../../../scripts/notices.js');

let packages: Bundled[] = [];
let notices = '';

beforeAll(async () => {
	const folder = mkdtempSync(join(tmpdir(), 'crisp-notices-'));
	packages = await bundleSocketTo(join(folder, 'socket.js'));
	notices = noticesOf(packages);
	rmSync(folder, { recursive: true });
});

test('the licence of each package whose code is in the bundle is in the notices', () => {
	expect(packages.map(({ name, license }) => `${name} ${license}`)).toEqual([
		'@socket.io/component-emitter MIT',
		'engine.io-client MIT',
		'engine.io-parser MIT',
		'socket.io-client MIT',
		'socket.io-parser MIT',
	]);
	expect(notices.match(/^Copyright \(c\) .*$/gm)).toEqual([
		'Copyright (c) 2014 Component contributors <dev@component.io>',
		'Copyright (c) 2014-present Guillermo Rauch and Socket.IO contributors',
	]);
	// Four of them have it in the same words.
	expect(notices.match(/Permission is hereby granted, free of charge/g)).toHaveLength(2);
});

test('the authors of files that these packages took over are named', () => {
	expect(notices).toContain('contrib/backo2.js');
	expect(notices).toContain('imported from https://github.com/galkn/parseuri, Steven Levithan');
});

test('a package without its notice, or with that of another version, is reported', () => {
	expect(missingNotices(notices, packages)).toEqual([]);
	expect(missingNotices('', packages)).toHaveLength(5);
	const older = noticesOf(packages.map((one) => ({ ...one, version: '0.0.1' })));
	expect(missingNotices(older, packages)).toHaveLength(5);
	for (const [index, { name }] of packages.entries()) {
		const others = packages.filter((_, other) => other !== index);
		expect(missingNotices(noticesOf(others), packages)).toEqual([
			expect.stringContaining(`lacks the licence of ${name} `),
		]);
	}
	const altered = packages.map((one) => ({ ...one, text: one.text.replace('free of charge', 'for a fee') }));
	expect(missingNotices(noticesOf(altered), packages)).toHaveLength(5);
});

test('a package without a licence file cannot be bundled', () => {
	const folder = join(mkdtempSync(join(tmpdir(), 'crisp-notices-')), 'node_modules', 'unlicensed');
	mkdirSync(folder, { recursive: true });
	writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'unlicensed', version: '1.0.0' }));
	const metafile = { outputs: { 'socket.js': { inputs: { [`${folder}/index.js`]: { bytesInOutput: 1 } } } } };
	expect(() => bundledPackages(metafile)).toThrow('unlicensed is bundled, but has no licence file');
	rmSync(join(folder, '../..'), { recursive: true });
});
