import { everyCaller } from '../model/callers';
import type { Service } from '../model/topology';
import type { IngressPlan } from './system-plan';

/** Opens a port of a service's tasks to those that may call it. */
export function ingressOf(service: Service, port: number): readonly IngressPlan[] {
  return everyCaller(service).map((from) => ({ to: service.name, from, port }));
}
