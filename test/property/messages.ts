import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';
import { messageTypes } from '../../nodes/shared/events/catalogue';
import { inherited, json, recordOf, text } from './strangers';

/** Generators for untrusted messages and other events of Crisp. */

const content = recordOf({
	text,
	name: text,
	url: text,
	id: text,
	value: text,
	namespace: text,
	duration: fc.integer(),
	choices: fc.array(recordOf({ value: text, label: text, selected: fc.boolean() }), { maxLength: 3 }),
	targets: fc.array(recordOf({ title: text, description: text, actions: fc.array(json) }), { maxLength: 2 }),
});

/** The payload of any event; each field has a valid value or arbitrary JSON. */
export const payload = recordOf({
	website_id: fc.constantFrom('w', 'v'),
	session_id: fc.oneof(fc.constant('session_1'), text),
	people_id: text,
	inbox_id: fc.constantFrom(null, 'i'),
	resource: recordOf({ type: fc.constantFrom('website', 'user'), id: text }),
	identifier: text,
	type: fc.constantFrom(...messageTypes, 'session', ...inherited),
	from: fc.constantFrom('user', 'operator'),
	origin: fc.constantFrom('chat', 'urn:crisp.im:slack:0'),
	automated: fc.boolean(),
	content: fc.oneof(text, content),
	excerpt: text,
	fingerprint: fc.maxSafeInteger(),
	timestamp: fc.maxSafeNat(),
	user: recordOf({ nickname: text, user_id: text }),
	state: fc.constantFrom('pending', 'unresolved', 'resolved'),
	routing_id: text,
	segments: fc.array(text),
	email: text,
}) as fc.Arbitrary<IDataObject>;

/** A message as Crisp lists it. */
export const message = recordOf({
	type: fc.constantFrom(...messageTypes, ...inherited),
	from: fc.constantFrom('user', 'operator'),
	content: fc.oneof(text, content),
	timestamp: fc.integer({ min: 0, max: 2_000_000_000_000 }),
	automated: fc.boolean(),
	user: recordOf({ nickname: text, user_id: text }),
}) as fc.Arbitrary<IDataObject>;
