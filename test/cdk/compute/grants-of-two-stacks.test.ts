import { Stack } from 'aws-cdk-lib';
import type { Template } from 'aws-cdk-lib/assertions';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as rds from 'aws-cdk-lib/aws-rds';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import type { IMicroservice } from '../../../lib';
import { resourcesOf } from '../../support/stack';
import { TwoStacks, ofOtherStack, pool, table } from '../../support/two-stacks';
import type { Place } from '../../support/two-stacks';

/** The statements of the roles of `orders` that allow an action, and the stacks in which they stand. */
function statementsFor(templates: Readonly<Record<Place, Template>>, action: string): readonly (readonly [string, unknown])[] {
  return Object.entries(templates).flatMap(([place, template]) =>
    Object.values(resourcesOf(template) ?? {})
      .filter(({ Type, Properties }) => Type === 'AWS::IAM::Policy' && /orders\w*Role/.test(JSON.stringify(Properties?.['Roles'])))
      .flatMap(({ Properties }) => (Properties?.['PolicyDocument'] as { Statement: { Action: string | string[] }[] }).Statement)
      .filter(({ Action }) => [Action].flat().includes(action))
      .map((statement) => [place, statement] as const),
  );
}

/** What a service may be granted, and the action that shows it. */
const GRANTS: readonly (readonly [string, (stacks: TwoStacks, orders: IMicroservice) => void, string])[] = [
  ['a table', ({ data }, orders) => table(data).grantReadWriteData(orders), 'dynamodb:PutItem'],
  ['a bucket with a key', (stacks, orders) => bucket(stacks).grantReadWrite(orders), 's3:PutObject'],
  ['a queue with a key', (stacks, orders) => queue(stacks).grantSendMessages(orders), 'sqs:SendMessage'],
  ['a topic with a key', (stacks, orders) => topic(stacks).grantPublish(orders), 'sns:Publish'],
  ['a key', (stacks, orders) => stacks.key().grantEncryptDecrypt(orders), 'kms:Decrypt'],
  ['a function', (stacks, orders) => stacks.function().grantInvoke(orders), 'lambda:InvokeFunction'],
  ['a function, to the task role', (stacks, orders) => stacks.function().grantInvoke(orders.taskRole), 'lambda:InvokeFunction'],
  ['a secret', (stacks, orders) => stacks.secret().grantRead(orders), 'secretsmanager:GetSecretValue'],
  ['a secret with a key, by its ARN', grantEncryptedSecret, 'secretsmanager:GetSecretValue'],
  ['a parameter', ({ data }, orders) => parameter(data).grantRead(orders), 'ssm:GetParameter'],
  ['a log group', ({ data }, orders) => new logs.LogGroup(data, 'Logs').grantWrite(orders), 'logs:PutLogEvents'],
  ['a user pool', ({ data }, orders) => pool(data).grant(orders, 'cognito-idp:AdminGetUser'), 'cognito-idp:AdminGetUser'],
];

const bucket = (stacks: TwoStacks): s3.Bucket => new s3.Bucket(stacks.data, 'Bucket', { encryptionKey: stacks.key() });
const queue = (stacks: TwoStacks): sqs.Queue => new sqs.Queue(stacks.data, 'Queue', { encryptionMasterKey: stacks.key() });
const topic = (stacks: TwoStacks): sns.Topic => new sns.Topic(stacks.data, 'Topic', { masterKey: stacks.key() });
const parameter = (scope: Stack): ssm.StringParameter => new ssm.StringParameter(scope, 'Parameter', { stringValue: 'x' });

/** As docs/your-own-app.md has it. */
function grantEncryptedSecret(stacks: TwoStacks, orders: IMicroservice): void {
  const encryptionKey = stacks.key();
  const secret = stacks.secret({ encryptionKey });
  secretsmanager.Secret.fromSecretCompleteArn(Stack.of(orders), 'Imported', secret.secretArn).grantRead(orders);
  encryptionKey.grantDecrypt(orders);
}

