const statement = /^import (?:\{([^}]*)\} from |\* as (\w+) from )?("[^"]+");$/gm;

/**
 * Turns the imports and exports of a module, as esbuild writes them, into those of a CommonJS module: the imports first, one
 * statement of exports last. Throws for another form of them.
 */
function asCommonJs(code) {
	const converted = code
		.replace(/^\/\/ .*\n/, '')
		// A note to other bundlers.
		.replaceAll('/* @__PURE__ */ ', '')
		.replace(statement, (_, names, whole, from) => {
			const bound =
				names
					?.replace(/(\w+) as (\w+)/g, '$1: $2')
					.trim()
					.replace(/\s+/g, ' ') ?? whole;
			const required = `require(${from})`;
			return bound === undefined
				? `${required};`
				: `const ${names === undefined ? bound : `{ ${bound} }`} = ${required};`;
		})
		.replace(/^export \{([^}]*)\};$/m, (_, names) => {
			const exported = names
				.replace(/(\w+) as (\w+)/g, '$2: $1')
				.trim()
				.replace(/\s+/g, ' ');
			return `module.exports = { ${exported} };`;
		})
		.replace(/\bimport\(("[^"]+")\)/g, 'Promise.resolve().then(() => require($1))');
	const left = /^(import|export)\b.*/m.exec(converted);
	if (left) throw new Error(`No CommonJS is known for: ${left[0]}`);
	return `"use strict";\n${converted}`;
}

module.exports = { asCommonJs };
