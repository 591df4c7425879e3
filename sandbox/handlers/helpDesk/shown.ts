import type { HelpArticle, HelpDesk } from '../../state/state';

const ROOT = 'crisp.help';

/** Whether a flag of a query is set. */
export const isOn = (value: unknown) => value !== undefined && String(value) !== '0';

export const domainOf = ({ domain }: HelpDesk) => ({ root: ROOT, ...domain, verified: domain.custom !== '' });

/** Where readers find a help desk. */
export const addressOf = (desk: HelpDesk) => `https://${desk.domain.custom || `${desk.domain.basic}.${ROOT}`}/`;

/** Where readers find an article. */
export const urlOf = ({ locale, id, path }: HelpArticle) =>
	`https://help.thistle-tea.example/${locale}/article/${path || id}/`;
