import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** Collects all error and log messages of the nodes from their source; `…` stands for interpolated values. */

export interface Said {
	text: string;
	file: string;
}

export interface Messages {
	errors: Said[];
	/** Texts for network failures. */
	faults: string[];
	/** Reasons why a webhook starts no execution. */
	reasons: string[];
	logged: string[];
}

/** The error classes for users, with the index of the message among their arguments. */
const errors: Record<string, number> = { UserError: 0, NodeOperationError: 1, OperationalError: 0 };
/** Functions that create errors, with the index of the message among their arguments. */
const makers: Record<string, number> = { noAnswerError: 1, refuse: 0, refusal: 2 };
const loggers = /(^|\.)(warn|error|begin|tell|end)$/;

export function messagesOf(root: string): Messages {
	const sources = ['nodes', 'credentials'].flatMap((folder) => sourcesIn(root, folder));
	const all = sources.flatMap((source) => {
		const file = source.fileName;
		const isTest = file.startsWith('credentials');
		return errorsIn(source).map((text) => ({ text: isTest ? withoutCure(text) : text, file }));
	});
	const isSaid = ({ text }: Said) => /\p{L}{2,}/u.test(text);
	const unique = new Map(all.filter(isSaid).map((one) => [one.text, one]));
	const named = (name: string) => sources.filter(({ fileName }) => fileName.endsWith(name));
	return {
		errors: [...unique.values()],
		faults: [
			...new Set(named('errors/networkErrors.ts').flatMap((source) => textsOf(constant(source, 'words'), source))),
		],
		reasons: [...new Set(named('signature.ts').concat(named('receive.ts')).flatMap(reasonsIn))],
		logged: [...new Set(sources.flatMap(loggedIn))].filter((text) => isSaid({ text, file: '' })),
	};
}

/** In the credential test, one text contains both the error and the advice; this removes the advice. */
function withoutCure(text: string): string {
	return text.replace(/( \(\w+\))?[:,] .*$/, '');
}

function sourcesIn(root: string, folder: string): ts.SourceFile[] {
	const names = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
	return names
		.filter((name) => name.endsWith('.ts'))
		.map((name) => {
			const text = readFileSync(join(root, folder, name), 'utf8');
			return ts.createSourceFile(join(folder, name), text, ts.ScriptTarget.Latest, true);
		});
}

function nodesIn(source: ts.SourceFile): ts.Node[] {
	const found: ts.Node[] = [];
	const visit = (node: ts.Node): void => {
		found.push(node);
		node.forEachChild(visit);
	};
	visit(source);
	return found;
}

function errorsIn(source: ts.SourceFile): string[] {
	return nodesIn(source).flatMap((node) => {
		if (ts.isNewExpression(node)) return ofError(node, source);
		if (ts.isCallExpression(node) && node.expression.getText() === 'withPartialResult') return ofAddition(node, source);
		if (ts.isCallExpression(node)) return argument(node, makers[node.expression.getText()], source);
		if (ts.isArrayLiteralExpression(node)) return ofAdvice(node, source);
		const isAdded = ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusEqualsToken;
		return isAdded && node.left.getText().endsWith('.message')
			? textsOf(node.right, source).map((text) => `…${text}`)
			: [];
	});
}

/** The message of an error, from its arguments or its options. */
function ofError(node: ts.NewExpression, source: ts.SourceFile): string[] {
	const kind = node.expression.getText();
	if (kind !== 'NodeApiError') return argument(node, errors[kind], source);
	let options = node.arguments?.[2];
	if (options && ts.isIdentifier(options)) options = constant(source, options.text);
	while (options && ts.isAsExpression(options)) options = options.expression;
	if (!options || !ts.isObjectLiteralExpression(options)) return [];
	const message = options.properties.find((one) => one.name?.getText() === 'message');
	return message && ts.isPropertyAssignment(message) ? textsOf(message.initializer, source) : [];
}

/** The sentence that is added to the message of another error. */
function ofAddition(node: ts.CallExpression, source: ts.SourceFile): string[] {
	const options = node.arguments[2];
	if (!options || !ts.isObjectLiteralExpression(options)) return [];
	const message = options.properties.find((one) => one.name?.getText() === 'message');
	if (!message || !ts.isPropertyAssignment(message)) return [];
	return textsOf(message.initializer, source)
		.filter((text) => text !== '')
		.map((text) => `…. ${text}`);
}

