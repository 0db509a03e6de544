import { Stack } from 'aws-cdk-lib';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';

/**
 * The awslogs driver, but without the grant that `ecs.AwsLogDriver` adds for every container: the execution
 * roles of this library hold it once.
 */
export class MeshLogDriver extends ecs.LogDriver {
  constructor(
    private readonly logGroup: logs.ILogGroup,
    private readonly streamPrefix: string,
  ) {
    super();
  }

  bind(scope: Construct): ecs.LogDriverConfig {
    return {
      logDriver: 'awslogs',
      options: {
        'awslogs-group': this.logGroup.logGroupName,
        'awslogs-region': Stack.of(scope).region,
        'awslogs-stream-prefix': this.streamPrefix,
        // A slow log must not stop the service. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html
        mode: 'non-blocking',
      },
    };
  }
}
