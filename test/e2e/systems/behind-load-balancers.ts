import { App } from 'aws-cdk-lib';
import { behindLoadBalancers as stackBehindLoadBalancers } from '../../support/behind-load-balancers';
import type { Template } from '../runner';
import { templateOf } from './synthesize';

export function behindLoadBalancers(): Template {
  return templateOf(stackBehindLoadBalancers(new App()));
}
