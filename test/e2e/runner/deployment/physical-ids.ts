import { createHash } from 'node:crypto';
import type { KnownValues, Template } from '../intrinsics';
import { Resolver } from '../intrinsics';

/** IDs and ARNs that AWS would give to resources whose form matters to a program: always the same for one logical ID of one stack. */
export function physicalIds(template: Template, known: KnownValues = {}): KnownValues {
  const resolver = new Resolver(template, known);
  const account = resolver.text({ Ref: 'AWS::AccountId' });
  const place = `${resolver.text({ Ref: 'AWS::Region' })}:${account}`;
  const stack = resolver.text({ Ref: 'AWS::StackName' });
  const forms: Readonly<Record<string, (id: string, hash: string) => KnownValues>> = {
    'AWS::ServiceDiscovery::Service': (id, hash) => ({
      [`${id}.Id`]: `srv-${hash}`,
      [`${id}.Arn`]: `arn:aws:servicediscovery:${place}:service/srv-${hash}`,
    }),
    'AWS::SSM::Parameter': (id, hash) => ({ [id]: `CFN-${id}-${hash.slice(0, 12)}` }),
    'AWS::Route53::HostedZone': (id, hash) => ({ [id]: `Z${hash.toUpperCase()}` }),
    'AWS::IAM::Role': (id) => ({ [`${id}.Arn`]: `arn:aws:iam::${account}:role/${stack}-${id}` }),
    'AWS::Lambda::Function': (id) => ({ [`${id}.Arn`]: `arn:aws:lambda:${place}:function:${stack}-${id}` }),
    'AWS::Logs::LogGroup': (id) => ({ [`${id}.Arn`]: `arn:aws:logs:${place}:log-group:${stack}-${id}:*` }),
  };
  const entries = Object.entries(template.Resources ?? {}).map(
    ([id, { Type }]) => forms[Type]?.(id, createHash('sha256').update(`${stack}/${id}`).digest('hex').slice(0, 17)) ?? {},
  );
  return Object.assign({}, ...entries) as KnownValues;
}
