/** Removes fields that Crisp does not return, or returns on another route. */
export function without<Entity extends object, Name extends keyof Entity>(
	entity: Entity,
	...hidden: Name[]
): Omit<Entity, Name> {
	const shown = Object.entries(entity).filter(([name]) => !hidden.includes(name as Name));
	return Object.fromEntries(shown) as Omit<Entity, Name>;
}
