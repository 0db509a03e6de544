import { Opaque } from '../../../../lib/core/reading/input';
import { image, mesh, service, ui } from '../../../support/parsing';
import type { Raw } from '../../../support/parsing';
import type { Mistakes } from './mistake';

const group = new Opaque({ connections: {} });
const grpc = { port: 9090, protocol: 'grpc' };
const ports = (more: Raw): Raw => ui({ ports: { admin: { port: 9000, ...more } } });

/** Ports of a service beside its first one. */
export const PORT_MISTAKES: Mistakes = {
  MISSING: [
    { did: 'gives a service ports and no first one', props: mesh({ ui: { image, ports: { grpc } } }), path: 'services.ui.port' },
    { did: 'gives a port no number', props: ui({ ports: { grpc: { protocol: 'grpc' } } }), path: 'services.ui.ports.grpc.port' },
    { did: 'gives undefined as a port', props: ui({ ports: { grpc: undefined } }), path: 'services.ui.ports.grpc' },
    { did: 'opens a port to nobody', props: ports({ openTo: [] }), path: 'services.ui.ports.admin.openTo' },
    {
      did: 'calls a TCP port below 1024 with no virtualPort',
      props: ports({ port: 389, protocol: 'tcp' }),
      path: 'services.ui.ports.admin.virtualPort',
    },
  ],
  PORT_CLASH: [
    { did: 'gives two ports one number', props: ports({ port: 8080 }), path: 'services.ui.ports.admin.port' },
    {
      did: 'calls a port on which it listens itself',
      props: mesh({ ui: service({ port: 15_080, calls: ['orders-grpc'] }), orders: service({ ports: { grpc } }) }),
      path: 'services.ui.calls[0]',
    },
  ],
  RESERVED_PORT: [{ did: 'listens where Envoy does', props: ports({ port: 15_006 }), path: 'services.ui.ports.admin.port' }],
  INVALID_NAME: [{ did: 'names a port in capitals', props: ui({ ports: { GRPC: grpc } }), path: 'services.ui.ports.GRPC' }],
  NAME_CLASH: [
    {
      did: 'names a service as a port is called',
      props: mesh({ ui: service({ ports: { grpc } }), 'ui-grpc': service() }),
      path: 'services.ui.ports.grpc',
    },
    {
      did: 'names two ports whose calls Envoy takes on one port',
      props: ui({ ports: { aa: { port: 9000 }, aml: { port: 9001 } } }),
      path: 'services.ui.ports.aml',
    },
  ],
  CALLS_ITSELF: [
    { did: 'lets a service call a port of its own', props: ui({ calls: ['ui-grpc'], ports: { grpc } }), path: 'services.ui.calls[0]' },
  ],
  UNKNOWN_SERVICE: [
    {
      did: 'calls a port that is opened past Envoy',
      props: mesh({ ui: service({ calls: ['orders-metrics'] }), orders: service({ ports: { metrics: { port: 9100, openTo: [group] } } }) }),
      path: 'services.ui.calls[0]',
    },
  ],
  CONFLICT: [
    {
      did: 'gives a service ports and versions',
      props: ui({ ports: { grpc }, versions: { v1: { weight: 1 } } }),
      path: 'services.ui.ports',
    },
    {
      did: 'says what Envoy does on a port that is opened past it',
      props: ports({ openTo: [group], protocol: 'grpc' }),
      path: 'services.ui.ports.admin.protocol',
    },
  ],
  WRONG_TYPE: [
    { did: 'writes a number as a port', props: ui({ ports: { grpc: 9090 } }), path: 'services.ui.ports.grpc' },
    { did: 'opens a port to an address', props: ports({ openTo: ['10.0.0.0/8'] }), path: 'services.ui.ports.admin.openTo[0]' },
  ],
  UNKNOWN_PROPERTY: [{ did: 'misspells a prop of a port', props: ports({ protcol: 'grpc' }), path: 'services.ui.ports.admin.protcol' }],
};
