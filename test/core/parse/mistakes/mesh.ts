import type { Mistakes } from './mistake';
import { image, mesh, seconds, service, token } from '../../../support/parsing';

/** The chosen mesh. */
export const MESH_MISTAKES: Mistakes = {
  TOKEN: [
    {
      did: 'takes the Envoy version from a token',
      props: mesh({ ui: service() }, { mesh: { provider: 'envoy', version: token } }),
      path: 'mesh.version',
    },
  ],
  OUT_OF_RANGE: [
    {
      did: 'lets connections live for a week',
      props: mesh({ ui: service() }, { mesh: { provider: 'envoy', maxConnectionDuration: seconds(7 * 86_400) } }),
      path: 'mesh.maxConnectionDuration',
    },
    {
      did: 'asks Cloud Map ten times a second',
      props: mesh({ ui: service() }, { mesh: { provider: 'envoy', discoveryInterval: seconds(0.1) } }),
      path: 'mesh.discoveryInterval',
    },
  ],
  CONFLICT: [
    {
      did: 'gives Envoy an image and a version',
      props: mesh({ ui: service() }, { mesh: { provider: 'envoy', version: 'v1.40.0', image } }),
      path: 'mesh.version',
    },
  ],
  INVALID_FORMAT: [
    {
      did: 'gives Envoy a version that is no tag',
      props: mesh({ ui: service() }, { mesh: { provider: 'envoy', version: '1.40.0' } }),
      path: 'mesh.version',
    },
  ],
  INVALID_VALUE: [
    {
      did: 'gives Envoy a version before admin.allow_paths',
      props: mesh({ ui: service() }, { mesh: { provider: 'envoy', version: 'v1.36.4' } }),
      path: 'mesh.version',
    },
    {
      did: 'gives Envoy the latest of an old version',
      props: mesh({ ui: service() }, { mesh: { provider: 'envoy', version: 'contrib-v1.9-latest' } }),
      path: 'mesh.version',
    },
    {
      did: 'gives Envoy a tag that moves',
      props: mesh({ ui: service() }, { mesh: { provider: 'envoy', version: 'v1.40-latest' } }),
      path: 'mesh.version',
    },
    {
      did: 'gives Envoy a version that there is not',
      props: mesh({ ui: service() }, { mesh: { provider: 'envoy', version: 'v2.0.0' } }),
      path: 'mesh.version',
    },
    {
      did: 'gives Envoy an old image with no shell',
      props: mesh({ ui: service() }, { mesh: { provider: 'envoy', version: 'distroless-v1.20.0' } }),
      path: 'mesh.version',
    },
    {
      did: 'gives Envoy an image with no shell',
      props: mesh({ ui: service() }, { mesh: { provider: 'envoy', version: 'distroless-v1.40.0' } }),
      path: 'mesh.version',
    },
    {
      did: 'gives Envoy an unknown log level',
      props: mesh({ ui: service() }, { mesh: { provider: 'envoy', logLevel: 'warn' } }),
      path: 'mesh.logLevel',
    },
  ],
};
