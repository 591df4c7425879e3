import { appendFileSync, closeSync, existsSync, openSync, readFileSync, renameSync, writeFileSync } from 'fs';
import type { Conversation, Person, Website, Workspace } from './state';
import { Watched } from './watchedMap';

/** A part of a workspace that is kept by itself: what it is, where it belongs, and what it holds; null once it is gone. */
type Entry = [part: 'account' | 'website' | 'conversations' | 'people', website: string, id: string, value: unknown];

/**
 * Keeps a workspace in a file, so that a sandbox that was killed has, when it starts again, all it
 * ever answered for. A line of the file is what one deed changed; a line that was being written at
 * the moment of the kill is as if the deed had never happened, since nobody had heard of it yet.
 */
export class Journal {
	readonly workspace: Workspace;

	/** What the file holds of each part. */
	private readonly written = new Map<string, string>();
	private readonly file: number;

	/** Throws where the file holds something else; a file that is not there begins with the seed. */
	constructor(path: string, seed: Workspace) {
		this.workspace = existsSync(path) ? restored(path, seed) : seed;
		// Written anew at each start, which leaves out what was overwritten and the line that was cut.
		writeFileSync(`${path}.new`, lineOf(this.changesIn('all')));
		renameSync(`${path}.new`, path);
		this.file = openSync(path, 'a');
	}

	/** Gives what the deed gives, or throws what it throws, once all it changed is in the file. */
	keep<T>(deed: () => T): T {
		for (const map of this.maps()) map.seen.clear();
		try {
			return deed();
		} finally {
			const changes = this.changesIn('seen');
			if (changes.length > 0) appendFileSync(this.file, lineOf(changes));
		}
	}

	close(): void {
		closeSync(this.file);
	}

	/** What is not in the file as it is now, among all there is or among what a deed has looked at. */
	private changesIn(which: 'all' | 'seen'): Entry[] {
		const entries: Entry[] = [['account', '', '', this.workspace.account]];
		for (const [website, content] of this.workspace.websites) {
			const { conversations, people } = watch(content);
			entries.push(['website', website, '', shellOf(content)]);
			for (const [part, map] of Object.entries({ conversations, people }) as Array<[Entry[0], Watched<unknown>]>) {
				for (const id of which === 'all' ? map.keys() : map.seen) {
					entries.push([part, website, id, map.glimpse(id) ?? null]);
				}
			}
		}
		return entries.filter((entry) => this.isNews(entry));
	}

	private isNews([part, website, id, value]: Entry): boolean {
		const key = JSON.stringify([part, website, id]);
		const text = JSON.stringify(value);
		if (this.written.get(key) === text) return false;
		this.written.set(key, text);
		return true;
	}

	private maps(): Array<Watched<unknown>> {
		return [...this.workspace.websites.values()].flatMap((website) => {
			const { conversations, people } = watch(website);
			return [conversations, people];
		});
	}
}

const lineOf = (entries: Entry[]) => `${JSON.stringify(entries)}\n`;

/** A website without what is kept by itself. */
function shellOf(website: Website): object {
	return { ...website, conversations: null, people: null, droppedSuggestions: [...website.droppedSuggestions] };
}

/** A website that was created a moment ago is not watched yet. */
function watch(website: Website): { conversations: Watched<Conversation>; people: Watched<Person> } {
	const conversations = Watched.from(website.conversations);
	const people = Watched.from(website.people);
	Object.assign(website, { conversations, people });
	return { conversations, people };
}

function restored(path: string, { plugin, account, files, uploads }: Workspace): Workspace {
	const workspace: Workspace = { plugin, account, files, uploads, websites: new Map() };
	// What follows the last line break was cut while it was written.
	const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
	lines.forEach((line, index) => {
		try {
			for (const entry of JSON.parse(line) as Entry[]) apply(workspace, entry);
		} catch {
			throw new Error(`line ${index + 1} of ${path} is none of a sandbox's journal`);
		}
	});
	return workspace;
}

function apply(workspace: Workspace, [part, websiteId, id, value]: Entry): void {
	const website = workspace.websites.get(websiteId);
	if (part === 'account') workspace.account = value as Workspace['account'];
	else if (part === 'website') {
		const { conversations = new Map(), people = new Map() } = website ?? {};
		const shell = value as Website;
		const droppedSuggestions = new Set(shell.droppedSuggestions);
		workspace.websites.set(websiteId, { ...shell, conversations, people, droppedSuggestions });
	} else {
		if (!website) throw new Error('The website comes first');
		if (value === null) website[part].delete(id);
		else (website[part] as Map<string, unknown>).set(id, value);
	}
}
