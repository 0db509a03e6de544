/** The retail store of examples/, with programs that speak in place of its images. */
import { App } from 'aws-cdk-lib';
import { ShopStack } from '../../../examples/shop-stack';
import type { ImageRule, Template } from '../runner';
import { standIns } from '../runner';
import { templateOf } from './synthesize';

const SAMPLES = 'public.ecr.aws/aws-containers/retail-store-sample';

export const SHOP_IMAGES: readonly ImageRule[] = [
  standIns.envoy(),
  standIns.agent(),
  standIns.xrayCollector(),
  standIns.relay(`${SAMPLES}-ui`, 8080),
  standIns.relay(`${SAMPLES}-catalog`, 8080),
  standIns.fortio(`${SAMPLES}-cart`, 8080),
  standIns.relay(`${SAMPLES}-checkout`, 8080),
  standIns.relay(`${SAMPLES}-orders`, 8080),
];

export function shop(): Template {
  return templateOf(new ShopStack(new App(), 'Shop'));
}
