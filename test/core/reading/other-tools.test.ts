import { mistakes } from '../../../lib/core/reading/closeness';
import { ELSEWHERE, SYNONYMS } from '../../../lib/core/reading/other-tools';
import { FIELDS, PLACES } from '../../../lib/core/parse/places';
import { SERVICE_FIELDS } from '../../../lib/core/parse/service/parse-service';
import { edge, image, issuesOf, mesh, service, ui } from '../../support/parsing';

/** What people type who know another tool, with what the answer says of it in a service. A prop of ours needs no answer. */
const TOOLS: Readonly<Record<string, readonly (readonly [key: string, answer: RegExp])[]>> = {
  Kubernetes: [
    ['replicas', /"desiredCount"/],
    ['containers', /"extraContainers"/],
    ['initContainers', /"extraContainers"/],
    ['resources', /cpu and memoryLimitMiB/],
    ['limits', /cpu and memoryLimitMiB/],
    ['requests', /cpu and memoryLimitMiB/],
    ['livenessProbe', /"healthCheck"/],
    ['readinessProbe', /"healthCheck"/],
    ['startupProbe', /"startupTimeout"/],
    ['env', /"environment"/],
    ['envFrom', /"secrets"/],
    ['volumeMounts', /"mountPoints"/],
    ['serviceAccount', /grantRead|"taskRole"/],
    ['serviceAccountName', /grantRead|"taskRole"/],
    ['nodeSelector', /capacityProviderStrategies/],
    ['affinity', /Availability Zones/],
    ['topologySpreadConstraints', /Availability Zones/],
    ['ingress', /"edge" belongs to the props of the construct/],
    ['hpa', /"scaling"/],
    ['minReplicas', /"scaling"/],
    ['terminationGracePeriodSeconds', /"stopTimeout"/],
    ['imagePullSecrets', /credentials/],
    ['imagePullPolicy', /tag that does not move/],
    ['securityContext', /readonlyRootFilesystem/],
    ['networkPolicy', /"allow"/],
    ['strategy', /"deployment"/],
    ['restartPolicy', /replaces a task/],
    ['annotations', /Tags\.of/],
    ['lifecycle', /stopTimeout/],
    ['hostNetwork', /network interface of its own/],
    ['persistentVolumeClaim', /"volumes"/],
  ],
  'Docker Compose': [
    ['depends_on', /"calls"/],
    ['restart', /replaces a task/],
    ['networks', /network interface of its own/],
    ['network_mode', /network interface of its own/],
    ['healthcheck', /"healthCheck"/],
    ['deploy', /"deployment"/],
    ['env_file', /"environmentFiles"/],
    ['labels', /"dockerLabels"/],
    ['build', /fromAsset/],
    ['entrypoint', /"entryPoint"/],
    ['working_dir', /"workingDirectory"/],
    ['read_only', /"readonlyRootFilesystem"/],
    ['extra_hosts', /"external"/],
    ['container_name', /the container of the application is called/],
    ['hostname', /virtual name/],
    ['expose', /port of the application/],
    ['links', /"calls"/],
    ['scale', /"desiredCount"/],
    ['mem_limit', /"memoryLimitMiB"/],
    ['cpus', /"cpu"/],
    ['stop_grace_period', /"stopTimeout"/],
    ['privileged', /AWS Fargate/],
    ['cap_add', /"addCapabilities"/],
    ['gpus', /"gpuCount"/],
    ['platform', /"cpuArchitecture"/],
  ],
  'AWS Copilot': [
    ['count', /"desiredCount"/],
    ['http', /"edge" belongs to the props of the construct/],
    ['sidecars', /"extraContainers"/],
    ['variables', /"environment"/],
    ['network', /network interface of its own/],
    ['storage', /"volumes"/],
    ['exec', /"enableExecuteCommand"/],
    ['observability', /"observability" belongs to the props of the construct/],
    ['taskdef_overrides', /\.taskDefinition/],
    ['subscribe', /grantConsumeMessages/],
    ['alias', /domain: \{ domainName, certificate \} of the edge/],
    ['deregistration_delay', /stopTimeout/],
  ],
  'ecs-patterns and ecs-service-extensions': [
    ['taskImageOptions', /image, port \(containerPort\)/],
    ['listenerPort', /loadBalancerTarget/],
    ['publicLoadBalancer', /Edge\.loadBalancer\(\)/],
    ['maxReceiveCount', /deadLetterQueue/],
    ['retentionPeriod', /queue is a resource/],
    ['subnetSelection', /vpcSubnets/],
    ['loadBalancerName', /loadBalancerTarget/],
    ['redirectHTTP', /loadBalancerTarget/],
    ['domainName', /"domainName" belongs to edge/],
    ['certificate', /"certificate" belongs to edge/],
    ['domainZone', /"zone" belongs to the props of the construct/],
    ['minHealthyPercent', /"minHealthyPercent" belongs to services\.<name>\.deployment/],
    ['cloudMapOptions', /namespace of the system/],
    ['assignPublicIp', /no public addresses/],
    ['desiredTaskCount', /"desiredCount"/],
    ['maxScalingCapacity', /"scaling"/],
    ['memoryLimit', /"memoryLimitMiB"/],
    ['taskDefinition', /\.taskDefinition/],
    ['serviceName', /the key of the entry/],
    ['propagateTags', /tags of their service/],
    ['platformVersion', /latest platform version/],
    ['taskSubnets', /"vpcSubnets" belongs to the props of the construct/],
    ['healthCheckGracePeriod', /"startupTimeout"/],
    ['queue', /"queue" belongs to services\.<name>\.scaling/],
    ['enableLogging', /"logging"/],
    ['logDriver', /"logging"/],
    ['loadBalancer', /"loadBalancing"/],
    ['serviceConnectConfiguration', /the mesh takes its place/],
    ['role', /grantRead|"taskRole"/],
    ['securityGroups', /allowDefaultPortFrom/],
    ['kmsKey', /encryptionKey/],
    ['permissionsBoundary', /PermissionsBoundary\.of/],
    ['taskRoleArn', /"taskRole"/],
    ['executionRoleArn', /"executionRole"/],
  ],
};

