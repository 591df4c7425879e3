import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { ModuleKind, ScriptTarget, transpileModule } from 'typescript';

const root = join(__dirname, '../../..');
const compilerOptions = { module: ModuleKind.ESNext, target: ScriptTarget.ES2022 };

/** The files that each file of nodes/ imports when it runs, without those of which it needs types only. */
function importsAtRunTime(): Map<string, string[]> {
	const files = readdirSync(join(root, 'nodes'), { recursive: true, encoding: 'utf8' }).filter((name) =>
		name.endsWith('.ts'),
	);
	return new Map(
		files.map((file) => {
			const { outputText } = transpileModule(readFileSync(join(root, 'nodes', file), 'utf8'), { compilerOptions });
			const found = [...outputText.matchAll(/^(?:import|export) (?:.* from )?['"](\.[^'"]+)['"];$/gm)];
			return [file, found.map(([, name = '']) => fileOf(normalize(join(dirname(file), name)), files))];
		}),
	);
}

/** A folder is imported by its index. */
const fileOf = (name: string, files: readonly string[]) =>
	files.includes(`${name}.ts`) ? `${name}.ts` : join(name, 'index.ts');

/** The first circle of imports; empty if there is none. */
function circleIn(imports: ReadonlyMap<string, readonly string[]>): string[] {
	const done = new Set<string>();
	const from = (file: string, trail: string[]): string[] => {
		if (trail.includes(file)) return [...trail.slice(trail.indexOf(file)), file];
		if (done.has(file)) return [];
		for (const next of imports.get(file) ?? []) {
			const circle = from(next, [...trail, file]);
			if (circle.length > 0) return circle;
		}
		done.add(file);
		return [];
	};
	return [...imports.keys()].map((file) => from(file, [])).find(({ length }) => length > 0) ?? [];
}

it('no file imports itself through others, as each is complete before it is imported', () => {
	const imports = importsAtRunTime();
	expect([...imports.values()].flat().length).toBeGreaterThan(500);
	expect([...imports.values()].flat().filter((file) => !imports.has(file))).toEqual([]);
	expect(circleIn(imports)).toEqual([]);
});

it('finds a circle', () => {
	const imports = new Map([
		['a', ['b', 'c']],
		['b', []],
		['c', ['d']],
		['d', ['b', 'a']],
	]);
	expect(circleIn(imports)).toEqual(['a', 'c', 'd', 'a']);
});
