import type * as apigwv2 from 'aws-cdk-lib/aws-apigatewayv2';
import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { throwIssue } from '../../throw-issue';
import type { ApiMetrics } from '../model';

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-logging.html */
export function metricsOf(scope: Construct, api: apigwv2.WebSocketApi): ApiMetrics {
  const sum = (name: string, props?: MetricOptions): Metric => api.metric(name, { statistic: Stats.SUM, ...props });
  return {
    metric: (name, props) => api.metric(name, props),
    metricCount: (props) => sum('MessageCount', props),
    metricClientError: (props) => sum('ClientError', props),
    metricServerError: (props) => sum('ExecutionError', props),
    metricIntegrationLatency: (props) => api.metric('IntegrationLatency', props),
    metricLatency: () =>
      throwIssue(scope, 'metricLatency()', 'UNSUPPORTED_BY_EDGE', 'a WebSocket API measures the latency of its integrations alone', {
        got: null,
        fix: 'use metricIntegrationLatency()',
      }),
  };
}
