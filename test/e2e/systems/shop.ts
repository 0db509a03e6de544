/** The retail store of examples/, with programs that speak in place of its images. */
import { App } from 'aws-cdk-lib';
import type { ShopStackProps } from '../../../examples/shop-stack';
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

/** Without the REST API for partners, unless a test is about it: its gateway takes as long to start as a service. */
export function shop(props: ShopStackProps = { partners: false }): Template {
  return templateOf(new ShopStack(new App(), 'Shop', props));
}

/** What the REST API for partners says of itself. */
export function partnersDocument(): string {
  return new ShopStack(new App(), 'Shop').shop.edge('partners').openApiDocument;
}
