import type { IDataObject, INodeListSearchItems } from 'n8n-workflow';
import { named } from '../../shared/api/searchResults';
import { lastMessageOf } from '../../shared/events/message';
import { conversationUrl } from '../../shared/events/output';
import { numberIn, textIn } from '../../shared/runtime/coerce';

/**
 * An entry of the dropdown of conversations: "Ada · 17 min ago · unresolved · Order 42 · Where is it?", with the address that
 * opens it in Crisp. `now` is in milliseconds since 1970.
 */
export function conversationItem(conversation: IDataObject, now: number): INodeListSearchItems {
	const { session_id, website_id, state, updated_at, meta } = conversation;
	const { nickname, email, subject } = Object(meta) as IDataObject;
	const name = textIn(nickname) || textIn(email) || `Visitor ${endOf(textIn(session_id))}`;
	const updated = numberIn(updated_at);
	const about = [subject, lastMessageOf(conversation)?.text];
	const url = textIn(website_id) && conversationUrl(textIn(website_id), textIn(session_id));
	const item = named(session_id, [name, updated > 0 && ago(now - updated), state, ...about], ' · ');
	return url ? { ...item, url } : item;
}

/** Tells visitors without a name apart: the last characters of the ID. */
function endOf(session: string): string {
	return session.slice(-4);
}

const units: Array<[name: string, milliseconds: number]> = [
	['d', 86_400_000],
	['h', 3_600_000],
	['min', 60_000],
];

/** How long ago something was; "just now" within a minute, also where the clocks differ. */
function ago(milliseconds: number): string {
	const unit = units.find(([, length]) => milliseconds >= length);
	return unit ? `${Math.floor(milliseconds / unit[1])} ${unit[0]} ago` : 'just now';
}
