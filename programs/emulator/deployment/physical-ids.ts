import { createHash } from 'node:crypto';
import type { JsonObject, KnownValues } from '../template/intrinsics';

/** `account` and `place`, which is `<region>:<account>`, and the name of the stack. */
export interface Place {
  readonly stack: string;
  readonly account: string;
  readonly place: string;
}

const FORMS: Readonly<Record<string, (key: string, hash: string, at: Place, properties: JsonObject) => KnownValues>> = {
  'AWS::ServiceDiscovery::Service': (key, hash, { place }) => ({
    [`${key}.Id`]: `srv-${hash}`,
    [`${key}.Arn`]: `arn:aws:servicediscovery:${place}:service/srv-${hash}`,
  }),
  'AWS::Route53::HostedZone': (key, hash) => ({ [key]: `Z${hash.toUpperCase()}` }),
  'AWS::ECS::Cluster': (key, _, { place, stack }) => named(key, stack, (name) => `arn:aws:ecs:${place}:cluster/${name}`),
  // Each one that takes the place of another is a revision of the same family.
  'AWS::ECS::TaskDefinition': (key, _, { place, stack }, { Family: given }) => {
    const [id, generation = '1'] = key.split('~');
    const family = typeof given === 'string' ? given : `${stack}-${id}`;
    return { [key]: `arn:aws:ecs:${place}:task-definition/${family}:${generation}` };
  },
  'AWS::StepFunctions::StateMachine': (key, _, { place, stack }, { StateMachineName: given }) => ({
    [key]: `arn:aws:states:${place}:stateMachine:${typeof given === 'string' ? given : `${stack}-${key}`}`,
  }),
  'AWS::EFS::FileSystem': (key, hash, { place }) => ({
    [key]: `fs-${hash}`,
    [`${key}.Arn`]: `arn:aws:elasticfilesystem:${place}:file-system/fs-${hash}`,
  }),
  'AWS::EFS::AccessPoint': (key, hash) => ({ [key]: `fsap-${hash}`, [`${key}.AccessPointId`]: `fsap-${hash}` }),
  'AWS::SSM::Parameter': (key, hash) => ({ [key]: `CFN-${key}-${hash.slice(0, 12)}` }),
  'AWS::IAM::Role': (key, _, { account, stack }) => named(key, stack, (name) => `arn:aws:iam::${account}:role/${name}`),
  'AWS::Lambda::Function': (key, _, { place, stack }) => named(key, stack, (name) => `arn:aws:lambda:${place}:function:${name}`),
  // https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cognito-userpool.html
  'AWS::Cognito::UserPool': (key, hash, { place }) => {
    const [region = ''] = place.split(':');
    const id = `${region}_${hash.slice(0, 9)}`;
    const provider = `cognito-idp.${region}.amazonaws.com/${id}`;
    return {
      [key]: id,
      [`${key}.UserPoolId`]: id,
      [`${key}.Arn`]: `arn:aws:cognito-idp:${place}:userpool/${id}`,
      [`${key}.ProviderName`]: provider,
      [`${key}.ProviderURL`]: `https://${provider}`,
    };
  },
  'AWS::Logs::LogGroup': (key, _, { place, stack }) => named(key, stack, (name) => `arn:aws:logs:${place}:log-group:${name}:*`),
};

/** IDs and ARNs that AWS would give to a resource, where their form matters to a program: always the same for one key of one stack. */
export function physicalIds(type: string, key: string, at: Place, properties: JsonObject): KnownValues {
  return FORMS[type]?.(key, createHash('sha256').update(`${at.stack}/${key}`).digest('hex').slice(0, 17), at, properties) ?? {};
}

function named(key: string, stack: string, arn: (name: string) => string): KnownValues {
  const name = `${stack}-${key}`;
  return { [key]: name, [`${key}.Arn`]: arn(name) };
}