function argument(
	node: ts.NewExpression | ts.CallExpression,
	place: number | undefined,
	source: ts.SourceFile,
): string[] {
	return place === undefined ? [] : textsOf(node.arguments?.[place], source);
}

/** A pair of error and advice; in the credential, a pair of Crisp's reason and a text with both. */
function ofAdvice({ elements, parent }: ts.ArrayLiteralExpression, source: ts.SourceFile): string[] {
	const [what, how] = elements.map((element) => textsOf(element, source)[0]);
	if (elements.length !== 2 || what === undefined) return [];
	if (source.fileName.startsWith('credentials')) return how && /^\p{Lu}/u.test(how) ? [how] : [];
	const isWords = /^\p{Lu}\p{Ll}* \p{Ll}|^Crisp /u.test(what) && !ts.isArrayLiteralExpression(parent);
	return isWords && (how === undefined || how.endsWith('.')) ? [what] : [];
}

/** All texts that an expression can evaluate to. */
function textsOf(node: ts.Node | undefined, source: ts.SourceFile): string[] {
	if (!node) return [];
	if (ts.isStringLiteralLike(node)) return [node.text];
	if (ts.isParenthesizedExpression(node)) return textsOf(node.expression, source);
	if (ts.isConditionalExpression(node)) return [node.whenTrue, node.whenFalse].flatMap((one) => textsOf(one, source));
	if (ts.isIdentifier(node)) return textsOf(constant(source, node.text), source);
	if (ts.isElementAccessExpression(node)) return textsOf(node.expression, source);
	if (ts.isObjectLiteralExpression(node)) {
		return node.properties.flatMap((one) => (ts.isPropertyAssignment(one) ? textsOf(one.initializer, source) : []));
	}
	if (!ts.isTemplateExpression(node)) return [];
	return node.templateSpans.reduce(
		(beginnings, { expression, literal }) => {
			const values = textsOf(expression, source).filter((text) => /\p{L} \p{L}/u.test(text));
			const put = values.length > 0 ? values : ['…'];
			return beginnings.flatMap((beginning) => put.map((value) => beginning + value + literal.text));
		},
		[node.head.text],
	);
}

/** The initializer of a constant of the file. */
function constant(source: ts.SourceFile, name: string): ts.Expression | undefined {
	const found = nodesIn(source).find(
		(node): node is ts.VariableDeclaration => ts.isVariableDeclaration(node) && node.name.getText() === name,
	);
	return found?.initializer;
}

function reasonsIn(source: ts.SourceFile): string[] {
	const texts = nodesIn(source).filter((node) => ts.isStringLiteral(node)) as ts.StringLiteral[];
	const isReason = ({ text, parent }: ts.StringLiteral) =>
		/^[a-z]+(_[a-z]+)*$/.test(text) &&
		(ts.isReturnStatement(parent) || ts.isConditionalExpression(parent) || isAnswer(parent));
	return texts.filter(isReason).map(({ text }) => text);
}

function isAnswer(node: ts.Node): boolean {
	return ts.isCallExpression(node) && node.expression.getText() === 'answer';
}

/** The log messages; each is prefixed with the name of the node when it is logged. */
function loggedIn(source: ts.SourceFile): string[] {
	const calls = nodesIn(source).filter((node): node is ts.CallExpression => ts.isCallExpression(node));
	const logging = calls.filter(({ expression }) => loggers.test(expression.getText()));
	const constants = nodesIn(source).filter(
		(node): node is ts.VariableDeclaration => ts.isVariableDeclaration(node) && node.name.getText() === 'troubles',
	);
	const texts = logging.flatMap(({ arguments: given }) => given.flatMap((text) => textsOf(text, source)));
	const ofConstants = constants.flatMap(({ initializer }) => textsIn(initializer, source));
	// The text before a reason is a separate message.
	return [...texts, ...ofConstants].filter((text) => /\p{L} \p{L}/u.test(text));
}

function textsIn(node: ts.Expression | undefined, source: ts.SourceFile): string[] {
	if (node && ts.isSatisfiesExpression(node)) return textsIn(node.expression, source);
	return textsOf(node, source);
}
