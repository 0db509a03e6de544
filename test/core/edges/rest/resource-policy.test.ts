import { planRestApi } from '../../../../lib/core/edges/rest/plan';
import type { RestApiSettings } from '../../../../lib/core/edges/rest/plan';
import type { EdgeTopology } from '../../../../lib/core/model/topology';
import type { Raw } from '../../../support/parsing';
import { edge, topologyOf } from '../../../support/parsing';

const RANGES = ['203.0.113.0/24', '2001:db8::/32'];
const iam = { kind: 'iam' };

function openOf(more: Raw): readonly string[] | undefined {
  const [parsed] = topologyOf(edge({ allowedIpRanges: RANGES, ...more }, 'rest')).edges;
  const policy = planRestApi({}, parsed as EdgeTopology<RestApiSettings>).policy;
  expect(policy?.ipRanges).toEqual(RANGES);
  return policy?.open;
}

test('no policy is made unless it is asked for', () => {
  expect(planRestApi({}, topologyOf(edge({}, 'rest')).edges[0] as EdgeTopology<RestApiSettings>)).not.toHaveProperty('policy');
});

test.each<[string, Raw, readonly string[]]>([
  ['everything, where authorizers have no policy of their own', {}, ['*']],
  ['nothing, where an identity policy has to allow each request', { authorizer: iam }, []],
  [
    'preflights of what else an identity policy has to allow',
    { authorizer: iam, cors: { allowOrigins: ['https://shop.example'] } },
    ['OPTIONS/*'],
  ],
  [
    'what has no authorizer with a policy, and nothing beside it',
    {
      routes: {
        'GET /': { service: 'ui' },
        'ANY /catalog/{id}': { service: 'ui' },
        'GET /orders/{proxy+}': { service: 'ui', authorizer: iam },
      },
    },
    [...['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'].map((method) => `${method}/catalog/*`), 'GET/'].sort(),
  ],
])('the policy allows %s', (_, more, expected) => {
  expect(openOf(more)).toEqual(expected);
});
