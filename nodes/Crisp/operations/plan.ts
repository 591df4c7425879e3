import { choice, identifier } from './field';
import { op, resource } from './operation';

const summary = [
	'id',
	'name',
	'price',
	'since',
	'trialing',
	'trial_end',
	'bill_period',
	'active',
	'website.id',
	'website.name',
];

const code = identifier('The code of the coupon', { label: 'Coupon Code', required: true });

/** https://docs.crisp.chat/references/rest-api/v1/#plan-subscription */
export const planSubscription = resource(
	'Plan Subscription',
	{
		changePeriod: op('PATCH /v1/plans/subscription/{website_id}/bill/period', {
			name: 'Change Bill Period',
			action: 'Change the bill period of a plan subscription',
			description: 'Change how often the payment method is charged',
			body: {
				period: choice(['monthly', 'yearly'], 'How often it is billed', { required: true, fallback: 'monthly' }),
			},
		}),
		checkCoupon: op('GET /v1/plans/subscription/{website_id}/coupon', {
			action: 'Check a coupon for a plan subscription',
			query: { code },
		}),
		get: op('GET /v1/plans/subscription/{website_id}', {
			action: 'Get the plan subscription of a website',
			simplify: summary,
		}),
		getAll: op('GET /v1/plans/subscription', {
			action: 'Get many plan subscriptions',
			description: 'Retrieve the active plans of every website the user belongs to or pays for',
			simplify: summary,
		}),
		redeemCoupon: op('PATCH /v1/plans/subscription/{website_id}/coupon', {
			action: 'Redeem a coupon for a plan subscription',
			description: 'Use a coupon; rebates and upgrades apply at once',
			body: { code },
		}),
		subscribe: op('POST /v1/plans/subscription/{website_id}', {
			action: 'Subscribe a website to a plan',
			body: { plan_id: identifier('ID of the plan', { required: true }) },
		}),
		unsubscribe: op('DELETE /v1/plans/subscription/{website_id}', { action: 'Unsubscribe a website from its plan' }),
	},
	{ scope: 'plan:subscription' },
);
