const { asCommonJs } = jest.requireActual<{ asCommonJs(code: string): string }>('../../../scripts/asCommonJs.js');

it.each([
	['import { one } from "./a";\n', 'const { one } = require("./a");\n'],
	['import { one as two, three } from "a";\n', 'const { one: two, three } = require("a");\n'],
	['import {\n  one,\n  two\n} from "./a";\n', 'const { one, two } = require("./a");\n'],
	['import * as all from "./a";\n', 'const all = require("./a");\n'],
	['import "./a";\n', 'require("./a");\n'],
	['export {\n  one,\n  two as three\n};\n', 'module.exports = { one, three: two };\n'],
	['f(await import("a"));\n', 'f(await Promise.resolve().then(() => require("a")));\n'],
	['var a = /* @__PURE__ */ new Map();\n', 'var a = new Map();\n'],
	['// nodes/a.ts\nf();\n', 'f();\n'],
])('turns %j into what a CommonJS module has', (module, expected) => {
	expect(asCommonJs(module)).toBe(`"use strict";\n${expected}`);
});

it.each(['import one from "./a";', 'import one, { two } from "./a";', 'export const one = 1;', 'export * from "./a";'])(
	'refuses %s, which it would get wrong',
	(module) => {
		expect(() => asCommonJs(module)).toThrow(`No CommonJS is known for: ${module}`);
	},
);
