import type { EdgeDescription, SystemDescription } from '../../../lib/core/description/system-description';
import { CLIENT_HOST_HEADER, CLIENT_IP_HEADER, CLIENT_PATH_HEADER, ROUTE_HEADER } from '../../../lib/core/model/edge-headers';
import type { Request } from '../../simulator/simulate';
import type { System } from '../../simulator/system';
import { authorizerFacts, CLIENT_ADDRESS, CLIENT_HOST, edgeFacts, edgeOf, frontOf, waitOf } from './at-edge';
import type { Explanation, Fact, QuestionFrom, Refusal, Stage } from './explanation';
import { edgeRoutePath } from './names';
import { EMPTY } from './reach';
import { explainSent } from './sent';

/** What API Gateway makes of a message, or of the beginning and the end of a connection: a POST at the path of its route. */
export function explainMessage(system: SystemDescription, envoys: System, question: QuestionFrom<'message'>): Explanation {
  const edge = edgeOf(system, question);
  const { route: key, headers } = question;
  const isEvent = key === '$connect' || key === '$disconnect';
  const route = edge.routes.find((each) => each.key === key) ?? (isEvent ? undefined : edge.routes.find((each) => each.key === '$default'));
  const chosen = { route, passedOver: [] };
  const taken: readonly Fact[] =
    route === undefined || route.key === key ? [] : [{ text: `no route has the key "${key}"`, path: `${edge.path}.routes` }];
  const front: Stage = { at: `edge ${edge.name} (${edge.kind})`, facts: [...taken, ...edgeFacts(edge, chosen)] };
  if (route === undefined) return messageWithoutRoute(edge, key, front);
  const told = { [CLIENT_IP_HEADER]: CLIENT_ADDRESS, [CLIENT_HOST_HEADER]: CLIENT_HOST, [CLIENT_PATH_HEADER]: route.path };
  const sent: Request = {
    from: { kind: 'edge', edge: edge.name },
    method: 'POST',
    path: route.path,
    headers: { ...headers, ...told, [ROUTE_HEADER]: route.key },
  };
  const seconds = waitOf(edge, route);
  return explainSent(system, envoys, sent, {
    caller: edge.gateway,
    stages: [front],
    needs: authorizerFacts(edge, route),
    before: seconds === undefined ? undefined : { who: frontOf(edge), seconds, path: `${edgeRoutePath(edge, route)}.timeout` },
  });
}

/** No service needs to know of connections; for messages, API Gateway itself answers the client. */
function messageWithoutRoute(edge: EdgeDescription, key: string, front: Stage): Explanation {
  const by = `${edge.path}.routes`;
  if (key === '$connect' || key === '$disconnect')
    return {
      ...EMPTY,
      verdict: 'answered',
      summary: `answered by API Gateway alone: no service gets ${key} (${by})`,
      stages: [front],
    };
  const refusal: Refusal = { by, why: `no route of API Gateway takes messages with the key "${key}"` };
  return { ...EMPTY, verdict: 'refused', summary: `refused by ${by}: ${refusal.why}`, refusal, stages: [front] };
}
