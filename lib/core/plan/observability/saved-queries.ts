/** A query of CloudWatch Logs Insights; its parts are those of the CDK's `QueryString`, which writes them in this order. */
export interface SavedQuery {
  /** In the ID of its construct. */
  readonly id: string;
  /** As people read it in the console. */
  readonly title: string;
  /** What it answers. */
  readonly answers: string;
  readonly parse: readonly string[];
  readonly filter: readonly string[];
  readonly stats?: string;
  readonly sort: string;
  readonly limit: number;
  readonly display?: readonly string[];
}

/** Streams of containers are called so. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html */
const BY_STREAM = ['@logStream "*/*/*" as service, container, task'];

/** Only Envoy's access log has directions. */
const ACCESS_LOG = 'ispresent(direction)';

/**
 * Without an answer (status 0), or with one that broke off, the details say so whatever the status is, as do those of an answer to gRPC
 * that Envoy itself gave. Connections of TCP have no status, and a flag if they failed.
 */
const FAILED = [
  'status >= 500',
  '(status < 400 and details not like /^(via_upstream|direct_response)/)',
  'grpc_status in ["Unknown", "DeadlineExceeded", "Unimplemented", "Internal", "Unavailable", "DataLoss"]',
  '(not ispresent(status) and flags != "-")',
].join(' or ');

const WHERE = ['@timestamp', 'service', 'direction', 'peer'];
const WHAT = ['method', 'path', 'status', 'flags', 'details'];

const ROWS = 200;

/**
 * What somebody on call asks first; docs/runbook.md says when to use which. `test/e2e/runbook.e2e.ts` runs each on the log of real Envoys.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
 */
export const SAVED_QUERIES: readonly SavedQuery[] = [
  {
    id: 'FailedRequests',
    title: 'Failed requests',
    answers: 'Which requests and connections failed, the latest first',
    parse: BY_STREAM,
    filter: [ACCESS_LOG, FAILED],
    sort: '@timestamp desc',
    limit: ROWS,
    display: [...WHERE, ...WHAT, 'attempts', 'duration_ms', 'upstream', 'cluster', 'upstream_failure', 'request_id', 'trace', 'task'],
  },
  {
    id: 'FailuresByCall',
    title: 'Failures by call',
    answers: 'Which calls fail most, and with which response flags',
    parse: BY_STREAM,
    filter: [ACCESS_LOG, FAILED],
    stats: 'count(*) as failures by service, direction, peer, status, flags, details',
    sort: 'failures desc',
    limit: ROWS,
  },
  {
    id: 'SlowestCalls',
    title: 'Slowest calls',
    answers: 'Which calls are slow, in milliseconds',
    parse: BY_STREAM,
    filter: ['ispresent(status)'],
    stats:
      'count(*) as requests, pct(duration_ms, 50) as p50, pct(duration_ms, 99) as p99, max(duration_ms) as slowest ' +
      'by service, direction, peer',
    sort: 'p99 desc',
    limit: ROWS,
  },
  {
    id: 'RefusedRequests',
    title: 'Refused requests',
    answers: 'Which requests Envoy itself refused: by rules of callers, rate limits, sizes, paths',
    parse: BY_STREAM,
    filter: ['status >= 400 and status < 500 and details != "via_upstream"'],
    stats: 'count(*) as refused by service, direction, peer, caller, status, flags, details',
    sort: 'refused desc',
    limit: ROWS,
  },
  {
    id: 'FailedHandshakes',
    title: 'Failed TLS handshakes',
    answers: 'Between whom mutual TLS failed, and why',
    parse: BY_STREAM,
    filter: ['ispresent(claimed_caller) or ispresent(downstream_failure) or ispresent(upstream_failure)'],
    stats: 'count(*) as handshakes by service, direction, peer, claimed_caller, downstream_failure, upstream_failure',
    sort: 'handshakes desc',
    limit: ROWS,
  },
  {
    id: 'RetriedRequests',
    title: 'Retried requests',
    answers: 'Which calls needed more than one attempt',
    parse: BY_STREAM,
    filter: ['attempts > 1'],
    stats: 'count(*) as retried, max(attempts) as most by service, peer, status, flags',
    sort: 'retried desc',
    limit: ROWS,
  },
  {
    id: 'OneRequest',
    title: 'One request at every Envoy',
    answers: 'What happened to one request: put its ID, or a part of its trace, in the place of REQUEST-ID',
    parse: BY_STREAM,
    filter: [ACCESS_LOG, 'request_id = "REQUEST-ID" or trace like "REQUEST-ID"'],
    sort: '@timestamp asc',
    limit: ROWS,
    display: [...WHERE, 'caller', ...WHAT, 'attempts', 'duration_ms', 'downstream', 'upstream', 'task'],
  },
  {
    id: 'EdgeResponses',
    title: 'Responses to clients',
    answers: 'What clients got, by minute and status',
    parse: BY_STREAM,
    filter: ['direction in ["edge", "client", "load-balancer"]', 'ispresent(status)'],
    stats: 'count(*) as responses, pct(duration_ms, 99) as p99 by bin(1m) as minute, service, status',
    sort: 'minute desc',
    limit: ROWS,
  },
  {
    id: 'MeshAgentWarnings',
    title: 'Warnings of the mesh agent',
    answers: 'What the mesh itself reports: certificates, discovery, weights, ports',
    parse: BY_STREAM,
    filter: ['level in ["warn", "error"]'],
    sort: '@timestamp desc',
    limit: ROWS,
    display: ['@timestamp', 'service', 'container', 'level', 'message', 'reason', 'why', 'task'],
  },
  {
    id: 'StartsAndStops',
    title: 'Starts and stops of tasks',
    answers: 'When tasks started, were ready, and left, beside the callees that they found',
    parse: BY_STREAM,
    filter: [
      'message in ["the certificate is there", "the agent runs", "the application has opened its port", "endpoints changed", ' +
        '"weights changed", "stopping", "left the mesh"]',
    ],
    sort: '@timestamp desc',
    limit: ROWS,
    display: ['@timestamp', 'service', 'message', 'container', 'cluster', 'waitedMs', 'tookMs', 'task'],
  },
  {
    id: 'Shifts',
    title: 'Shifts of weights',
    answers: 'Each step of weights that move by themselves, with its reason',
    parse: [],
    filter: ['function = "weight-shifter"'],
    sort: '@timestamp desc',
    limit: ROWS,
    display: ['@timestamp', 'service', 'level', 'message', 'why'],
  },
];
