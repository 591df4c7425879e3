import { crisp } from './api.js';
import { avatar, byId, chip, element } from './dom.js';

/** The people of the website, and the form that adds one through the REST API, like an integration. */
export function contactsPane(state, refresh) {
	const form = byId('add-person');
	const outcome = byId('add-outcome');
	byId('people-search').oninput = () => render();

	form.onsubmit = async (event) => {
		event.preventDefault();
		const { nickname, email, company, segments } = Object.fromEntries(new FormData(form));
		const listed = segments
			.split(',')
			.map((segment) => segment.trim())
			.filter(Boolean);
		try {
			await crisp('POST', `${state.websiteId}/people/profile`, {
				email,
				person: { nickname },
				...(company && { company: { name: company } }),
				segments: listed,
			});
			form.reset();
			report(`${nickname} was added.`, true);
			refresh();
		} catch (error) {
			report(error.message === 'people_exists' ? 'Another contact has this email already.' : error.message, false);
		}
	};

	function report(text, isRight) {
		outcome.textContent = text;
		outcome.classList.toggle('is-wrong', !isRight);
	}

	function render() {
		const search = byId('people-search').value.toLowerCase();
		const found = state.people.filter(({ email, person }) =>
			`${email} ${person.nickname ?? ''}`.toLowerCase().includes(search),
		);
		byId('people-count').textContent = state.people.length || '';
		byId('people').replaceChildren(...found.map(row));
	}

	return { render };
}

function row({ email, person, company, segments, data }) {
	const name = person.nickname ?? email;
	const pairs = Object.entries(data).map(([key, value]) =>
		element('div', { className: 'pair' }, element('span', {}, key), element('span', {}, String(value))),
	);
	return element(
		'div',
		{ className: 'person' },
		avatar(name),
		element(
			'div',
			{},
			element('strong', {}, name),
			element('small', {}, [email, company.name].filter(Boolean).join(' · ')),
		),
		element('div', {}, segments.map(chip)),
		element('div', {}, pairs),
	);
}
