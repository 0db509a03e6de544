import { clientsDomain } from '../../../lib/core/contract/client';
import { identityOf } from '../../../lib/core/contract/identity';
import type { SystemDescription } from '../../../lib/core/description/system-description';
import { CLIENT_GATEWAY_PORT, clientHost } from '../../../lib/core/model/clients';
import type { System } from '../../simulator/system';
import type { Explanation, Fact, QuestionFrom, Refusal } from './explanation';
import { Names } from './names';
import { explainSent, refusedText, statusText } from './sent';

export function gatewayOfClients({ workloads }: SystemDescription): readonly string[] {
  return workloads.filter(({ clientGateway }) => clientGateway).map(({ name }) => name);
}

/** A caller outside of the mesh shows its certificate to the gateway of clients, which is its proxy. */
export function explainOutside(system: SystemDescription, envoys: System, question: QuestionFrom<'outside'>): Explanation {
  const { caller, callee, method, path, headers } = question;
  const client = system.clients.find(({ name }) => name === caller);
  const [gateway] = gatewayOfClients(system);
  if (client === undefined || gateway === undefined) throw new Error(`there is no client ${caller}`);
  const identity = identityOf(system.trustDomain, caller);
  const host = clientHost({ domain: clientsDomain(system.domain) }, callee);
  const from = { kind: 'outsider', task: gateway, tls: true, identity, port: CLIENT_GATEWAY_PORT, host } as const;
  const shown: Fact = { text: `shows the certificate of ${identity} at ${host}:${CLIENT_GATEWAY_PORT}`, path: client.path };
  const explanation = explainSent(
    system,
    envoys,
    { from, method, path, headers },
    {
      caller: gateway,
      ...{ before: undefined, needs: [], stages: [{ at: `client ${caller}, outside of the mesh`, facts: [shown] }] },
    },
  );
  if (explanation.refusal?.by !== 'clients') return explanation;
  const declared = client.calls.includes(callee);
  const refusal: Refusal = {
    ...explanation.refusal,
    by: declared ? `${new Names(system).service(callee)?.path ?? callee}.allow` : `${client.path}.calls`,
    why: declared ? 'none of its rules has this client, method and path' : `${caller} does not name ${callee}`,
  };
  const stages = explanation.stages.map(({ at, facts }) => ({
    at,
    facts: facts.map((fact) => (fact.path === 'clients' ? { text: `${statusText(refusal)}: ${refusal.why}`, path: refusal.by } : fact)),
  }));
  return { ...explanation, refusal, stages, summary: refusedText(refusal) };
}
