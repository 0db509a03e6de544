/** What agents and functions write into their logs for CloudWatch. */
export const METRIC_NAMESPACE = 'CdkEcsMicroservices';

/** 1 for a certificate that was just issued, 0 for an expired one. The alarm looks at it. */
export const LIFE_LEFT_METRIC = 'CertificateLifeLeft';

/**
 * For how many seconds a task has not heard that it has the authorities that the issuing function has. Who guards a change of
 * authorities looks at it.
 */
export const AUTHORITIES_AGE_METRIC = 'AuthoritiesAge';

/**
 * 1 whenever CloudFormation drops a state of the authorities: the former one after a change, or the new one if the change is taken
 * back.
 */
export const AUTHORITIES_CHANGED_METRIC = 'AuthoritiesChanged';

/** The one dimension of these, and the first of others, whose value is the scope of the mesh (scope.ts). */
export const MESH_DIMENSION = 'Mesh';

/**
 * How many requests a task has answered in a minute. Its dimensions are the mesh, the service and, where it has versions, the version.
 * The average is that of the tasks, each of which reports as often as the others.
 */
export const REQUESTS_METRIC = 'RequestsPerTask';
export const SERVICE_DIMENSION = 'Service';
export const VERSION_DIMENSION = 'Version';

/** How often tasks report it. */
export const REQUESTS_SECONDS = 60;

/** How often life and authorities are written. */
export const REPORT_SECONDS = 300;

/**
 * What a service's own Envoys have counted of the requests to it in a minute, as sums. Dimensions: mesh and service; where it has versions,
 * also mesh, service and version.
 */
export const SERVICE_METRICS = {
  requests: 'Requests',
  clientErrors: 'ClientErrors',
  serverErrors: 'ServerErrors',
  denied: 'DeniedRequests',
  /** Milliseconds, of which percentiles can be had. */
  latency: 'Latency',
} as const;

/**
 * What callers' Envoys have counted of the requests to a callee, with what never reached it. Dimensions: mesh, caller and service; where
 * the callee has versions, also mesh, service and version, of all callers together. By the latter, versions are compared with each other.
 * Where there are alarms, requests and server errors also by mesh and service, of all callers together.
 */
export const CALL_METRICS = {
  requests: 'CallRequests',
  clientErrors: 'CallClientErrors',
  serverErrors: 'CallServerErrors',
  latency: 'CallLatency',
  retries: 'CallRetries',
  ejections: 'CallEjections',
  overflows: 'CallOverflows',
  connectFailures: 'CallConnectFailures',
} as const;

export const CALLER_DIMENSION = 'Caller';

/** How often tasks report what their Envoys have counted: CloudWatch keeps a value for each minute. */
export const METRICS_SECONDS = 60;
