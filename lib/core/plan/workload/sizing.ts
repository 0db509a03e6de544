import type { Sizing } from '../../model/topology';

/** Nothing but how many tasks there are, and what each gets: plans and snapshots hold no more of a service. */
export function sizingOf(service: Sizing): Sizing {
  const { cpu, memoryMiB, architecture, desiredCount, scaling, enableExecuteCommand, capacityProviders, replacement } = service;
  return {
    cpu,
    memoryMiB,
    architecture,
    enableExecuteCommand,
    capacityProviders,
    ...(desiredCount === undefined ? {} : { desiredCount }),
    ...(scaling === undefined ? {} : { scaling }),
    ...(replacement === undefined ? {} : { replacement }),
  };
}
