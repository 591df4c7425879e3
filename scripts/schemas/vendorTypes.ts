import ts from 'typescript';
import { anyObject, flag, list, number, object, text, type Kind, type Schema } from './schema';

/**
 * A type of Crisp's SDK as a schema; undefined for one that says nothing, such as `void` or `any`. `around` has the types
 * that it is a part of: a type that contains itself, as a page its children, is described once.
 */
export function toSchema(type: ts.Type, checker: ts.TypeChecker, around: readonly ts.Type[] = []): Schema | undefined {
	if (type.isUnion()) return ofUnion(type, checker, around);
	if (type.flags & ts.TypeFlags.StringLike) return text;
	if (type.flags & ts.TypeFlags.NumberLike) return number;
	if (type.flags & ts.TypeFlags.BooleanLike) return flag;
	if (type.flags & ts.TypeFlags.NonPrimitive) return anyObject;
	if (!(type.flags & ts.TypeFlags.Object) && !type.isIntersection()) return undefined;
	if (checker.isArrayType(type)) {
		const entry = checker.getTypeArguments(type as ts.TypeReference)[0];
		const items = entry && toSchema(entry, checker, around);
		return items ? list(items) : { type: 'array' };
	}
	return ofObject(type, checker, around);
}

function ofObject(type: ts.Type, checker: ts.TypeChecker, around: readonly ts.Type[]): Schema {
	if (around.includes(type)) return anyObject;
	const entries = checker.getPropertiesOfType(type).flatMap((property) => {
		const schema = toSchema(checker.getTypeOfSymbol(property), checker, [...around, type]);
		return schema ? [[wireName(property.name), schema] as const] : [];
	});
	return entries.length > 0 ? object(Object.fromEntries(entries)) : anyObject;
}

/** A union of objects has the fields of all of them. A value that is one or the other lists the types of both. */
function ofUnion(type: ts.UnionType, checker: ts.TypeChecker, around: readonly ts.Type[]): Schema | undefined {
	const schemas = type.types.flatMap((part) => toSchema(part, checker, around) ?? []);
	const kinds = [...new Set(schemas.flatMap(({ type: kind }) => kind))];
	if (kinds.length > 1) return { type: kinds.sort((one, other) => rank(one) - rank(other)) };
	if (kinds[0] !== 'object') return schemas[0];
	const properties = Object.assign({}, ...schemas.map((schema) => schema.properties ?? {})) as Record<string, Schema>;
	return Object.keys(properties).length > 0 ? object(properties) : anyObject;
}

const rank = (kind: Kind) => ['string', 'number', 'boolean', 'array', 'object'].indexOf(kind);

/** A few types of the SDK say `userID` where the API says `user_id`. */
function wireName(name: string): string {
	return name.replace(/ID$/, '_id').replace(/[a-z][A-Z]/g, ([lower, upper]) => `${lower}_${upper?.toLowerCase()}`);
}
