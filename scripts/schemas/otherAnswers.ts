import { each, flag, list, number, object, text, type Schema } from './schema';

/**
 * Answers that Crisp's SDK for Node.js does not type. They are those of Crisp's SDK for Go (github.com/crisp-im/go-crisp-api),
 * which types the answers to most creations; the routes of user accounts are in its versions before 3. The classic help desk
 * is in version 10 of the SDK for Node.js, too. A write that no SDK types has an empty answer.
 */

const times = { created_at: number, updated_at: number };

const article = object({
	...each(['article_id', 'title', 'description', 'content', 'status', 'visibility'], text),
	featured: flag,
	...each(['visits', 'order'], number),
	url: text,
	// Seen in programs of others.
	category: object({ category_id: text, section: object({ section_id: text }) }),
	...times,
	published_at: number,
});

const section = object({ section_id: text, name: text, order: number, ...times });

/** What can be written, and the times: the SDKs type no more than the ID. */
const category = object({
	...each(['category_id', 'name', 'description', 'color', 'image'], text),
	order: number,
	...times,
});

const alternate = object(each(['locale', 'article_id'], text));

const coordinates = object({ latitude: number, longitude: number });

const feedback = object({
	...each(['rating', 'comment'], text),
	article: object(each(['article_id', 'title', 'url'], text)),
	session: object({
		...each(['session_id', 'nickname', 'email', 'avatar'], text),
		geolocation: object({ ...each(['country', 'region', 'city'], text), coordinates }),
		assigned: object({ user_id: text }),
	}),
	created_at: number,
});

/** What a plugin's widget was asked for; the result follows as a realtime event. */
const widgetAction = object({ correlation_id: text, strategy: object(each(['attempts', 'exhaustion'], number)) });

const provenance = object({
	payload: object({
		website: object({ website_id: text }),
		user: object({ user_id: text, role: text }),
		plugin: object({ plugin_id: text }),
	}),
	signed: text,
	expire_at: number,
});

const point = object({
	...each(['period', 'split_by'], text),
	...each(['value', 'hits', 'unique_hits', 'sum_value', 'sum_hits'], number),
});

const record = object(each(['type', 'query', 'name', 'value'], text));

const notifications = [
	...['disabled', 'messages_online', 'messages_offline', 'messages_unread', 'messages_transcript'],
	...['messages_rating', 'billing_invoice', 'visitor_browsing', 'sounds'],
];

/** The nodes read `website_id`, as in every other answer; the SDK has `id`. */
const userWebsite = object({
	...each(['id', 'website_id', 'name', 'domain', 'logo'], text),
	members: list(text),
	...each(['count', 'assigned'], number),
});

const site = '/v1/website/{website_id}';
const classic = `${site}/helpdesk/locale/{locale}`;
const ofClassicArticle = `${classic}/article/{article_id}`;
const ofClassicCategory = `${classic}/category/{category_id}`;
const ofPlugin = '/v1/plugins/subscription/{website_id}/{plugin_id}';

/** By route, as Crisp's reference prints it. */
export const otherAnswers: Record<string, Schema> = {
	[`GET ${ofPlugin}/attest/provenance`]: provenance,
	[`GET ${ofPlugin}/bill/usage`]: list(object({ name: text, units: number, price: number })),
	'GET /v1/user/account': object({ user_id: text }),
	'GET /v1/user/account/notification': object({ user_id: text, ...each(notifications, flag) }),
	'GET /v1/user/account/profile': object(
		each(['user_id', 'avatar', 'email', 'phone', 'first_name', 'last_name', 'locale'], text),
	),
	'GET /v1/user/account/websites': list(userWebsite),
	'POST /v1/user/session/login': object(each(['identifier', 'key'], text)),
	[`POST ${site}/analytics/generate`]: list(point),
	[`POST ${site}/conversation/{session_id}/call`]: object({ call_id: text }),
	[`POST ${site}/conversation/{session_id}/message`]: object({ fingerprint: number }),
	[`GET ${site}/conversation/{session_id}/routing`]: object({ assigned: object({ user_id: text }) }),
	[`POST ${site}/conversation/{session_id}/widget/{plugin_id}/button`]: widgetAction,
	[`POST ${site}/conversation/{session_id}/widget/{plugin_id}/data`]: widgetAction,
	[`GET ${site}/helpdesk/domain/setup`]: object({ custom: text, setup: object({ records: list(record) }) }),
	[`POST ${site}/helpdesk/redirection`]: object({ redirection_id: text }),
	[`GET ${ofClassicArticle}`]: article,
	[`GET ${classic}/articles/{page_number}`]: list(article),
	[`GET ${ofClassicArticle}/alternate/{locale_linked}`]: alternate,
	[`GET ${ofClassicArticle}/alternates`]: list(alternate),
	[`GET ${ofClassicArticle}/category`]: object({ category_id: text, section_id: text }),
	[`GET ${ofClassicArticle}/page`]: object({ title: text, url: text }),
	[`POST ${ofClassicArticle}/publish`]: object({ url: text }),
	[`GET ${classic}/categories/{page_number}`]: list(category),
	[`GET ${ofClassicCategory}`]: category,
	[`GET ${ofClassicCategory}/section/{section_id}`]: section,
	[`GET ${ofClassicCategory}/sections/{page_number}`]: list(section),
	[`GET ${classic}/feedback/list/{page_number}`]: list(feedback),
	[`GET ${classic}/feedback/ratings`]: object({ ratings: object({ helpful: number, unhelpful: number }) }),
	[`POST ${site}/people/import/profiles`]: object({ import_id: text }),
	[`POST ${site}/people/profile`]: object({ people_id: text }),
};
