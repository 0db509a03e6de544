import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SocketApi } from '../../emulator/api-gateway/web-socket-api';
import { connectionIn, rootOf } from '../../emulator/api-gateway/web-socket-api';
import { bySignature } from './access';
import { callerOf, passedOn } from './http-messages';
import type { LocalCredentials } from './signed-requests';
import { signatureOf } from './signed-requests';
import type { SocketConnections } from './socket-connections';
import { LONGEST_MESSAGE } from './socket-connections';

/** What a request to connections is asked for. */
export interface ManagementCall {
  /** Logical ID of the API. */
  readonly api: string;
  /** Such as `prod/POST/@connections/abc=`. */
  readonly resource: string;
}

/** Whether the task at an address has the permission for a call; undefined: it is no task's address. */
export type Manages = (address: string, call: ManagementCall) => boolean | undefined;

interface ConnectionsWorld {
  readonly api: () => SocketApi;
  readonly credentials: () => LocalCredentials;
  readonly manages: Manages;
}

interface Call {
  readonly request: IncomingMessage;
  readonly body: Buffer | 'too long';
  readonly response: ServerResponse;
}

interface Result {
  readonly status: number;
  /** By which the SDK makes an error of it. */
  readonly type?: string;
  readonly body?: unknown;
}

/**
 * POST sends a message to a connection, GET says how it is, DELETE closes it. Tasks need the permission for it, by their roles; others
 * sign with the local credentials.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
 */
export async function serveConnections(connections: SocketConnections, world: ConnectionsWorld, call: Call): Promise<void> {
  const { status, type, body } = await resultOf(connections, world, call);
  const headers = { 'content-type': 'application/json', ...(type !== undefined && { 'x-amzn-errortype': type }) };
  call.response.writeHead(status, headers).end(body === undefined ? undefined : JSON.stringify(body));
}

async function resultOf(connections: SocketConnections, world: ConnectionsWorld, { request, body }: Call): Promise<Result> {
  const { method = 'GET', url = '/' } = request;
  const api = world.api();
  const { pathname } = new URL(url, 'http://edge');
  const roots = api.open ? [rootOf(api, undefined), ...api.domains.values()] : [...api.domains.values()];
  const id = roots.map((root) => connectionIn(pathname, root)).find((each) => each !== undefined);
  if (id === undefined) return failed(403, 'ForbiddenException', 'Forbidden');
  if (body === 'too long') return failed(413, 'PayloadTooLargeException', 'The data has exceeded the maximum size allowed.');
  const refused = await refusal(world, { api: api.id, resource: `${api.stage}/${method}/@connections/${id}` }, request, body);
  if (refused !== undefined) return refused;
  const connection = connections.get(id);
  if (connection === undefined) return failed(410, 'GoneException', 'Gone');
  switch (method) {
    case 'GET': {
      const { connectedAt, lastActiveAt, userAgent, client } = connection;
      return { status: 200, body: { connectedAt, lastActiveAt, identity: { sourceIp: client.address, userAgent } } };
    }
    case 'POST':
      if (body.length > LONGEST_MESSAGE) return failed(413, 'PayloadTooLargeException', 'The data has exceeded the maximum size allowed.');
      return connections.send(id, body.toString()) ? { status: 200 } : failed(410, 'GoneException', 'Gone');
    case 'DELETE':
      connections.end(id);
      return { status: 204 };
    default:
      return failed(403, 'ForbiddenException', 'Forbidden');
  }
}

async function refusal(
  { credentials, manages }: ConnectionsWorld,
  call: ManagementCall,
  request: IncomingMessage,
  body: Buffer,
): Promise<Result | undefined> {
  const { authorization, host = '' } = request.headers;
  const allowed = manages(callerOf(request), call);
  // Which role a task has is known by its address, whatever credentials it has signed with.
  if (allowed !== undefined && authorization !== undefined)
    return allowed
      ? undefined
      : failed(403, 'AccessDeniedException', `The task's role may not execute-api:ManageConnections on ${call.api}/${call.resource}`);
  const local = credentials();
  const { method = 'GET', url: path = '/' } = request;
  const signature = await signatureOf({ method, path, headers: { ...passedOn(request), host } }, body, local);
  const verdict = bySignature('web-socket', { signature, credentials: local });
  if ('context' in verdict) return undefined;
  const type = verdict.type === 'MISSING_AUTHENTICATION_TOKEN' ? 'MissingAuthenticationTokenException' : 'InvalidSignatureException';
  return failed(verdict.status, type, verdict.body);
}

function failed(status: number, type: string, message: string): Result {
  return { status, type, body: { message } };
}
