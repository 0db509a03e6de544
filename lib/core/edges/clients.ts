import { REST_API } from '../limits/api-gateway';
import type { LimitUse } from '../limits/use';
import type { EdgeTopology, Warning } from '../model/topology';
import { authorizerOf } from './authorizer-of';

/** Of keys, which are no proof and no limit by themselves. */
export function ofClients(edge: EdgeTopology): readonly Warning[] {
  return [...withoutProof(edge), ...sharedKey(edge)];
}

/** "Don't use API keys for authentication." https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html */
function withoutProof(edge: EdgeTopology): readonly Warning[] {
  const open = edge.routes.filter((route) => route.apiKeyRequired === true && authorizerOf(edge, route).kind === 'none');
  const [first, ...others] = open.map(({ key }) => `"${key}"`);
  if (first === undefined) return [];
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  return [
    {
      id: 'api-key-without-authorizer',
      path: `${edge.path}.routes`,
      message:
        `${first}${more} of Authorizer.none() asks for an API key and for nothing else: a key says which client it is, and proves ` +
        'nothing. Give the routes an authorizer; or write Authorizer.apiKey() if the key is enough, or apiKeyRequired: false without it',
    },
  ];
}

function sharedKey({ path, authorizers, clients }: EdgeTopology): readonly Warning[] {
  if (clients === undefined || !authorizers.some(({ createsKey }) => createsKey === true)) return [];
  return [
    {
      id: 'shared-api-key',
      path: `${path}.clients`,
      message:
        'beside the keys of the clients there is the one that Authorizer.apiKey() makes, with no quota. Once nobody uses it, remove it ' +
        'by Authorizer.apiKey({ keys: [] })',
    },
  ];
}

/** Those of clients, and the one of the keys of an authorizer. */
export function usagePlans(edges: readonly EdgeTopology[]): LimitUse {
  const used = edges
    .map(({ clients = [], authorizers }) => clients.length + (authorizers.some(({ kind }) => kind === 'apiKey') ? 1 : 0))
    .reduce((sum, count) => sum + count, 0);
  return {
    limit: REST_API.usagePlans,
    used,
    path: 'edges',
    subject: `the edges have ${used} usage plans, one for each client`,
    advice: 'let clients with equal limits share the usage plan of Authorizer.apiKey({ keys: [ … ] }), whose limits hold for each key',
  };
}
