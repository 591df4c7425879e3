const ts = require('typescript');

/**
 * Indents JavaScript with a tab where esbuild writes two spaces. The lines inside of template literals stay as they are:
 * their white space is part of a text.
 */
function withTabs(code) {
	const texts = templateRanges(code);
	return code.replace(/^(?: {2})+/gm, (spaces, offset) => {
		const isText = texts.some(([start, end]) => offset > start && offset < end);
		return isText ? spaces : '\t'.repeat(spaces.length / 2);
	});
}

/** Where the texts of template literals begin and end. */
function templateRanges(code) {
	const source = ts.createSourceFile('file.js', code, ts.ScriptTarget.Latest, false, ts.ScriptKind.JS);
	const ranges = [];
	const visit = (node) => {
		if (ts.isTemplateLiteralToken(node)) ranges.push([node.getStart(source), node.end]);
		ts.forEachChild(node, visit);
	};
	visit(source);
	return ranges;
}

module.exports = { withTabs };
