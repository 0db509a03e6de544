import { parseArguments, type Command, type Result } from './command';
import { selectOne, serviceNames } from './select';
import { PROGRAM, Trouble } from './trouble';
import { settingsOf, titleOf, type Workload } from './assembly/workload';

export const CONFIG: Command = {
  name: 'config',
  summary: "Prints a service's Envoy configuration.",
  description:
    'Prints the Envoy configuration of a service as JSON, as it stands in the output of cdk synth. Values that CloudFormation fills in ' +
    'are what the templates say of them, such as {"Ref": "Database"}. Nothing is read from AWS.',
  synopsis: ['config <service>', '[--version <value>]', '[--stack <value>]', '[--app <value>]', '[--settings | --aggregations]'],
  options: [
    {
      name: 'service',
      completion: 'workloads',
      text: 'The name of a service, gateway for the gateway service of the edge, or gateway-<name> for that of another edge.',
    },
    { name: 'version', value: true, completion: 'versions', text: 'The version, of a service with versions.' },
    {
      name: 'stack',
      value: true,
      completion: 'systems',
      text: 'The stack, or the path of a construct in the app, where several services have this name.',
    },
    { name: 'app', value: true, completion: 'files', text: 'The directory that cdk synth has written. The default is cdk.out.' },
    { name: 'settings', text: "Prints the settings of the service's mesh agent instead." },
    { name: 'aggregations', text: 'Prints how a gateway service puts answers together instead, by routes.' },
  ],
  examples: [
    ['The configuration of a service:', `npx ${PROGRAM} config catalog`],
    ["The clusters of the gateway service's Envoy:", `npx ${PROGRAM} config gateway | jq '.static_resources.clusters[].name'`],
    ['A version of a service, in one of several stages:', `npx ${PROGRAM} config catalog --version next --stack Prod/Shop`],
  ],
  exitCodes: [
    ['0', 'The configuration was printed.'],
    ['2', 'The command failed.'],
  ],
  run: runConfig,
};

async function runConfig(args: readonly string[]): Promise<Result> {
  const { argument: service, values, flags } = parseArguments(CONFIG, args);
  const directory = values['app'] ?? 'cdk.out';
  // It needs aws-cdk-lib, which hosts of callers outside of the mesh do not have.
  const { readAssembly } = await import('./assembly/read-assembly.js');
  const workloads = readAssembly(directory);
  if (service === undefined)
    throw new Trouble('config takes the name of a service', {
      allowed: serviceNames(workloads),
      fix: `name one: npx ${PROGRAM} config <service>`,
      question: { message: 'Of which service?', among: serviceNames(workloads) },
    });
  const workload = selectOne(workloads, { directory, service, version: values['version'], stack: values['stack'] });
  const shown = flags.has('settings') ? settingsOf(workload) : flags.has('aggregations') ? aggregationsOf(workload) : envoyOf(workload);
  return { output: `${JSON.stringify(shown, null, 2)}\n`, exitCode: 0 };
}

function aggregationsOf(workload: Workload): unknown {
  const { aggregations } = workload.config;
  if (aggregations !== undefined) return aggregations;
  throw new Trouble(`${titleOf(workload)}: it puts no answers together`, {
    fix: 'name the gateway service of an edge that has a route with aggregate',
  });
}

function envoyOf(workload: Workload): unknown {
  const { envoy } = workload.config;
  if (envoy !== undefined) return envoy;
  throw new Trouble(`${titleOf(workload)}: its Envoy gets its configuration from AWS App Mesh`, {
    fix: 'look at the resources AWS::AppMesh::* of the template, or use --settings for the mesh agent',
  });
}
