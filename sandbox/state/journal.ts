import { appendFileSync, closeSync, existsSync, openSync, readFileSync, renameSync, writeFileSync } from 'fs';
import type { Conversation, Person, Website, Workspace } from './state';
import { emptyHelpDesk } from './helpArticles';
import { Watched } from './watchedMap';

/** A part of a workspace that is stored separately: its kind, website, ID and value; null if it was deleted. */
type Entry = [part: 'account' | 'website' | 'conversations' | 'people', website: string, id: string, value: unknown];

/**
 * Persists a workspace in a journal file, so that a sandbox that was killed restarts with every change
 * that it ever confirmed. Each line contains the changes of one action. A line that was only partly
 * written is dropped: its action had not been confirmed or announced yet.
 */
export class Journal {
	readonly workspace: Workspace;

	/** The last written value of each part. */
	private readonly written = new Map<string, string>();
	private readonly file: number;

	/** Restores the workspace from the file, or uses the seed if there is none. Throws if the file is not a journal. */
	constructor(path: string, seed: Workspace) {
		this.workspace = existsSync(path) ? restored(path, seed) : seed;
		// Rewrite the file at each start: this removes overwritten values and an incomplete last line.
		writeFileSync(`${path}.new`, lineOf(this.changesIn('all')));
		renameSync(`${path}.new`, path);
		this.file = openSync(path, 'a');
	}

	/** Runs an action, and returns its result (or rethrows its error) after its changes are written to the file. */
	keep<T>(action: () => T): T {
		for (const map of this.maps()) map.seen.clear();
		try {
			return action();
		} finally {
			const changes = this.changesIn('seen');
			if (changes.length > 0) appendFileSync(this.file, lineOf(changes));
		}
	}

	close(): void {
		closeSync(this.file);
	}

	/** The parts that differ from the file, among all parts or among those that an action has accessed. */
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

/** A website without its conversations and people, which are stored separately. */
function shellOf(website: Website): object {
	return { ...website, conversations: null, people: null, droppedSuggestions: [...website.droppedSuggestions] };
}

/** Makes the maps of a website record accesses; a new website has plain maps. */
function watch(website: Website): { conversations: Watched<Conversation>; people: Watched<Person> } {
	const conversations = Watched.from(website.conversations);
	const people = Watched.from(website.people);
	Object.assign(website, { conversations, people });
	return { conversations, people };
}

function restored(path: string, { plugin, account, files, uploads }: Workspace): Workspace {
	const workspace: Workspace = { plugin, account, files, uploads, websites: new Map() };
	// The text after the last line break is an incomplete line.
	const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
	lines.forEach((line, index) => {
		try {
			for (const entry of JSON.parse(line) as Entry[]) apply(workspace, entry);
		} catch {
			throw new Error(`line ${index + 1} of ${path} is not a valid line of a sandbox journal`);
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
		// Files of earlier versions lack what came later.
		const helpDesk = (shell.articles ?? []).length > 0 ? emptyHelpDesk(shell.name) : null;
		const lists = { sandboxSeats: [], articles: [], categories: [], sections: [], campaigns: [], templates: [] };
		const stored = { ...lists, ...{ helpDesk }, ...shell, conversations, people, droppedSuggestions };
		workspace.websites.set(websiteId, stored);
	} else {
		if (!website) throw new Error('The entry of a website must come before its conversations and people');
		if (value === null) website[part].delete(id);
		else (website[part] as Map<string, unknown>).set(id, value);
	}
}
