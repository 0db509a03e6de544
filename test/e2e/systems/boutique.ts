/** The Online Boutique of examples/, with programs that speak in place of its images. */
import { App } from 'aws-cdk-lib';
import { BoutiqueStack } from '../../../examples/boutique-stack';
import type { ImageRule, Template } from '../runner';
import { standIns } from '../runner';
import { templateOf } from './synthesize';

const SAMPLES = 'us-central1-docker.pkg.dev/online-boutique-ci/microservices-demo';

export const BOUTIQUE_IMAGES: readonly ImageRule[] = [
  standIns.envoy(),
  standIns.agent(),
  standIns.xrayCollector(),
  standIns.redis('public.ecr.aws/docker/library/redis'),
  standIns.relay(`${SAMPLES}/frontend`, 8080),
  standIns.grpc(new RegExp(`^${SAMPLES}/`), ({ container }) => Number(container.environment['PORT'])),
];

export function boutique(): Template {
  return templateOf(new BoutiqueStack(new App(), 'Boutique'));
}
