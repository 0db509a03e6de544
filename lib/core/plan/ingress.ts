import { everyCaller } from '../model/callers';
import { defined } from '../defined';
import { ownerOf } from '../model/service-ports';
import type { Service } from '../model/topology';
import type { IngressPlan } from './system-plan';

/** Opens a port of a service's tasks to those that may call it. */
export function ingressOf(service: Service, port: number): readonly IngressPlan[] {
  const { additionalPort } = service;
  return everyCaller(service).map((from) => ({ to: ownerOf(service), from, port, ...defined({ portName: additionalPort?.name }) }));
}
