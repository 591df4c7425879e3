/** A route without the names of its variables, which differ between Crisp's reference and its SDKs. */
export function routeKey(method: string, path: string): string {
	return `${method.toUpperCase()} ${path.replace(/\{\w+\}/g, '{}')}`;
}
