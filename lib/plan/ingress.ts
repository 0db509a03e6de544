import { everyCaller } from '../topology/callers';
import type { Service } from '../topology/model';
import type { IngressPlan } from './model';

/** Opens a port of a service's tasks to those that may call it. */
export function ingressOf(service: Service, port: number): readonly IngressPlan[] {
  return everyCaller(service).map((from) => ({ to: service.name, from, port }));
}
