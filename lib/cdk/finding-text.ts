import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** How cdk-nag writes a value in the ID of a finding: `<LogicalId>`, `<LogicalId.Arn>`, `<AWS::Region>`. */
export function findingText(scope: Construct, value: string): string {
  return written(Stack.of(scope).resolve(value));
}

function written(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return '';
  const [[kind, content] = []] = Object.entries(value) as readonly [string, unknown][];
  if (kind === 'Ref' && typeof content === 'string') return `<${content}>`;
  if (kind === 'Fn::GetAtt' && Array.isArray(content)) return `<${content.join('.')}>`;
  if (kind === 'Fn::ImportValue') return written(content);
  if (kind === 'Fn::Join' && Array.isArray(content)) return (content[1] as readonly unknown[]).map(written).join(String(content[0]));
  return JSON.stringify(value);
}
