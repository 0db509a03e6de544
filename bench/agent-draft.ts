import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AwsServer, type AwsAnswer } from '../test/programs/agent/aws-server';
import { CERTIFIED, NAMESPACE } from '../test/programs/agent/fake-world';
import { RealIssuer } from '../test/programs/agent/real-issuer';
import { nodeOptions } from '../test/programs/agent/agent-process';
import { until } from '../test/e2e/runner/wait';
import { MeasuredProcess } from './measured-process';

const [bundle, node, limit, ...counts] = process.argv.slice(2);
const instances = (n: number): AwsAnswer => ({ ok: { InstancesRevision: 1, Instances: Array.from({ length: n }, (_, i) => ({ InstanceId: `task-${i}`, NamespaceName: NAMESPACE, ServiceName: 'x', HealthStatus: 'HEALTHY', Attributes: { AWS_INSTANCE_IPV4: `10.0.0.${i}`, AVAILABILITY_ZONE: 'eu-central-1a', ECS_CLUSTER_NAME: 'shop', ECS_SERVICE_NAME: 'shop-callee-AbCd', ECS_TASK_DEFINITION_FAMILY: 'shopcallee123', REGION: 'eu-central-1', AWS_INIT_HEALTH_STATUS: 'HEALTHY' } })) } });
async function one(count: number, command = 'run') {
  const aws = await AwsServer.start();
  const issuer = await RealIssuer.create(Date.now);
  const encrypted = async (b: any) => ({ ok: { CiphertextBlob: (await issuer.key.encrypt(Buffer.from(String(b.Plaintext), 'base64').toString(), b.EncryptionContext)).ciphertext } });
  aws.answer = async ({ action, body }) => {
    if (action === 'Encrypt') return encrypted(body);
    if (action === 'Invoke') return { text: await issuer.invoke(body) };
    if (action === 'DiscoverInstances') return instances(3);
    return { ok: { InstancesRevision: 1 } };
  };
  const directory = mkdtempSync(join(tmpdir(), 'agent-'));
  const targets = Array.from({ length: count }, (_, i) => ({ cluster: `callee-${i}`, serviceName: `callee-${i}`, port: 15006 }));
  const p = new MeasuredProcess([node, ...nodeOptions(join(bundle, 'Dockerfile')), join(bundle, 'agent.js'), 'run'], {
    ...Object.fromEntries([...readFileSync(join(bundle, 'Dockerfile'), 'utf8').matchAll(/^ENV (\w+)=(\S+)$/gm)].map((m) => [m[1], m[2]])),
    AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_REGION: 'eu-central-1', AWS_ENDPOINT_URL: aws.url, ECS_CONTAINER_METADATA_URI_V4: aws.url, ...CERTIFIED, MESH_DIRECTORY: directory,
    MESH_NAMESPACE: NAMESPACE, MESH_DISCOVERY: JSON.stringify(targets), MESH_RENEW_SECONDS: '5', MESH_POLL_SECONDS: String(Math.max(0.2, count / 300)), MESH_LIST_SECONDS: String(Math.max(1, count / 100)), NODE_NO_WARNINGS: '1',
  }, Number(limit) || undefined);
  try {
    await until(() => aws.of('DiscoverInstancesRevision').length >= 10 * count && aws.of('Invoke').filter(({ body }) => body['action'] === 'issue').length >= 3, { what: 'work', timeoutMs: 120_000, detail: () => p.output.slice(-1500) });
    const c = p.cost();
    console.log(bundle.replace(/.*\//, ''), count, Object.entries(c).map(([k, v]) => `${k} ${v.toFixed(1)}`).join('  '));
  } finally { await p.stop(); await aws.close(); rmSync(directory, { recursive: true }); }
}
(async () => { for (const c of counts) await one(Number(c)); })().catch((e) => { console.error(e); process.exit(1); });