const answersOf = (props: unknown): readonly string[] =>
  issuesOf(props)
    .filter(({ code }) => code === 'UNKNOWN_PROPERTY')
    .map(({ fix }) => fix ?? '');
const LEVELS: readonly (readonly [string, (key: string) => unknown])[] = [
  ['a service', (key) => ui({ [key]: 1 })],
  ['the system', (key) => mesh({ ui: service() }, { [key]: 1 })],
  ['an edge', (key) => edge({ [key]: 1 })],
];

describe.each(Object.entries(TOOLS))('of %s', (_tool, names) => {
  test.each(names)('%s has an answer', (key, answer) => {
    expect(answersOf(ui({ [key]: 1 }))).toEqual([expect.stringMatching(answer)]);
  });
});

test.each([
  ['customDomain', /"domain"/],
  ['webAcl', /"firewall"/],
  ['waf', /"firewall"/],
  ['usagePlan', /"clients"/],
  ['apiKeys', /"clients"/],
  ['policy', /"resourcePolicyStatements"/],
  ['disableExecuteApiEndpoint', /"executeApiEndpoint"/],
  ['cacheClusterEnabled', /"cache"/],
  ['gatewayResponses', /"detailedErrors"/],
])('%s of API Gateway has an answer at an edge', (key, answer) => {
  expect(answersOf(edge({ [key]: 1 }, 'rest'))).toEqual([expect.stringMatching(answer)]);
});

test.each([
  ['timeout', /taskTimeout/],
  ['activeDeadlineSeconds', /taskTimeout/],
  ['retries', /who starts it/],
  ['backoffLimit', /who starts it/],
  ['parallelism', /Map state/],
  ['replicas', /Map state/],
  ['cron', /"schedule"/],
])('%s of a job has an answer', (key, answer) => {
  expect(answersOf(mesh({ ui: service() }, { jobs: { report: { image, [key]: 1 } } }))).toEqual([expect.stringMatching(answer)]);
});

const ALL = [...new Set([...Object.values(TOOLS).flatMap((names) => names.map(([key]) => key)), ...SYNONYMS.keys(), ...ELSEWHERE.keys()])];

describe.each(LEVELS)('written in %s', (_level, propsWith) => {
  test('nothing gets a far-fetched answer', () => {
    for (const key of ALL) {
      for (const answer of answersOf(propsWith(key))) {
        const [, suggested] = /^did you mean "(\w+)"\?$/.exec(answer) ?? [];
        if (suggested === undefined) continue;
        const plain = key.toLowerCase().replace(/[^a-z0-9]/g, '');
        const isNear = mistakes(plain, suggested) <= Math.max(1, Math.floor(Math.min(plain.length, suggested.length) / 4));
        const isBegun = suggested.toLowerCase().startsWith(plain);
        expect([key, suggested, isNear || isBegun || SYNONYMS.get(plain)?.includes(suggested)]).toEqual([key, suggested, true]);
      }
    }
  });

  test('what belongs to another level is sent there, whatever it is', () => {
    const lost = [...PLACES].filter(([name, places]) => {
      const [answer] = answersOf(propsWith(name));
      return answer !== undefined && answer === '' && places.length <= 2;
    });
    expect(lost).toEqual([]);
  });
});

test('a prop of ours has no answer but its place, where it stands in the props', () => {
  for (const name of FIELDS)
    expect(answersOf(ui({ [name]: 1 }))).toEqual(SERVICE_FIELDS.includes(name as never) ? [] : [expect.any(String)]);
  for (const name of SERVICE_FIELDS) {
    const answers = answersOf(mesh({ ui: service() }, { [name]: 1 }));
    if (answers.length > 0) expect(answers).toEqual([expect.stringMatching(new RegExp(`"${name}" belongs to|did you mean`))]);
  }
});

test('every answer is one sentence that names no internal word, and fits', () => {
  for (const [key, answer] of ELSEWHERE) {
    expect(answer).not.toMatch(/\.$|undefined/);
    expect([key, answer.length < 260]).toEqual([key, true]);
  }
});

test('keys of the tables are as they are compared: without case and separators', () => {
  for (const key of [...SYNONYMS.keys(), ...ELSEWHERE.keys()]) expect(key).toMatch(/^[a-z0-9]+$/);
});
