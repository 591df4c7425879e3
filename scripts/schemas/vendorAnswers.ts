import { readdirSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { routeKey } from './routeKey';
import { toSchema } from './vendorTypes';
import type { Schema } from './schema';

/** Crisp's SDK for Node.js ships its source: the routes of its methods, and the types of their answers. */
const SDK = path.join(__dirname, '../../node_modules/crisp-api');

const METHODS = ['get', 'head', 'post', 'put', 'patch', 'delete'];

/**
 * The answers that Crisp's SDK for Node.js describes, by `routeKey`: undefined for a route whose answer the SDK does not
 * type. Throws if it finds no routes, because the SDK is written in another way then.
 */
export function vendorAnswers(): Map<string, Schema | undefined> {
	const folder = path.join(SDK, 'lib/resources');
	const files = readdirSync(folder).map((name) => path.join(folder, name));
	const program = ts.createProgram(files, {
		noEmit: true,
		skipLibCheck: true,
		strictNullChecks: true,
		esModuleInterop: true,
		target: ts.ScriptTarget.ES2022,
		module: ts.ModuleKind.CommonJS,
		paths: { '@/*': [path.join(SDK, 'lib/*')] },
		types: [],
	});
	const checker = program.getTypeChecker();
	const answers = new Map<string, Schema | undefined>();
	for (const file of files) {
		const source = program.getSourceFile(file);
		if (!source) throw new Error(`Crisp's SDK has no file ${file}`);
		for (const method of methodsOf(source)) {
			const route = routeOf(method);
			if (route) answers.set(route, answerOf(method, checker));
		}
	}
	if (answers.size < 200) throw new Error(`Found only ${answers.size} routes in Crisp's SDK: it has changed its form`);
	return answers;
}

const methodsOf = (source: ts.SourceFile) =>
	source.statements.filter(ts.isClassDeclaration).flatMap(({ members }) => members.filter(ts.isMethodDeclaration));

/** The route that a method calls: `this.crisp.get(this.crisp.prepareRestUrl(["website", websiteID]))`. */
function routeOf(method: ts.MethodDeclaration): string | undefined {
	let found: string | undefined;
	const visit = (node: ts.Node): void => {
		if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
			const name = node.expression.name.text;
			const segments = METHODS.includes(name) ? segmentsIn(node.arguments[0]) : undefined;
			if (segments) found = routeKey(name, `/v1/${segments.join('/')}`);
		}
		if (!found) ts.forEachChild(node, visit);
	};
	visit(method);
	return found;
}

function segmentsIn(argument: ts.Node | undefined): string[] | undefined {
	if (!argument || !ts.isCallExpression(argument)) return undefined;
	const parts = argument.arguments[0];
	if (!argument.expression.getText().endsWith('.prepareRestUrl') || !parts || !ts.isArrayLiteralExpression(parts)) {
		return undefined;
	}
	return parts.elements.map((element) => (ts.isStringLiteral(element) ? element.text : '{}'));
}

/** The type in the `Promise` that a method returns; undefined if the method says nothing about it. */
function answerOf(method: ts.MethodDeclaration, checker: ts.TypeChecker): Schema | undefined {
	if (!method.type) return undefined;
	const promised = checker.getAwaitedType(checker.getTypeFromTypeNode(method.type));
	return promised && toSchema(promised, checker);
}
