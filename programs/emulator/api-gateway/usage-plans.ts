import { Fields } from '../template/fields';
import type { ClientRequest } from './client-request';
import type { Refused } from './gateway-response';
import { refused } from './gateway-response';
import type { Meter, Quota, Throttle } from './limits';
import { readQuota, readThrottle } from './limits';
import type { Wired, Wiring } from './wiring';

/** An API key that the stage of an API accepts, with the limits of its usage plan. */
export interface StageKey {
  /** Of the key: its logical ID, or the ID of one that exists. */
  readonly id: string;
  /** What clients send. A template has none; API Gateway makes it. */
  readonly value: string;
  readonly plan: string;
  /** The name of the usage plan. */
  readonly planName: string;
  readonly throttle?: Throttle;
  readonly quota?: Quota;
}

/** The keys of all usage plans that an API has for one of its stages. */
export function stageKeys(wiring: Wiring, api: Wired): readonly StageKey[] {
  const stages = wiring.allOf('ApiGateway::Stage', 'RestApiId', api.id).map(({ id }) => id);
  const plans = wiring.all('ApiGateway::UsagePlan').filter(({ properties }) =>
    ((properties['ApiStages'] ?? []) as readonly Wired['properties'][]).some((stage) => {
      const each = { id: '', properties: stage };
      return wiring.behind(each, 'ApiId')?.id === api.id && stages.includes(wiring.behind(each, 'Stage')?.id ?? '');
    }),
  );
  return plans.flatMap((plan) => {
    const fields = Fields.of(wiring.resolver.resolve(plan.properties), plan.id);
    const throttle = readThrottle(fields.child('Throttle'), 'RateLimit', 'BurstLimit');
    const quota = readQuota(fields.child('Quota'));
    return wiring.allOf('ApiGateway::UsagePlanKey', 'UsagePlanId', plan.id).flatMap((link): readonly StageKey[] => {
      const key = wiring.behind(link, 'KeyId');
      // "enabled: Specifies whether the ApiKey can be used by callers": API_ApiKey
      if (key?.properties['Enabled'] === false) return [];
      const id = key?.id ?? wiring.resolver.text(link.properties['KeyId'] ?? '');
      return [
        {
          id,
          value: `value-of-${id}`,
          plan: plan.id,
          planName: fields.text('UsagePlanName'),
          ...(throttle && { throttle }),
          ...(quota && { quota }),
        },
      ];
    });
  });
}

/**
 * The key of a request, which it has in the header `X-API-Key` (`ApiKeySourceType` is `HEADER` unless an API says otherwise).
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-key-source.html
 */
export function keyOf({ headers = {} }: ClientRequest, keys: readonly StageKey[]): StageKey | undefined {
  const given = Object.entries(headers).find(([name]) => name.toLowerCase() === 'x-api-key')?.[1];
  return keys.find(({ value }) => value === given);
}

/** "The gateway response for an invalid API key submitted for a method requiring an API key": supported-gateway-response-types. */
export function invalidKey(): Refused {
  return refused(403, 'INVALID_API_KEY', 'Forbidden');
}

/**
 * "Throttling and quota limits apply to requests for individual API keys that are aggregated across all API stages within a usage plan."
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
 *
 * AWS does not say whether a request above the rate counts for the quota; here it does not.
 */
export function beyondPlan(meter: Meter, { id, plan, throttle, quota }: StageKey): Refused | undefined {
  const name = `${plan} ${id}`;
  if (throttle !== undefined && !meter.passes(name, throttle)) return tooMany();
  if (quota !== undefined && !meter.counted(name, quota)) return refused(429, 'QUOTA_EXCEEDED', 'Limit Exceeded');
  return undefined;
}

/** "The gateway response when usage plan-, method-, stage-, or account-level throttling limits exceeded": the same list. */
export function tooMany(): Refused {
  return refused(429, 'THROTTLED', 'Too Many Requests');
}