describe('grants of resources of another stack', () => {
  test.each(GRANTS)('%s: the statement is that of the mesh’s stack', (_, grant, action) => {
    const stacks = new TwoStacks();
    grant(stacks, stacks.orders());
    expect(statementsFor(stacks.templates(), action).map(([place]) => place)).toEqual(['shop']);
  });

  test.each(GRANTS)('%s: the statement is that of the other stack, where that refers to the mesh', (_, grant, action) => {
    const stacks = new TwoStacks();
    grant(stacks, stacks.ordersWhoseVpcIsUsed());
    expect(statementsFor(stacks.templates(), action).map(([place]) => place)).toEqual(['data']);
  });

  test('the password of a database in the VPC of the mesh', () => {
    const stacks = new TwoStacks();
    const mesh = stacks.mesh();
    stacks.database(mesh.vpc).secret?.grantRead(mesh.service('orders'));
    expect(statementsFor(stacks.templates(), 'secretsmanager:GetSecretValue').map(([place]) => place)).toEqual(['data']);
  });

  test('stand in one policy of the other stack, which is the role’s', () => {
    const stacks = new TwoStacks();
    const orders = stacks.ordersWhoseVpcIsUsed();
    table(stacks.data).grantReadData(orders);
    parameter(stacks.data).grantRead(orders);
    const policies = Object.values(resourcesOf(stacks.templates().data)).filter(({ Type }) => Type === 'AWS::IAM::Policy');
    expect(policies.map(({ Properties }) => Properties?.['Roles'])).toEqual([[ofOtherStack('ordersTaskRole')]]);
  });

  test('leave what the CDK finds out later, such as the indexes of a table, to be found out', () => {
    const stacks = new TwoStacks();
    const orders = stacks.ordersWhoseVpcIsUsed();
    const indexed = table(stacks.data);
    indexed.grantReadData(orders);
    indexed.addGlobalSecondaryIndex({ indexName: 'i', partitionKey: { name: 'x', type: dynamodb.AttributeType.STRING } });
    expect(JSON.stringify(statementsFor(stacks.templates(), 'dynamodb:Query'))).toContain('/index/*');
  });
});

describe('secrets of another stack as variables', () => {
  test('without a key of their own', () => {
    const stacks = new TwoStacks();
    stacks.mesh(
      {},
      { secrets: { A: ecs.Secret.fromSecretsManager(stacks.secret()), B: ecs.Secret.fromSsmParameter(parameter(stacks.data)) } },
    );
    expect(statementsFor(stacks.templates(), 'kms:Decrypt')).toEqual([]);
  });

  test.each<readonly [string, (stacks: TwoStacks) => ecs.Secret]>([
    ['with a key', (stacks) => ecs.Secret.fromSecretsManager(stacks.secret({ encryptionKey: stacks.key() }))],
    ['with a key, by a field', (stacks) => ecs.Secret.fromSecretsManager(stacks.secret({ encryptionKey: stacks.key() }), 'password')],
    [
      'that are passwords of a database, with a key',
      (stacks) => {
        const credentials = rds.Credentials.fromGeneratedSecret('admin', { encryptionKey: stacks.key() });
        const vpc = stacks.vpc();
        const { secret } = new rds.DatabaseInstance(stacks.data, 'Database', {
          engine: rds.DatabaseInstanceEngine.POSTGRES,
          vpc,
          credentials,
        });
        return ecs.Secret.fromSecretsManager(secret!, 'password');
      },
    ],
  ])('%s: the execution role may decrypt by way of Secrets Manager, and the key names nobody of the mesh’s stack', (_, secret) => {
    const stacks = new TwoStacks();
    stacks.mesh({}, { secrets: { A: secret(stacks) } });
    const templates = stacks.templates();
    expect(statementsFor(templates, 'kms:Decrypt')).toEqual([
      [
        'shop',
        {
          Action: 'kms:Decrypt',
          Effect: 'Allow',
          Resource: ofOtherStack('Key'),
          Condition: {
            StringEquals: { 'kms:ViaService': { 'Fn::Join': ['', ['secretsmanager.', { Ref: 'AWS::Region' }, '.amazonaws.com']] } },
          },
        },
      ],
    ]);
    expect(statementsFor(templates, 'secretsmanager:GetSecretValue').map(([place]) => place)).toEqual(['shop']);
    expect(JSON.stringify(templates.data.findResources('AWS::KMS::Key'))).not.toMatch(/GetStackOutput|ExecutionRole/);
  });

  test('with a key in one stack: as the CDK does it, by the policy of the key', () => {
    const stacks = new TwoStacks();
    const encryptionKey = new kms.Key(stacks.shop, 'Key');
    const secret = new secretsmanager.Secret(stacks.shop, 'Secret', { encryptionKey });
    stacks.mesh({}, { secrets: { A: ecs.Secret.fromSecretsManager(secret) } });
    const { shop } = stacks.templates();
    expect(statementsFor(stacks.templates(), 'kms:Decrypt')).toEqual([]);
    expect(JSON.stringify(shop.findResources('AWS::KMS::Key'))).toContain('ExecutionRole');
  });
});
