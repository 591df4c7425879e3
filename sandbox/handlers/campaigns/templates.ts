import { randomUUID } from 'crypto';
import { added, deleted, missing, Refusal, resolved, updated } from '../../http/answer';
import type { CampaignTemplate, Website } from '../../state/state';
import { inWebsite, listPage, type Call, type Handlers } from '../call';

const WEBSITE = '/v1/website/{website_id}';
const ONE = `${WEBSITE}/campaigns/template/{template_id}`;

const change = inWebsite((call, website) => {
	const template = ownOf(call, website);
	Object.assign(template, call.body, { updated_at: call.world.clock() });
	return updated();
});

/** The templates of campaigns. Those of type `static` are Crisp's, and cannot be changed. */
export const templateHandlers: Handlers = {
	[`GET ${WEBSITE}/campaigns/templates/{page_number}`]: inWebsite((call, { templates }) => {
		const { search_name = '', filter_type_custom, filter_type_static } = call.query;
		const types = [
			...(filter_type_custom === '1' ? ['custom'] : []),
			...(filter_type_static === '1' ? ['static'] : []),
		];
		const isWanted = ({ name, type }: CampaignTemplate) =>
			name.toLowerCase().includes(search_name.toLowerCase()) && (types.length === 0 || types.includes(type));
		return listPage(call, templates.filter(isWanted), (template) => ({ ...template, content: undefined }));
	}),
	[`POST ${WEBSITE}/campaigns/template`]: inWebsite(({ world, body }, website) => {
		const template_id = randomUUID();
		const { name, format } = body as { name: string; format: string };
		const times = { created_at: world.clock(), updated_at: world.clock() };
		website.templates.push({ template_id, type: 'custom', name, format, content: '', ...times });
		return added({ template_id });
	}),
	[`GET ${ONE}`]: inWebsite((call, website) => resolved(templateOf(call, website))),
	[`HEAD ${ONE}`]: inWebsite((call, website) => resolved(templateOf(call, website))),
	[`PATCH ${ONE}`]: change,
	[`PUT ${ONE}`]: change,
	[`DELETE ${ONE}`]: inWebsite((call, website) => {
		const template = ownOf(call, website);
		website.templates = website.templates.filter((entry) => entry !== template);
		return deleted();
	}),
};

function templateOf({ vars }: Call, { templates }: Website): CampaignTemplate {
	const found = templates.find(({ template_id }) => template_id === vars.template_id);
	if (!found) throw missing('template');
	return found;
}

function ownOf(call: Call, website: Website): CampaignTemplate {
	const template = templateOf(call, website);
	if (template.type === 'static') throw new Refusal(403, 'not_allowed');
	return template;
}
