import type { EdgeFeatureId } from '../../lib/core/edges/features';
import { EDGE_FEATURES } from '../../lib/core/edges/features';
import type { EdgeKind } from '../../lib/core/edges/kind';
import { KINDS } from '../../lib/core/edges/kinds';
import { CLIENT_HOST_HEADER, CLIENT_IP_HEADER, CLIENT_PATH_HEADER, ROUTE_HEADER } from '../../lib/core/model/edge-headers';
import { parseTopology } from '../../lib/core/parse/parse';
import { planSystem } from '../../lib/core/plan-system';
import type { Issue } from '../../lib/core/reading/issues';
import { IssueList } from '../../lib/core/reading/issues';
import { defined } from '../../lib/core/defined';
import type { EdgeTopology } from '../../lib/core/model/topology';
import type { Raw } from '../support/parsing';
import { service } from '../support/parsing';
import { catalog, edgeSystems } from './edge-systems';
import { expectTable } from './feature-table';
import { KIND_PROOFS } from './kinds';

const features = Object.keys(EDGE_FEATURES) as EdgeFeatureId[];

/** Features that are a part of another. */
const WHOLE: Readonly<Partial<Record<EdgeFeatureId, EdgeFeatureId>>> = {
  grpcWeb: 'grpcJson',
  grpcStreams: 'grpcJson',
  queryToken: 'lambda',
  cognitoClients: 'cognito',
  executeApiEndpoint: 'domain',
  basePath: 'domain',
  mutualTls: 'domain',
  securityPolicy: 'domain',
};

/** What the kind plans of an edge of a system that has nothing but the services "orders" and "catalog". */
function plan(
  kind: string,
  options: Raw,
  name: string,
): { readonly api?: unknown; readonly edge?: EdgeTopology; readonly issues: readonly Issue[] } {
  const issues = new IssueList();
  const edges = { [name]: { kind, ...options } };
  const topology = parseTopology({ props: { services: { orders: service(), catalog }, edges }, defaultName: 'shop' }, issues);
  if (issues.all.length > 0) return { issues: issues.all };
  const [edge] = planSystem(topology, issues).edges;
  return issues.all.length > 0 ? { issues: issues.all } : { api: edge?.api, ...defined({ edge: topology.edges[0] }), issues: [] };
}

describe.each(KINDS.map((kind) => [kind.factory, kind] as const))('%s', (_, kind: EdgeKind) => {
  const wishes = KIND_PROOFS[kind.id]!;
  const { proofs } = wishes;
  const systems = edgeSystems(wishes);
  const able = features.filter((id) => kind.capabilities[id] === true);
  const unable = features.filter((id) => kind.capabilities[id] !== true);

  test.each(able.map((id) => [EDGE_FEATURES[id].title, id] as const))('does: %s', (title, id) => {
    const proof = proofs[id];
    if (proof === undefined) throw new Error(`${kind.factory} says that it does "${title}", and shows it nowhere`);
    const { with: system, without } = systems[id];
    const done = plan(kind.id, system, 'public');
    expect(done.issues).toEqual([]);
    expect(proof(done.api as never, done.edge!)).toBe(true);
    // What is true of every plan would prove nothing. Traces are those of the whole system.
    const bare =
      without === undefined
        ? {
            api: JSON.parse(JSON.stringify(done.api), (key, value: unknown) => (key === 'traced' ? false : value)) as unknown,
            edge: done.edge,
          }
        : plan(kind.id, without, 'public');
    expect(proof(bare.api as never, bare.edge!)).toBe(false);
  });

  test('overwrites the headers by which alone the gateway service knows route, client, host and path, or has it believe none', () => {
    const { overwrites } = wishes;
    const { api, edge } = plan(kind.id, systems.none.with, 'public');
    expect(edge?.api.ports === undefined).toBe(overwrites !== undefined);
    if (overwrites === undefined) return;
    const headers = overwrites(api as never);
    expect(headers).toEqual(expect.arrayContaining([CLIENT_IP_HEADER, CLIENT_HOST_HEADER, CLIENT_PATH_HEADER, ROUTE_HEADER]));
  });

  // Not asked for by a prop: an HTTP API gets no traces, whatever the system has. What is a part of another feature is refused with it.
  const askedFor = unable.filter((id) => id !== 'traces' && kind.capabilities[WHOLE[id] ?? 'none'] === true);
  test.each(askedFor.map((id) => [EDGE_FEATURES[id].title, id] as const))(
    'does not, and says so where it is asked for: %s',
    (_title, id) => {
      const capability = kind.capabilities[id];
      const { issues } = plan(kind.id, systems[id].with, 'public');
      expect(issues).toContainEqual(
        expect.objectContaining({
          code: 'UNSUPPORTED_BY_EDGE',
          path: expect.stringMatching(/^edges\.public\./) as string,
          // Of a method of gRPC with its place in the .proto file.
          message: expect.stringContaining(`${kind.factory} cannot do this: ${capability === true ? '' : capability.no}`) as string,
          fix: expect.stringContaining(KINDS.find(({ capabilities }) => capabilities[id] === true)?.factory ?? 'nothing') as string,
        }),
      );
      // Nothing is shown that is not there.
      expect(proofs[id]).toBeUndefined();
    },
  );
});

test('the table of features in docs/edge.md is what the kinds say (npm run test:update)', () => {
  expectTable('edge.md', EDGE_FEATURES, KINDS);
});
