import { Stack } from 'aws-cdk-lib';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';

/** Files of variables that the execution role of a task may read, for which the CDK grants nothing. */
export function readableFiles(role: iam.IRole, files: readonly ecs.EnvironmentFile[]): ecs.EnvironmentFile[] {
  return files.map((file, index) => new ReadableFile(file, role, index));
}

class ReadableFile extends ecs.EnvironmentFile {
  constructor(
    private readonly file: ecs.EnvironmentFile,
    private readonly role: iam.IRole,
    private readonly index: number,
  ) {
    super();
  }

  /** In a place of its own: the CDK gives all assets of a container one ID. */
  bind(scope: Construct): ecs.EnvironmentFileConfig {
    const config = this.file.bind(new Construct(scope, `EnvironmentFile-${this.index}`));
    const { bucketName, objectKey } = config.s3Location;
    const arn = (resource: string): string => `arn:${Stack.of(scope).partition}:s3:::${resource}`;
    // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/use-environment-file.html#taskdef-envfiles-iam
    this.role.addToPrincipalPolicy(new iam.PolicyStatement({ actions: ['s3:GetObject'], resources: [arn(`${bucketName}/${objectKey}`)] }));
    this.role.addToPrincipalPolicy(new iam.PolicyStatement({ actions: ['s3:GetBucketLocation'], resources: [arn(bucketName)] }));
    return config;
  }
}
