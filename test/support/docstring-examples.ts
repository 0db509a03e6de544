import { readFileSync, readdirSync, rmSync, writeFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import * as library from '../../lib';

const ROOT = join(__dirname, '../..');
const OUT = join(ROOT, '.cache/examples');
const FILES = [
  ...readdirSync(join(ROOT, 'lib/props'), { recursive: true, encoding: 'utf8' }).map((name) => `lib/props/${name}`),
  'lib/edge.ts',
  'lib/job.ts',
  'lib/microservice.ts',
  'lib/microservices.ts',
].filter((name) => name.endsWith('.ts'));

interface Example {
  readonly owner: string;
  readonly code: string;
}

/** An example, and the file that the compiler reads. */
export interface ExampleFile extends Example {
  readonly file: string;
}

const isExported = (node: ts.Node): boolean =>
  ts.canHaveModifiers(node) && ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true;

function examplesOf(file: string): Example[] {
  const source = ts.createSourceFile(file, readFileSync(join(ROOT, file), 'utf8'), ts.ScriptTarget.Latest, true);
  const types = source.statements.filter(
    (node) => (ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node) || ts.isEnumDeclaration(node)) && isExported(node),
  );
  return types.flatMap((node) =>
    ts
      .getJSDocTags(node)
      .filter((tag) => tag.tagName.text === 'example')
      .map((tag) => ({
        owner: (node as ts.ClassDeclaration | ts.InterfaceDeclaration | ts.EnumDeclaration).name?.text ?? '',
        code: ts.getTextOfJSDocComment(tag.comment) ?? '',
      })),
  );
}

/** What examples may take for granted. */
const GIVEN = `
import { App, CfnOutput, Duration, RemovalPolicy, Size, Stack } from 'aws-cdk-lib';
import { ApiKey, JsonSchemaType, Period, ResponseTransferMode, SecurityPolicy } from 'aws-cdk-lib/aws-apigateway';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { UserPool, UserPoolClient, UserPoolDomain } from 'aws-cdk-lib/aws-cognito';
import { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { IInterfaceVpcEndpoint, SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { IRepository } from 'aws-cdk-lib/aws-ecr';
import { IAccessPoint, IFileSystem } from 'aws-cdk-lib/aws-efs';
import { AsgCapacityProvider, Capability, Cluster, ContainerImage, CpuArchitecture } from 'aws-cdk-lib/aws-ecs';
import { LogDrivers, Secret, UlimitName } from 'aws-cdk-lib/aws-ecs';
import { ApplicationListener } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Rule } from 'aws-cdk-lib/aws-events';
import { Role } from 'aws-cdk-lib/aws-iam';
import { Function, IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { IDatabaseCluster } from 'aws-cdk-lib/aws-rds';
import { IHostedZone } from 'aws-cdk-lib/aws-route53';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { ITopic } from 'aws-cdk-lib/aws-sns';
import { IQueue } from 'aws-cdk-lib/aws-sqs';
import * as library from '../../lib';
import { ${Object.keys(library).join(', ')} } from '../../lib';
import { IHttpApiAuthorizer, ILoadBalancerAuthorizer, IMicroservice, IRestApiAuthorizer, IWebSocketApiAuthorizer } from '../../lib';
declare const image: ContainerImage, services: library.MicroservicesProps['services'], authorizer: library.LambdaAuthorizer;
declare const handler: IFunction, portal: Function, queue: IQueue, provider: AsgCapacityProvider;
declare const userPool: UserPool, repository: IRepository, password: ISecret, table: ITable, database: IDatabaseCluster;
declare const secret: ISecret, userPoolClient: UserPoolClient, userPoolDomain: UserPoolDomain;
declare const fileSystem: IFileSystem, accessPoint: IAccessPoint;
declare const certificate: ICertificate, prometheus: SecurityGroup, zone: IHostedZone, trustStores: IBucket;
declare const shop: Microservices, listener: ApplicationListener, endpoint: IInterfaceVpcEndpoint, topic: ITopic;
`;

const examples: readonly ExampleFile[] = FILES.flatMap(examplesOf).map((example) => ({
  ...example,
  file: join(OUT, `${example.owner}.ts`),
}));

/** Writes the examples of the docstrings as files that compile if the examples do: readers copy them. */
export function writeDocstringExamples(): readonly ExampleFile[] {
  rmSync(OUT, { recursive: true, force: true });
  mkdirSync(OUT, { recursive: true });
  // Types are not imported one by one: each example names its own.
  const types = (code: string): string =>
    [...new Set([...code.matchAll(/: (\w+(?:Props|Options))\b/g)].map((match) => match[1]))]
      .map((name) => `type ${name} = library.${name};`)
      .join(' ');
  for (const { file, code } of examples)
    writeFileSync(file, `${GIVEN}${types(code)}\nexport function example(this: Stack) {\n${code}\n}\n`);
  return examples;
}
