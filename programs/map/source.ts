/** Where the map gets what it shows. */
export interface MapSource {
  /** Tasks that there are at the moment. */
  tasks(signal: AbortSignal): Promise<readonly MapTask[]>;
  /** What Envoy's admin interface of a task answers, such as to `/certs`. Rejects if it cannot be reached, or answers with an error. */
  admin(task: string, path: string, signal: AbortSignal): Promise<string>;
  /** Lines of the access logs of tasks from now on; absent: nobody can read them. */
  readonly accessLog?: (signal: AbortSignal) => AsyncIterable<AccessLogLine>;
}

export interface MapTask {
  /** Such as `catalog-1`. */
  readonly id: string;
  /** Name of its workload in the description of the system: of a service, `<service>-<version>`, or of a gateway service. */
  readonly workload: string;
  /** As its health checks say. */
  readonly healthy: boolean;
}

export interface AccessLogLine {
  readonly task: string;
  /** JSON, as an Envoy of the mesh has it; all else is passed over. */
  readonly line: string;
}
