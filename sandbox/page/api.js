const json = { 'Content-Type': 'application/json' };

/** The sandbox's control API: the visitor's side, for which Crisp has no REST route. */
export async function control(path, body) {
	const options = body === undefined ? {} : { method: 'POST', headers: json, body: JSON.stringify(body) };
	const response = await fetch(`/sandbox${path}`, options);
	return response.json();
}

let authorization;

/** The operator's side uses the same REST API as every client, with the user token. */
export async function crisp(method, path, body) {
	authorization ??= control('/tokens').then(({ user }) => `Basic ${btoa(`${user.identifier}:${user.key}`)}`);
	const headers = { ...json, Authorization: await authorization, 'X-Crisp-Tier': 'user' };
	const response = await fetch(`/sandbox/v1/website/${path}`, {
		method,
		headers,
		body: body === undefined ? undefined : JSON.stringify(body),
	});
	const { error, reason, data } = await response.json();
	if (error) throw new Error(data.message ?? reason);
	return data;
}

/** Calls back with every announcement, and when the connection opens or closes. */
export function listen(heard, connectionChanged) {
	const source = new EventSource('/sandbox/events');
	source.onopen = () => connectionChanged(true);
	source.onerror = () => connectionChanged(false);
	source.onmessage = ({ data }) => heard(JSON.parse(data));
}
