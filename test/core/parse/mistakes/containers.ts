import type { Mistakes } from './mistake';
import { containers, helper, Person, variables } from './mistake';
import { Choice, Opaque, Unresolved } from '../../../../lib/core/reading/input';
import { firelens, image, listToken, mesh, seconds, secret, service, token, ui } from '../../../support/parsing';

/** What runs in a task: images, variables, commands, containers beside the application. */
export const CONTAINER_MISTAKES: Mistakes = {
  INVALID_NAME: [
    {
      did: 'names a container with a space',
      props: ui({ extraContainers: { 'my helper': { image } } }),
      path: 'services.ui.extraContainers["my helper"]',
    },
    {
      did: 'names an environment variable with a space',
      props: ui({ environment: { 'A B': 'c' } }),
      path: 'services.ui.environment["A B"]',
    },
    { did: 'names a secret variable with "="', props: ui({ secrets: { 'A=B': secret } }), path: 'services.ui.secrets["A=B"]' },
  ],
  RESERVED_NAME: [
    {
      did: 'calls a container "Resource", as the CDK does',
      props: ui({ extraContainers: { Resource: { image } } }),
      path: 'services.ui.extraContainers.Resource',
    },
    {
      did: 'calls a container "toString", as JavaScript does',
      props: ui({ extraContainers: { toString: { image } } }),
      path: 'services.ui.extraContainers.toString',
    },
    { did: 'calls a container "envoy"', props: ui({ extraContainers: { envoy: { image } } }), path: 'services.ui.extraContainers.envoy' },
    { did: 'calls a container "app"', props: ui({ extraContainers: { app: { image } } }), path: 'services.ui.extraContainers.app' },
    {
      did: 'calls a container "mesh-agent"',
      props: ui({ extraContainers: { 'mesh-agent': { image } } }),
      path: 'services.ui.extraContainers.mesh-agent',
    },
    {
      did: 'calls a container "log-router", as the CDK does',
      props: ui({ extraContainers: { 'log-router': { image } } }),
      path: 'services.ui.extraContainers.log-router',
    },
  ],
  MISSING: [
    { did: 'forgets the image', props: mesh({ ui: { port: 8080 } }), path: 'services.ui.image' },
    { did: 'gives undefined as an environment variable', props: ui({ environment: { A: undefined } }), path: 'services.ui.environment.A' },
    { did: 'gives undefined as a container', props: helper(undefined), path: 'services.ui.extraContainers.helper' },
    { did: 'forgets the image of a container', props: helper({}), path: 'services.ui.extraContainers.helper.image' },
    { did: 'gives a health check with no command', props: ui({ healthCheck: {} }), path: 'services.ui.healthCheck.command' },
    {
      did: 'gives a health check with an empty command',
      props: ui({ healthCheck: { command: [] } }),
      path: 'services.ui.healthCheck.command',
    },
  ],
  TOKEN: [
    {
      did: 'takes the name of a variable from a token',
      props: ui({ environment: { '${Token[TOKEN.7]}': 'a' } }),
      path: 'services.ui.environment["${Token[TOKEN.7]}"]',
    },
    {
      did: 'takes the name of a container from a token',
      props: ui({ extraContainers: { '${Token[TOKEN.7]}': { image } } }),
      path: 'services.ui.extraContainers["${Token[TOKEN.7]}"]',
    },
    {
      did: 'gives a list of tokens as one environment variable',
      props: ui({ environment: { A: listToken } }),
      path: 'services.ui.environment.A',
    },
    {
      did: 'takes a whole health check command from a token, before which the CDK must write CMD',
      props: ui({ healthCheck: { command: listToken } }),
      path: 'services.ui.healthCheck.command',
    },
    {
      did: 'takes a text from a Duration of a token',
      props: ui({ user: new Unresolved('${Token[TOKEN.7]}', undefined, false) }),
      path: 'services.ui.user',
    },
    { did: 'takes an image from a token', props: ui({ image: token }), path: 'services.ui.image' },
  ],
  WRONG_TYPE: [
    { did: 'gives null as an image', props: ui({ image: null }), path: 'services.ui.image' },
    { did: 'gives a protocol as a text', props: ui({ user: new Choice('Protocol', 'http') }), path: 'services.ui.user' },
    { did: 'gives "yes" for a switch', props: ui({ readonlyRootFilesystem: 'yes' }), path: 'services.ui.readonlyRootFilesystem' },
    { did: 'gives the image by its name', props: ui({ image: 'nginx' }), path: 'services.ui.image' },
    { did: 'gives an image that is no image', props: ui({ image: new Opaque(new Person()) }), path: 'services.ui.image' },
    { did: 'gives an image as an object literal with no method', props: ui({ image: { bind: 'x' } }), path: 'services.ui.image' },
    { did: 'gives a number as an environment variable', props: ui({ environment: { PORT: 8080 } }), path: 'services.ui.environment.PORT' },
    { did: 'gives an object as an environment variable', props: ui({ environment: { A: { b: 1 } } }), path: 'services.ui.environment.A' },
    { did: 'gives a secret by its value', props: ui({ secrets: { PASSWORD: 'hunter2' } }), path: 'services.ui.secrets.PASSWORD' },
    { did: 'gives a short command as a string', props: ui({ command: 'npm start' }), path: 'services.ui.command' },
    { did: 'gives a long command as a string', props: ui({ entryPoint: 'a b c d e f g' }), path: 'services.ui.entryPoint' },
    {
      did: 'gives the health check command as a string',
      props: ui({ healthCheck: { command: 'curl localhost' } }),
      path: 'services.ui.healthCheck.command',
    },
    { did: 'gives a log driver that is none', props: ui({ logging: {} }), path: 'services.ui.logging' },
    {
      did: 'gives the sidecars a log driver by its name',
      props: ui({ sidecarLogging: 'awsfirelens' }),
      path: 'services.ui.sidecarLogging',
    },
    { did: 'gives a duration as a number', props: ui({ stopTimeout: 30 }), path: 'services.ui.stopTimeout' },
    { did: 'gives "no" for an init process', props: ui({ initProcess: 'no' }), path: 'services.ui.initProcess' },
    { did: 'gives the time to start as a number', props: ui({ startupTimeout: 30 }), path: 'services.ui.startupTimeout' },
  ],
  OUT_OF_RANGE: [
    { did: 'lets an application start for an hour', props: ui({ startupTimeout: seconds(3600) }), path: 'services.ui.startupTimeout' },
    { did: 'lets an application start for half a second', props: ui({ startupTimeout: seconds(0.5) }), path: 'services.ui.startupTimeout' },
    { did: 'waits 3 minutes for SIGTERM', props: ui({ stopTimeout: seconds(180) }), path: 'services.ui.stopTimeout' },
    { did: 'waits two and a half seconds for SIGTERM', props: ui({ stopTimeout: seconds(2.5) }), path: 'services.ui.stopTimeout' },
    {
      did: 'checks the health every second',
      props: ui({ healthCheck: { command: ['x'], interval: seconds(1) } }),
      path: 'services.ui.healthCheck.interval',
    },
    {
      did: 'checks the health more often than the check may last',
      props: ui({ healthCheck: { command: ['x'], interval: seconds(5), timeout: seconds(10) } }),
      path: 'services.ui.healthCheck.interval',
    },
    {
      did: 'retries the health check 11 times',
      props: ui({ healthCheck: { command: ['x'], retries: 11 } }),
      path: 'services.ui.healthCheck.retries',
    },
  ],
  CONFLICT: [
    {
      did: 'gives one variable as a secret and in plain text',
      props: ui({ environment: { A: 'x' }, secrets: { A: secret } }),
      path: 'services.ui.secrets.A',
    },
  ],
  PORT_CLASH: [
    {
      did: "lets a container listen on the application's port",
      props: helper({ image, ports: [8080] }),
      path: 'services.ui.extraContainers.helper.ports[0]',
    },
    {
      did: 'lets two containers listen on one port',
      props: ui({ extraContainers: { a: { image, ports: [9000] }, b: { image, ports: [9000] } } }),
      path: 'services.ui.extraContainers.b.ports[0]',
    },
    {
      did: 'lists the port of a container twice',
      props: helper({ image, ports: [9000, 9000] }),
      path: 'services.ui.extraContainers.helper.ports[1]',
    },
  ],
  RESERVED_PORT: [
    {
      did: "lets a container listen on the collector's port",
      props: helper({ image, ports: [2000] }),
      path: 'services.ui.extraContainers.helper.ports[0]',
    },
  ],
  TOO_MANY_VARIABLES: [
    { did: 'gives 101 environment variables', props: ui({ environment: variables(101) }), path: 'services.ui.environment' },
    { did: 'takes 101 variables from secrets', props: ui({ secrets: variables(101, secret) }), path: 'services.ui.secrets' },
    {
      did: 'gives 60 environment variables beside 41 secrets',
      props: ui({ environment: variables(60), secrets: variables(41, secret, 'S') }),
      path: 'services.ui.environment',
    },
    {
      did: 'gives 120 environment variables to a container beside the application',
      props: helper({ image, environment: variables(120) }),
      path: 'services.ui.extraContainers.helper.environment',
    },
    {
      did: 'gives 101 environment variables to a version',
      props: ui({ versions: { v1: { weight: 1 }, v2: { weight: 0, environment: variables(101) } } }),
      path: 'services.ui.versions.v2.environment',
    },
    {
      did: 'gives secrets to a version that has them beside the environment variables of the service',
      props: ui({
        environment: variables(60),
        versions: { v1: { weight: 1 }, v2: { weight: 0, secrets: variables(41, secret, 'S') } },
      }),
      path: 'services.ui.versions.v2.secrets',
    },
    {
      did: 'gives 101 environment variables to a service, of which both versions have them',
      props: ui({ environment: variables(101), versions: { v1: { weight: 1 }, v2: { weight: 0 } } }),
      path: 'services.ui.environment',
    },
    {
      did: 'gives 101 environment variables to a container of a version',
      props: ui({ versions: { v1: { weight: 1, extraContainers: { helper: { image, environment: variables(101) } } } } }),
      path: 'services.ui.versions.v1.extraContainers.helper.environment',
    },
  ],
  TOO_MANY_CONTAINERS: [
    { did: 'adds six containers to a traced task', props: ui({ extraContainers: containers(6) }), path: 'services.ui.extraContainers' },
    {
      did: 'adds seven containers to an untraced task',
      props: mesh({ ui: service({ extraContainers: containers(7) }) }, { tracing: { kind: 'none' } }),
      path: 'services.ui.extraContainers',
    },
    {
      did: 'adds five containers to a traced task that logs with FireLens',
      props: ui({ logging: firelens, extraContainers: containers(5) }),
      path: 'services.ui.extraContainers',
    },
    {
      did: 'adds five containers to a traced task whose sidecars log with FireLens',
      props: ui({ sidecarLogging: firelens, extraContainers: containers(5) }),
      path: 'services.ui.extraContainers',
    },
    {
      did: 'adds five containers to a traced task, two of which log with FireLens',
      props: ui({
        extraContainers: {
          ...containers(3),
          a: { image, logging: firelens },
          b: { image, logging: new Opaque({ bind: () => ({}), logDriver: 'awsfirelens' }) },
        },
      }),
      path: 'services.ui.extraContainers',
    },
  ],
};
