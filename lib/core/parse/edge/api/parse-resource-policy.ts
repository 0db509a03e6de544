import { defined } from '../../../defined';
import { checkSupport } from '../../../edges/check-support';
import type { EdgeKind } from '../../../edges/kind';
import { KINDS } from '../../../edges/kinds';
import type { EdgeTopology } from '../../../model/topology';
import { holdsToken, Opaque } from '../../../reading/input';
import type { Reader } from '../../../reading/reader';

/** Who may call an API at all, beside ranges of addresses. */
export function parseResourcePolicy(at: Reader, kind: EdgeKind): Pick<EdgeTopology, 'privateApi' | 'ownStatements'> {
  return defined({
    privateApi: parsePrivateApi(at, kind),
    ownStatements: parseStatements(at.field('resourcePolicyStatements'), kind),
  });
}

function parsePrivateApi(edge: Reader, kind: EdgeKind): EdgeTopology['privateApi'] {
  const at = edge.field('privateApi');
  if (at.absent || !checkSupport(at, 'privateApi', kind, KINDS) || !at.checkFields(['vpcEndpoints'])) return undefined;
  const endpointsAt = at.field('vpcEndpoints');
  const endpoints = endpointsAt.items('a list of ec2.IInterfaceVpcEndpoint');
  if (Array.isArray(endpointsAt.value) && endpoints.length === 0)
    endpointsAt.fail('MISSING', 'with no endpoint in it, nobody could call the API', { fix: 'leave it out, or list one' });
  for (const endpoint of endpoints) endpoint.checkInstance('an ec2.IInterfaceVpcEndpoint', ['vpcEndpointId', 'connections']);
  // https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-private-custom-domains.html
  if (!edge.field('domain').absent)
    edge.field('domain').fail('CONFLICT', 'a private API has no Regional domain, which the internet reaches', {
      got: null,
      fix: 'leave domain out; for a private name make apigateway.CfnDomainNameV2, and map it to restApi of the handle',
    });
  if (edge.field('ipAddressType').value === 'ipv4')
    edge.field('ipAddressType').fail('CONFLICT', 'a private API takes IPv4 and IPv6: its endpoints say which of them clients have', {
      got: null,
      fix: 'remove it',
    });
  return { ownEndpoints: !endpointsAt.absent };
}

interface Statement {
  readonly Effect?: unknown;
  readonly Principal?: unknown;
  readonly NotPrincipal?: unknown;
  readonly Action?: unknown;
  readonly NotAction?: unknown;
  readonly Resource?: unknown;
  readonly NotResource?: unknown;
}

/** @returns how many there are */
function parseStatements(at: Reader, kind: EdgeKind): number | undefined {
  if (at.absent || !checkSupport(at, 'resourcePolicy', kind, KINDS)) return undefined;
  const items = at.items('a list of iam.PolicyStatement');
  if (Array.isArray(at.value) && items.length === 0) at.fail('MISSING', 'there is no statement in it', { fix: 'remove it, or add one' });
  for (const item of items) {
    if (!item.checkInstance('an iam.PolicyStatement', ['toStatementJson()'])) continue;
    checkStatement(item, statementOf(item.value));
  }
  return items.length;
}

function statementOf(value: unknown): Statement {
  const statement = (value instanceof Opaque ? value.object : value) as { toStatementJson(): Statement };
  return statement.toStatementJson();
}

/**
 * What a policy allows to everybody needs no word of an identity policy or a Lambda function any more; and on other routes the edge allows
 * it itself, so that conditions of such a statement would change nothing. What a policy denies, nothing allows.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
 */
function checkStatement(at: Reader, statement: Statement): void {
  const { Effect, Principal, NotPrincipal, Resource, NotResource } = statement;
  checkActions(at, statement);
  if (Principal === undefined && NotPrincipal === undefined)
    at.fail('MISSING', 'the statement does not say whom it is about', { got: null, fix: 'give it principals' });
  if (Resource === undefined && NotResource === undefined)
    at.fail('MISSING', 'the statement does not say which requests it is about', {
      got: null,
      fix: "give it resources, such as 'execute-api:/*'",
    });
  if (Effect === 'Allow' && (NotPrincipal !== undefined || isEverybody(Principal)))
    at.fail('CONFLICT', 'it allows everybody, whatever authorizers say: the edge itself allows what needs no more than that', {
      got: null,
      fix: 'name roles or accounts, or deny what is not to be (effect: Effect.DENY, with the condition turned around)',
    });
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html */
function checkActions(at: Reader, { Action, NotAction }: Statement): void {
  if (Action === undefined && NotAction === undefined)
    at.fail('MISSING', 'the statement does not say what it is about', { got: null, fix: "give it actions: ['execute-api:Invoke']" });
  const actions = [Action ?? []].flat().filter((action) => typeof action === 'string');
  if (actions.length > 0 && !actions.some(isInvoke))
    at.fail('INVALID_VALUE', `it is about ${actions.join(', ')}, and clients of an API do nothing but execute-api:Invoke`, {
      got: null,
      fix: "give it actions: ['execute-api:Invoke']",
    });
}

/** Names of actions have no upper and lower case. A token may turn out to be anything. */
function isInvoke(action: string): boolean {
  const pattern = action
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return holdsToken(action) || new RegExp(`^${pattern}$`, 'i').test('execute-api:Invoke');
}

function isEverybody(principal: unknown): boolean {
  if (typeof principal !== 'object' || principal === null) return principal === '*';
  return Object.values(principal).some((value) => (Array.isArray(value) ? value : [value]).includes('*'));
}
