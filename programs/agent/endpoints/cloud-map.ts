/** A service in Cloud Map. */
export interface ServiceName {
  /** The HttpName of its namespace, which is not always its name. */
  readonly namespaceName: string;
  readonly serviceName: string;
}

/** A task as Cloud Map has it. */
export interface Instance {
  readonly id: string;
  readonly address: string;
  /** The availability zone; undefined if the instance does not have the attribute. */
  readonly zone: string | undefined;
}

export interface Discovered {
  readonly revision: number;
  readonly instances: readonly Instance[];
}

/** What the agent requests from Cloud Map. All throw a Failure. */
export interface CloudMap {
  /** Grows when an instance comes or goes, but not when its health changes. */
  revision(service: ServiceName): Promise<number>;
  discover(service: ServiceName): Promise<Discovered>;
  /** Marks an instance as unhealthy, so that discovery no longer names it. */
  leave(serviceId: string, instanceId: string): Promise<void>;
}
