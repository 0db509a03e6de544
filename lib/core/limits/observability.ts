import { limitsOf } from './limit';

const LOGS_PAGE = 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html';

export const CLOUD_WATCH = limitsOf(
  'cloudWatch',
  'Amazon CloudWatch',
  'https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html',
  {
    alarms: {
      counts: 'alarms',
      value: 5000,
      scope: 'account and Region',
      raise: { quota: 'Number of alarms', by: 'Service Quotas' },
      handling: { warning: 'alarms' },
    },
    dashboardWidgets: {
      counts: 'widgets',
      value: 500,
      scope: 'dashboard',
      handling: { documented: 'a system that is too large for one dashboard has several' },
    },
    dashboardMetrics: {
      counts: 'metrics in all widgets',
      value: 2500,
      scope: 'dashboard',
      handling: { documented: 'a system that is too large for one dashboard has several' },
    },
    widgetMetrics: {
      counts: 'metrics in a graph',
      value: 500,
      scope: 'widget',
      handling: {
        documented: 'a graph has the metrics of one service, with its first 100 callers and 50 versions by name; the dashboard says so',
      },
    },
    dimensions: { counts: 'dimensions', value: 30, scope: 'metric', handling: { documented: 'metrics of the agents have fewer' } },
    embeddedMetrics: {
      counts: 'metrics in one log event of the embedded metric format',
      value: 100,
      scope: 'log event',
      handling: { documented: 'agents write fewer' },
      source: 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html',
    },
  },
);

export const LOGS = limitsOf('logs', 'Amazon CloudWatch Logs', LOGS_PAGE, {
  groups: {
    counts: 'log groups',
    value: 1_000_000,
    scope: 'account and Region',
    handling: { documented: 'all services of a system share one, an edge may have another one' },
  },
  createStream: {
    counts: 'CreateLogStream calls: one for each container that starts',
    value: 50,
    unit: 'a second',
    scope: 'account and Region',
    raise: { quota: 'CreateLogStream throttle limit in transactions per second', by: 'Service Quotas' },
    handling: { documented: 'the log driver tries again' },
  },
  event: {
    counts: 'log event',
    value: 1024 * 1024,
    unit: 'bytes',
    scope: 'log event',
    handling: { documented: 'log drivers split longer lines' },
  },
  resourcePolicies: {
    counts: 'resource policies',
    value: 10,
    scope: 'account and Region',
    handling: { documented: 'API Gateway adds to one of its own' },
  },
  resourcePolicy: {
    counts: 'resource policy, to which API Gateway adds each log group of an HTTP API',
    value: 5120,
    unit: 'characters',
    scope: 'resource policy',
    handling: { documented: 'what other systems added is not known' },
  },
});

export const X_RAY = limitsOf('xRay', 'AWS X-Ray', 'https://docs.aws.amazon.com/general/latest/gr/xray.html', {
  segments: {
    counts: 'segments: one for each Envoy that a sampled request passes',
    value: 2600,
    unit: 'a second',
    scope: 'account and Region',
    raise: { quota: 'Segments per second', by: 'Service Quotas' },
    handling: { documented: 'the sampling rate is the measure; the collector drops what is refused' },
  },
  segment: {
    counts: 'segment',
    value: 64 * 1024,
    unit: 'bytes',
    scope: 'segment',
    handling: { documented: 'segments of Envoy are smaller' },
  },
});
