import { choice, identifier } from './field';
import { op, resource, type Simplify } from './operation';
import { websiteOfPlan } from '../execute/summaries';

const summary: Simplify = {
	plan_name: 'name',
	website_name: 'website.name',
	price: 'price',
	bill_period: 'bill_period',
	active: 'active',
	trialing: 'trialing',
	subscribed_at: 'since',
	trial_ends_at: 'trial_end',
	website_id: websiteOfPlan,
	plan_id: 'id',
};

const code = identifier('The code of the coupon', { label: 'Coupon Code', required: true });

/** https://docs.crisp.chat/references/rest-api/v1/#plan-subscription */
export const planSubscription = resource(
	'Plan Subscription',
	{
		changePeriod: op('PATCH /v1/plans/subscription/{website_id}/bill/period', {
			tier: 'user',
			name: 'Change Bill Period',
			action: 'Change the bill period of a plan subscription',
			description: 'Change how often the payment method is charged',
			body: {
				period: choice(['monthly', 'yearly'], 'How often it is billed', { required: true, fallback: 'monthly' }),
			},
		}),
		checkCoupon: op('GET /v1/plans/subscription/{website_id}/coupon', {
			tier: 'user',
			action: 'Check a coupon for a plan subscription',
			query: { code },
		}),
		get: op('GET /v1/plans/subscription/{website_id}', {
			action: 'Get the plan subscription of a website',
			simplify: summary,
		}),
		getAll: op('GET /v1/plans/subscription', {
			tier: 'user',
			action: 'Get many plan subscriptions',
			description: 'Retrieve the active plans of every website the user belongs to or pays for',
			simplify: summary,
		}),
		redeemCoupon: op('PATCH /v1/plans/subscription/{website_id}/coupon', {
			tier: 'user',
			// A coupon can be redeemed a limited number of times.
			resends: 'never',
			action: 'Redeem a coupon for a plan subscription',
			description: 'Use a coupon; rebates and upgrades apply at once',
			body: { code },
		}),
		subscribe: op('POST /v1/plans/subscription/{website_id}', {
			tier: 'user',
			action: 'Subscribe a website to a plan',
			body: { plan_id: identifier('ID of the plan', { required: true }) },
		}),
		unsubscribe: op('DELETE /v1/plans/subscription/{website_id}', {
			tier: 'user',
			action: 'Unsubscribe a website from its plan',
		}),
	},
	{ scope: 'plan:subscription' },
);
