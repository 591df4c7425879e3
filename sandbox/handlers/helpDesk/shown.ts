import type { HelpArticle } from '../../state/state';

/** Whether a flag of a query is set. */
export const isOn = (value: unknown) => value !== undefined && String(value) !== '0';

/** Where readers find an article. */
export const urlOf = ({ locale, id, path }: HelpArticle) =>
	`https://help.thistle-tea.example/${locale}/article/${path || id}/`;
