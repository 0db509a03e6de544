import { Opaque } from '../../../../lib/core/reading/input';
import { image, mesh, service, ui } from '../../../support/parsing';
import type { Mistakes } from './mistake';

const worker = { image };
const migrate = { image, beforeDeployment: true };
const external = { db: { host: 'db.example.com', port: 5432, protocol: 'tcp', tls: false } };
const route = { edge: { kind: 'http', authorizer: { kind: 'none' }, routes: { 'ANY /{proxy+}': { service: 'ui' } } } };

/** Services without a port, and jobs. */
export const WORKER_MISTAKES: Mistakes = {
  NO_PORT: [
    {
      did: 'calls a service without a port',
      props: mesh({ ui: service({ calls: ['mail'] }), mail: worker }),
      path: 'services.ui.calls[0]',
    },
    { did: 'calls a job', props: mesh({ ui: service({ calls: ['tidy'] }) }, { jobs: { tidy: worker } }), path: 'services.ui.calls[0]' },
    { did: 'routes to a service without a port', props: mesh({ ui: worker }, route), path: 'edge.routes["ANY /{proxy+}"].service' },
  ],
  NO_EFFECT: [
    { did: 'says which protocol a worker speaks', props: mesh({ ui: { image, protocol: 'grpc' } }), path: 'services.ui.protocol' },
    {
      did: 'restricts callers of a worker',
      props: mesh({ ui: { image, allow: [{ methods: ['GET'] }] } }),
      path: 'services.ui.allow',
    },
    {
      did: 'puts a load balancer in front of a worker',
      props: mesh({ ui: { image, loadBalancerTarget: { kind: 'network' } } }),
      path: 'services.ui.loadBalancerTarget',
    },
  ],
  MISSING: [
    { did: 'gives undefined as a job', props: mesh({ ui: service() }, { jobs: { tidy: undefined } }), path: 'jobs.tidy' },
    { did: 'gives a job no image', props: mesh({ ui: service() }, { jobs: { tidy: { calls: [] } } }), path: 'jobs.tidy.image' },
  ],
  UNKNOWN_PROPERTY: [
    { did: 'gives a job a port', props: mesh({ ui: service() }, { jobs: { tidy: service() } }), path: 'jobs.tidy.port' },
    {
      did: 'gives a job scaling',
      props: mesh({ ui: service() }, { jobs: { tidy: { image, scaling: { maxCapacity: 2 } } } }),
      path: 'jobs.tidy.scaling',
    },
    {
      did: 'gives a service a schedule',
      props: ui({ schedule: new Opaque({ expressionString: 'rate(1 hour)' }) }),
      path: 'services.ui.schedule',
    },
  ],
  UNKNOWN_SERVICE: [
    {
      did: 'lets a job call nobody who is there',
      props: mesh({ ui: service() }, { jobs: { tidy: { image, calls: ['iu'] } } }),
      path: 'jobs.tidy.calls[0]',
    },
  ],
  NAME_CLASH: [{ did: 'calls a job as a service is called', props: mesh({ ui: service() }, { jobs: { ui: worker } }), path: 'jobs.ui' }],
  WRONG_TYPE: [
    {
      did: 'writes a schedule as a text',
      props: mesh({ ui: service() }, { jobs: { tidy: { image, schedule: 'rate(1 hour)' } } }),
      path: 'jobs.tidy.schedule',
    },
  ],
  CONFLICT: [
    {
      did: 'lets a job that runs before a deployment call a service',
      props: mesh({ ui: service() }, { jobs: { migrate: { ...migrate, calls: ['ui', 'db'] } }, external }),
      path: 'jobs.migrate.calls[0]',
    },
    {
      did: 'puts a job that runs before a deployment into a group',
      props: mesh(
        { ui: service({ group: 'back' }) },
        { jobs: { migrate: { ...migrate, group: 'back' } }, groups: { back: { kind: 'nestedStack' } } },
      ),
      path: 'jobs.migrate.group',
    },
  ],
};
