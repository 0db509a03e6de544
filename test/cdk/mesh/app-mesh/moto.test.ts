import { Readable } from 'node:stream';
import {
  AppMeshClient,
  CreateMeshCommand,
  CreateRouteCommand,
  CreateVirtualNodeCommand,
  CreateVirtualRouterCommand,
  DescribeMeshCommand,
  DescribeRouteCommand,
  DescribeVirtualNodeCommand,
  DescribeVirtualRouterCommand,
  ListRoutesCommand,
  type CreateRouteInput,
  type CreateVirtualNodeInput,
  type CreateVirtualRouterInput,
} from '@aws-sdk/client-app-mesh';
import { Authorizer, Edge, Mesh, Protocol } from '../../../../lib';
import { hasMoto, startMoto, type Moto } from '../../../programs/functions/support/moto';
import { build, resourcesOf, service } from '../../../support/stack';
import type { ApiResource } from './template';
import { apiResources } from './template';

if (!hasMoto)
  process.stderr.write(
    '\n!!! THE TEMPLATE OF Mesh.appMesh() IS NOT TRIED ON AN INDEPENDENT APP MESH API: run .ci/tools, which installs moto_server\n\n',
  );

/** moto writes times as a text of its own, where App Mesh writes seconds since 1970, and the SDK takes nothing else. */
function ignoreTimes(client: AppMeshClient): void {
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const response = result.response as { body: AsyncIterable<Buffer> };
      const chunks: Buffer[] = [];
      for await (const chunk of response.body) chunks.push(chunk);
      const text = Buffer.concat(chunks)
        .toString()
        .replace(/("(?:createdAt|lastUpdatedAt)": ?)"[^"]*"/g, (_, key: string) => `${key}0`);
      response.body = Readable.from([Buffer.from(text)]);
      return result;
    },
    { step: 'deserialize', priority: 'low' },
  );
}

/** As CloudFormation would make it of the template. */
const MESH = 'shop';

function resourcesOfAppMesh(): readonly ApiResource[] {
  const { template } = build({
    services: {
      ui: service({ calls: ['cache', 'catalog', 'prices'] }),
      catalog: service({ port: 3000, protocol: Protocol.HTTP2, calls: ['ui'] }),
      prices: service({ port: 50_051, protocol: Protocol.GRPC }),
      cache: service({ port: 6379, protocol: Protocol.TCP }),
    },
    edge: Edge.httpApi({
      authorizer: Authorizer.none(),
      routes: { $default: { service: 'ui' }, 'GET /catalog/{id}': { service: 'catalog' } },
    }),
    // moto wants attributes of instances of Cloud Map, which App Mesh does not.
    mesh: Mesh.appMesh({ dnsDiscovery: true }),
  });
  return apiResources(resourcesOf(template), MESH);
}

/** moto knows neither virtual services nor virtual gateways. */
(hasMoto || process.env['CI'] === 'true' ? describe : describe.skip)("moto's App Mesh takes the template", () => {
  const all = resourcesOfAppMesh();
  const inputs = (type: string): readonly Readonly<Record<string, unknown>>[] =>
    all.filter((resource) => resource.type === type).map(({ input }) => input);
  let moto: Moto;
  let client: AppMeshClient;

  beforeAll(async () => {
    moto = await startMoto();
    client = new AppMeshClient(moto.client);
    ignoreTimes(client);
    const [mesh] = inputs('Mesh');
    await client.send(new CreateMeshCommand({ ...mesh, meshName: MESH }));
    for (const input of inputs('VirtualNode')) await client.send(new CreateVirtualNodeCommand(input as unknown as CreateVirtualNodeInput));
    for (const input of inputs('VirtualRouter'))
      await client.send(new CreateVirtualRouterCommand(input as unknown as CreateVirtualRouterInput));
    for (const input of inputs('Route')) await client.send(new CreateRouteCommand(input as unknown as CreateRouteInput));
  });
  afterAll(async () => {
    client?.destroy();
    await moto?.stop();
  });

  test('the mesh drops what is not declared', async () => {
    expect((await client.send(new DescribeMeshCommand({ meshName: MESH }))).mesh?.spec?.egressFilter).toEqual({ type: 'DROP_ALL' });
  });

  test.each(inputs('VirtualNode').map((input) => [input['virtualNodeName'] as string, input] as const))(
    'the virtual node %s is read back as it was written',
    async (virtualNodeName, input) => {
      expect((await client.send(new DescribeVirtualNodeCommand({ meshName: MESH, virtualNodeName }))).virtualNode?.spec).toMatchObject(
        input['spec'] as object,
      );
    },
  );

  test.each(inputs('VirtualRouter').map((input) => [input['virtualRouterName'] as string, input] as const))(
    'the virtual router %s is read back as it was written',
    async (virtualRouterName, input) => {
      expect(
        (await client.send(new DescribeVirtualRouterCommand({ meshName: MESH, virtualRouterName }))).virtualRouter?.spec,
      ).toMatchObject(input['spec'] as object);
    },
  );

  test.each(inputs('Route').map((input) => [input['virtualRouterName'] as string, input['routeName'] as string, input] as const))(
    'the route %s / %s is read back as it was written',
    async (virtualRouterName, routeName, input) => {
      expect((await client.send(new DescribeRouteCommand({ meshName: MESH, virtualRouterName, routeName }))).route?.spec).toMatchObject(
        input['spec'] as object,
      );
    },
  );

  test('an HTTP service has three routes, one after the other', async () => {
    const { routes = [] } = await client.send(new ListRoutesCommand({ meshName: MESH, virtualRouterName: 'ui' }));
    const described = await Promise.all(
      routes.map(async ({ routeName }) => client.send(new DescribeRouteCommand({ meshName: MESH, virtualRouterName: 'ui', routeName }))),
    );
    expect(described.map(({ route }) => [route?.spec?.priority, route?.routeName]).sort()).toEqual([
      [0, 'all_others_post'],
      [1, 'all_others_patch'],
      [2, 'all_others'],
    ]);
  });
});
